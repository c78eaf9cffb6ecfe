// An optional peer: whoever imports this file turns a failed load into a MissingDependencyError.
export { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
