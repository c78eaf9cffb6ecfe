import { type LocalIdentity, ServiceError } from "../core/contract.js";
import type { QueryService } from "../protocol/query.js";

const SESSION_SECONDS = 3600;

/** STS of the local service: the caller is always a session of the execution role. */
export function createStsService(identity: LocalIdentity, now: () => number): QueryService {
  return {
    name: "sts",
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    call(action, parameters) {
      switch (action) {
        case "GetCallerIdentity":
          return {
            Arn: assumedRoleArn(identity.roleArn, "sagemaker-local"),
            UserId: `${roleId}:sagemaker-local`,
            Account: identity.accountId,
          };
        case "AssumeRole": {
          const roleArn = required(parameters, "RoleArn");
          const sessionName = required(parameters, "RoleSessionName");
          if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/u.test(roleArn)) {
            throw new ServiceError("ValidationError", `${roleArn} is invalid`);
          }
          const seconds = Number(parameters["DurationSeconds"] ?? SESSION_SECONDS);
          return {
            Credentials: {
              AccessKeyId: "ASIALOCALLOCALLOCAL0",
              SecretAccessKey: "local",
              SessionToken: "local",
              Expiration: new Date(now() + seconds * 1000).toISOString(),
            },
            AssumedRoleUser: {
              AssumedRoleId: `${roleId}:${sessionName}`,
              Arn: assumedRoleArn(roleArn, sessionName),
            },
          };
        }
        default:
          throw new ServiceError("InvalidAction", `[local mode] Could not find operation ${action} of STS`);
      }
    },
  };
}

const roleId = "AROALOCALLOCALLOCAL00";

/** The ARN that a caller has who took on a role; the path of the role is not part of it. */
function assumedRoleArn(roleArn: string, sessionName: string): string {
  const [, partition = "aws", , , account = ""] = roleArn.split(":");
  return `arn:${partition}:sts::${account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf("/") + 1)}/${sessionName}`;
}

function required(parameters: Readonly<Record<string, string>>, name: string): string {
  const value = parameters[name];
  if (value) return value;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  throw new ServiceError(
    "ValidationError",
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}
