import { DeletionError, type DeletionFailure, ValidationError } from "../errors/index.js";
import { enumIssues } from "../internal/checks.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { parseS3Uri } from "../internal/s3-uri.js";
import { sendWith } from "../internal/send.js";
import { explainS3Error } from "./aws-errors.js";
import type { DeletePrefixOptions, DeletePrefixResult } from "./delete-options.js";
import type { S3File } from "./download-options.js";
import { bucketOwner, type S3Context } from "./s3-context.js";
import { listing } from "./s3-listing.js";

/** DeleteObjects takes so many keys. */
const BATCH = 1000;
const SHOWN_FAILURES = 1000;

/** See {@link Session.deletePrefix}. */
export async function deletePrefix(
  context: () => Promise<S3Context>,
  s3Uri: string,
  options: DeletePrefixOptions,
): Promise<DeletePrefixResult> {
  checkKnownKeys(options, ["match", "wholeBucket", "signal"], "deletePrefix");
  const issues = enumIssues(options.match, ["folder", "prefix"], "match");
  if (issues.length > 0) throw new ValidationError("deletePrefix", issues);
  const { match, signal } = options;
  const { bucket, key: prefix } = parseS3Uri(s3Uri);
  if (prefix === "" && options.wholeBucket !== true) {
    const message = `${shown(s3Uri)} names a bucket and no key; pass { wholeBucket: true } to delete every object of the bucket`;
    throw new ValidationError("S3 URI", [{ path: [], message }], "INVALID_INPUT");
  }
  const s3 = await context();
  const deletion = new Deletion(s3, bucket, signal);
  let batch: S3File[] = [];
  for await (const file of listing(() => Promise.resolve(s3), s3Uri, { match, signal })) {
    if (batch.push(file) < BATCH) continue;
    await deletion.delete(batch);
    batch = [];
  }
  if (batch.length > 0) await deletion.delete(batch);
  return deletion.result(s3Uri);
}

/** Sends the batches and counts. */
class Deletion {
  readonly #s3: S3Context;
  readonly #bucket: string;
  readonly #signal: AbortSignal | undefined;
  readonly #failures: DeletionFailure[] = [];
  #failed = 0;
  #deleted = 0;
  #bytes = 0;

  constructor(s3: S3Context, bucket: string, signal: AbortSignal | undefined) {
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#signal = signal;
  }

  async delete(files: readonly S3File[]): Promise<void> {
    const { client, commands, region } = this.#s3;
    const bucket = this.#bucket;
    const signal = this.#signal;
    const command = new commands.DeleteObjectsCommand({
      Bucket: bucket,
      // Quiet: the answer names only what was refused.
      Delete: { Objects: files.map(({ key }) => ({ Key: key })), Quiet: true },
      ...bucketOwner(bucket),
    });
    const answer = await sendWith(signal, (sendOptions) => client.send(command, sendOptions)).catch(
      (error: unknown) => {
        throw signal?.aborted ? error : explainS3Error(error, { bucket, region, permission: "s3:DeleteObject" });
      },
    );
    const refused = new Set<string | undefined>();
    for (const { Key: key = "", Code: code = "Unknown", Message: message = "" } of answer.Errors ?? []) {
      refused.add(key);
      this.#failed++;
      if (this.#failures.length < SHOWN_FAILURES) this.#failures.push({ uri: `s3://${bucket}/${key}`, code, message });
    }
    for (const { key, sizeBytes } of files) {
      if (refused.has(key)) continue;
      this.#deleted++;
      this.#bytes += sizeBytes;
    }
  }

  /** @throws DeletionError when anything was refused */
  result(s3Uri: string): DeletePrefixResult {
    const deleted = this.#deleted;
    if (this.#failed > 0) throw new DeletionError(s3Uri, { failed: this.#failed, deleted }, this.#failures);
    return { deleted, bytes: this.#bytes };
  }
}
