import { ServiceError } from "../../core/contract.js";
import type { S3Context } from "./context.js";
import { percentDecoded, type S3Request } from "./request.js";

/**
 * The object that `x-amz-copy-source` names.
 *
 * @throws ServiceError `InvalidArgument`, `AccessDenied` when the stated owner is another account
 */
export function copySource(
  { identity }: S3Context,
  request: S3Request,
): { readonly bucket: string; readonly key: string } {
  const owner = request.headers["x-amz-source-expected-bucket-owner"];
  if (owner !== undefined && owner !== identity.accountId) throw new ServiceError("AccessDenied", "Access Denied", 403);
  const header = (request.headers["x-amz-copy-source"] ?? "").replace(/\?versionId=.*$/u, "");
  const source = percentDecoded(header).replace(/^\//u, "");
  const slash = source.indexOf("/");
  if (slash < 1 || slash === source.length - 1) {
    throw new ServiceError(
      "InvalidArgument",
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      400,
      { ArgumentName: "x-amz-copy-source", ArgumentValue: header },
    );
  }
  return { bucket: source.slice(0, slash), key: source.slice(slash + 1) };
}
