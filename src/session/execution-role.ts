import type { IAMClient } from "@aws-sdk/client-iam";
import { ConfigurationError, MissingDependencyError } from "../errors/index.js";
import { sendWith } from "../internal/send.js";
import { explainCredentials, isDenied } from "./aws-errors.js";
import type { CallOptions } from "./resource-options.js";
import type { Session } from "./session.js";

/** Written by SageMaker Studio and notebook instances. */
const NOTEBOOK_METADATA = "/opt/ml/metadata/resource-metadata.json";

/**
 * ARN of the role that the caller itself runs under, for use as execution role.
 *
 * @remarks
 * In a SageMaker notebook or Studio: the role of its metadata file. Elsewhere: the role behind the caller's STS identity,
 * with its path from IAM GetRole; when that is denied, the ARN without a path and a warning in the log.
 * An IAM user or the root user is no role, even when a role of the same name exists.
 *
 * @param session - session whose credentials are asked
 * @throws {@link ConfigurationError} `NO_ROLE` when the caller is not a role that SageMaker could assume
 * @throws {@link ConfigurationError} `NO_CREDENTIALS` when there are none or they have expired
 * @public
 */
export async function getExecutionRole(session: Session, options: CallOptions = {}): Promise<string> {
  const fromNotebook = await notebookRole();
  if (fromNotebook !== undefined) return fromNotebook;
  const caller = await session.callerArn(options);
  const lookedAt = [NOTEBOOK_METADATA, `STS caller identity ${caller}`];
  const match = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\//u.exec(caller);
  const [, partition, account, roleName] = match ?? [];
  if (!partition || !account || !roleName) {
    throw new ConfigurationError(
      `The caller ${caller} is not a role, so there is no execution role to use. ` +
        "Pass { role: ... } with the name or ARN of a role that SageMaker may assume, or set SAGEMAKER_ROLE.",
      "NO_ROLE",
      { lookedAt },
    );
  }
  if (roleName.startsWith("AWSReservedSSO_")) {
    throw new ConfigurationError(
      `The caller is signed in through IAM Identity Center as ${roleName}, a role that SageMaker cannot assume. ` +
        "Pass { role: ... } with the name or ARN of an execution role, or set SAGEMAKER_ROLE.",
      "NO_ROLE",
      { lookedAt },
    );
  }
  try {
    return await roleArn(session, roleName, options);
  } catch (error) {
    if (!isDenied(error) && !MissingDependencyError.is(error)) throw error;
    const path = roleName.includes("AmazonSageMaker-ExecutionRole") ? "service-role/" : "";
    const guessed = `arn:${partition}:iam::${account}:role/${path}${roleName}`;
    session.logger?.warn(
      `The path of role ${roleName} could not be read (${error instanceof Error ? error.message : String(error)}); using ${guessed}. ` +
        "Pass the role's full ARN if this is wrong.",
    );
    return guessed;
  }
}

/** ARN of a role by IAM GetRole. */
export async function roleArn(session: Session, roleName: string, options: CallOptions): Promise<string> {
  const { GetRoleCommand, IAMClient } = await loadIam();
  const client: IAMClient = session.client("iam", (settings) => new IAMClient(settings));
  const answer = await sendWith(options.signal, (sendOptions) =>
    client.send(new GetRoleCommand({ RoleName: roleName }), sendOptions),
  );
  const arn = answer.Role?.Arn;
  if (arn === undefined) {
    throw new ConfigurationError(`IAM GetRole gave no ARN for role "${roleName}".`, "NO_ROLE");
  }
  return arn;
}

/** ARN of a role given by name: `Name` or `path/Name`. */
export async function expandRole(session: Session, role: string, options: CallOptions): Promise<string> {
  const roleName = role.slice(role.lastIndexOf("/") + 1);
  try {
    return await roleArn(session, roleName, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (error instanceof Error && error.name === "NoSuchEntityException") {
      throw new ConfigurationError(
        `IAM has no role named "${roleName}". Pass the name or full ARN of an execution role.`,
        "NO_ROLE",
        { lookedAt: [`IAM GetRole ${roleName}`], cause: error },
      );
    }
    if (isDenied(error)) {
      throw new ConfigurationError(
        `The ARN of role "${roleName}" could not be looked up: the caller lacks iam:GetRole. Pass the role's full ARN instead.`,
        "NO_ROLE",
        { lookedAt: [`IAM GetRole ${roleName}`], cause: error },
      );
    }
    throw explainCredentials(error);
  }
}

/**
 * The client of IAM, an optional package. Stays out of the declarations, which hold where it is not installed.
 *
 * @internal
 * @throws MissingDependencyError when it is not installed
 */
export async function loadIam(): Promise<typeof import("../clients/iam.js")> {
  try {
    return await import("../clients/iam.js");
  } catch (error) {
    throw new MissingDependencyError(
      "@aws-sdk/client-iam",
      "Looking up a role by its name (a full ARN needs none)",
      error,
    );
  }
}

async function notebookRole(): Promise<string | undefined> {
  const { readFile } = await import("node:fs/promises");
  try {
    const metadata: unknown = JSON.parse(await readFile(NOTEBOOK_METADATA, "utf8"));
    const arn = (metadata as { ExecutionRoleArn?: unknown } | null)?.ExecutionRoleArn;
    return typeof arn === "string" && arn !== "" ? arn : undefined;
  } catch {
    return undefined;
  }
}
