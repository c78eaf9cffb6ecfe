import type { IAMClient } from "@aws-sdk/client-iam";
import { sendWith } from "../internal/send.js";
import { loadIam } from "./execution-role.js";
import type { CallOptions } from "./resource-options.js";
import type { Session } from "./session.js";

/** Trust policy of a role as JSON text; undefined when IAM gives none. */
export async function roleTrustPolicy(
  session: Session,
  roleName: string,
  options: CallOptions,
): Promise<string | undefined> {
  const { GetRoleCommand, IAMClient } = await loadIam();
  const client: IAMClient = session.client("iam", (settings) => new IAMClient(settings));
  const answer = await sendWith(options.signal, (sendOptions) =>
    client.send(new GetRoleCommand({ RoleName: roleName }), sendOptions),
  );
  const encoded = answer?.Role?.AssumeRolePolicyDocument;
  return encoded === undefined ? undefined : decodeURIComponent(encoded);
}
