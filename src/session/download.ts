import type { DownloadOptions } from "./download-options.js";
import type { S3Context } from "./s3-context.js";

export async function downloadData(
  _s3: S3Context,
  _s3Uri: string,
  _localPath: string,
  _options: DownloadOptions,
): Promise<string[]> {
  throw new Error("not yet");
}
