import { type LocalIdentity, ServiceError } from "../core/contract.js";
import type { QueryService } from "../protocol/query.js";

const TRUST_POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "sagemaker.amazonaws.com" }, Action: "sts:AssumeRole" }],
};

/** IAM of the local service: it knows one role, the execution role. */
export function createIamService(identity: LocalIdentity): QueryService {
  const roleName = identity.roleArn.slice(identity.roleArn.lastIndexOf("/") + 1);
  const path = identity.roleArn.slice(identity.roleArn.indexOf(":role/") + 5, -roleName.length);
  return {
    name: "iam",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    call(action, parameters) {
      if (action !== "GetRole") {
        throw new ServiceError("InvalidAction", `[local mode] Could not find operation ${action} of IAM`);
      }
      const wanted = parameters["RoleName"] ?? "";
      if (wanted !== roleName) {
        throw new ServiceError("NoSuchEntity", `The role with name ${wanted} cannot be found.`, 404);
      }
      return {
        Role: {
          Path: path,
          RoleName: roleName,
          RoleId: "AROALOCALLOCALLOCAL00",
          Arn: identity.roleArn,
          CreateDate: "2020-01-01T00:00:00Z",
          // IAM gives policies percent-encoded.
          AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(TRUST_POLICY)),
          MaxSessionDuration: 3600,
        },
      };
    },
  };
}
