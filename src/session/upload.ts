import type { S3Context } from "./s3-context.js";
import type { Session } from "./session.js";
import type { PutOptions, UploadOptions, UploadSource } from "./upload-options.js";

export async function uploadData(
  _session: Session,
  _context: () => Promise<S3Context>,
  _source: UploadSource,
  _options: UploadOptions,
): Promise<string> {
  throw new Error("not yet");
}

export async function uploadString(
  _s3: S3Context,
  _body: string | Uint8Array,
  _s3Uri: string,
  _options: PutOptions,
): Promise<string> {
  throw new Error("not yet");
}
