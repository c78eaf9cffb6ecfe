import { open } from "node:fs/promises";
import { ValidationError } from "../errors/index.js";
import { mapConcurrent } from "../internal/concurrency.js";
import { shown } from "../internal/options.js";
import { joinS3Uri, parseS3Uri } from "../internal/s3-uri.js";
import { ByteBudget } from "./byte-budget.js";
import { linkedAbort } from "./linked-abort.js";
import { multipartUpload, partSizeFor } from "./multipart.js";
import { type ObjectTarget, putObject, verifySize } from "./object-writer.js";
import { PartPool } from "./part-pool.js";
import { byteParts, fileParts } from "./part-sources.js";
import { ProgressCounter } from "./progress-counter.js";
import { readWhole } from "./read-whole.js";
import type { S3Context } from "./s3-context.js";
import type { Session } from "./session.js";
import {
  checkUploadOptions,
  type PutOptions,
  UPLOAD_DEFAULTS,
  type UploadOptions,
  type UploadSource,
} from "./upload-options.js";
import { type PlannedFile, planUpload, type UploadPlan } from "./upload-plan.js";
import { type ByteStream, uploadStream } from "./upload-stream.js";

/** Objects up to this size are sent with one request. */
const LARGEST_WHOLE = 16 * 1024 * 1024;
/** Bodies of whole objects in memory at once; a larger one goes alone. */
const WHOLE_BYTES_IN_MEMORY = 64 * 1024 * 1024;

/** See {@link Session.uploadData}. */
export async function uploadData(
  session: Session,
  context: () => Promise<S3Context>,
  source: UploadSource,
  options: UploadOptions,
): Promise<string> {
  checkUploadOptions(options);
  const { signal } = options;
  signal?.throwIfAborted();
  const given = await resolveSource(source, options, session);
  const folderUri = await destination(session, options);
  const { controller, release } = linkedAbort(signal);
  try {
    const call = new UploadCall(await context(), options, controller, given);
    return await call.run(given, folderUri);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    release();
  }
}

/** See {@link Session.uploadString}. */
export async function uploadString(
  s3: S3Context,
  body: string | Uint8Array,
  s3Uri: string,
  options: PutOptions,
): Promise<string> {
  const target = targetOf(s3Uri);
  if (target.key === "") throw invalid(`${s3Uri} names a bucket, not an object; add a key: s3://${target.bucket}/...`);
  await putObject(s3, target, typeof body === "string" ? Buffer.from(body) : body, options);
  return s3Uri;
}

/** What is to be sent, after a look at its type and at the file system. */
type Given =
  | { readonly bytes: Uint8Array; readonly name: string }
  | { readonly stream: ByteStream; readonly name: string }
  | { readonly plan: UploadPlan };

async function resolveSource(source: UploadSource, options: UploadOptions, session: Session): Promise<Given> {
  const { fileName, filter, signal } = options;
  if (isPaths(source)) {
    const plan = await planUpload(source, filter, session.logger, signal);
    if (!plan.isSingle && fileName !== undefined) {
      throw invalid(`fileName names one object, but ${plan.files.length} files were given; use keyPrefix`);
    }
    return { plan };
  }
  const isBytes = source instanceof Uint8Array;
  if (!isBytes && typeof source?.[Symbol.asyncIterator] !== "function") {
    throw invalid(`expected a path, a list of paths, bytes or a stream; got ${shown(source)}`);
  }
  if (fileName === undefined) throw invalid('bytes and streams need a name: pass { fileName: "..." }');
  return isBytes ? { bytes: source, name: fileName } : { stream: source, name: fileName };
}

function isPaths(source: UploadSource): source is string | readonly string[] {
  return typeof source === "string" || Array.isArray(source);
}

/** Folder that receives the objects, as `s3://bucket/prefix`. */
async function destination(session: Session, options: UploadOptions): Promise<string> {
  const { keyPrefix = UPLOAD_DEFAULTS.keyPrefix, createBucket, signal } = options;
  if (options.bucket !== undefined) return joinS3Uri(`s3://${options.bucket}`, keyPrefix);
  const bucket = await session.defaultBucket({ create: createBucket, signal });
  return joinS3Uri(`s3://${bucket}`, session.defaultBucketPrefix, keyPrefix);
}

/** One call of uploadData: what its objects share. */
class UploadCall {
  readonly #s3: S3Context;
  readonly #options: UploadOptions & { readonly signal: AbortSignal };
  readonly #controller: AbortController;
  readonly #isAbortable: boolean;
  readonly #objectOptions: PutOptions;
  readonly #progress: ProgressCounter;
  readonly #budget = new ByteBudget(WHOLE_BYTES_IN_MEMORY);
  readonly #pool: PartPool;
  readonly #partSize: number;
  readonly #partConcurrency: number;

  constructor(s3: S3Context, options: UploadOptions, controller: AbortController, given: Given) {
    this.#s3 = s3;
    this.#options = { ...options, signal: controller.signal };
    this.#controller = controller;
    this.#isAbortable = options.signal !== undefined;
    this.#objectOptions = { contentType: options.contentType, kmsKeyId: options.kmsKeyId };
    this.#partSize = options.partSizeBytes ?? UPLOAD_DEFAULTS.partSizeBytes;
    this.#partConcurrency = options.partConcurrency ?? UPLOAD_DEFAULTS.partConcurrency;
    this.#pool = new PartPool(this.#partConcurrency);
    const files = "plan" in given ? given.plan.files : [];
    const total =
      "stream" in given
        ? undefined
        : "bytes" in given
          ? given.bytes.byteLength
          : files.reduce((sum, file) => sum + file.sizeBytes, 0);
    this.#progress = new ProgressCounter(total, Math.max(1, files.length), options.onProgress);
  }

  async run(given: Given, folderUri: string): Promise<string> {
    if ("plan" in given) {
      const [first] = given.plan.files;
      if (given.plan.isSingle && first !== undefined) {
        const uri = joinS3Uri(folderUri, this.#options.fileName ?? first.name);
        await this.#file(first, targetOf(uri));
        return uri;
      }
      await this.#files(distinctTargets(given.plan.files, folderUri));
      return folderUri.endsWith("/") ? folderUri : `${folderUri}/`;
    }
    const uri = joinS3Uri(folderUri, given.name);
    const target = targetOf(uri);
    if ("bytes" in given) await this.#bytes(given.bytes, target);
    else await this.#stream(given.stream, target);
    return uri;
  }

  async #files(targets: readonly (readonly [PlannedFile, ObjectTarget])[]): Promise<void> {
    const { concurrency = UPLOAD_DEFAULTS.concurrency } = this.#options;
    await mapConcurrent(targets, concurrency, async ([file, target]) => {
      try {
        this.#controller.signal.throwIfAborted();
        await this.#file(file, target);
      } catch (error) {
        // One failure fails the call, so what is in flight is ended too.
        this.#controller.abort(error);
        throw error;
      }
    });
  }

  async #file(file: PlannedFile, target: ObjectTarget): Promise<void> {
    if (file.sizeBytes <= LARGEST_WHOLE) {
      await this.#budget.hold(file.sizeBytes, async () => {
        this.#controller.signal.throwIfAborted();
        await this.#whole(await readWhole(file.path, file.sizeBytes), target);
      });
      return;
    }
    const handle = await open(file.path);
    try {
      const partSize = partSizeFor(file.sizeBytes, this.#partSize);
      const parts = (ended: AbortSignal) => fileParts(handle, file.path, file.sizeBytes, partSize, this.#pool, ended);
      await this.#done(target, await multipartUpload(this.#s3, target, parts, this.#partOptions(target)));
    } finally {
      await handle.close();
    }
  }

  async #bytes(bytes: Uint8Array, target: ObjectTarget): Promise<void> {
    if (bytes.byteLength <= LARGEST_WHOLE) {
      await this.#whole(bytes, target);
      return;
    }
    const parts = () => byteParts(bytes, partSizeFor(bytes.byteLength, this.#partSize));
    await this.#done(target, await multipartUpload(this.#s3, target, parts, this.#partOptions(target)));
  }

  async #stream(stream: ByteStream, target: ObjectTarget): Promise<void> {
    const options = { ...this.#partOptions(target), partSizeBytes: this.#partSize };
    await this.#done(target, await uploadStream(this.#s3, target, stream, this.#pool, options));
  }

  async #whole(bytes: Uint8Array, target: ObjectTarget): Promise<void> {
    // Watching a signal costs 5 % of a small object. Without one from the caller, a failure lets these few finish.
    const signal = this.#isAbortable ? this.#controller.signal : undefined;
    await putObject(this.#s3, target, bytes, { ...this.#objectOptions, signal });
    await this.#done(target, bytes.byteLength, bytes.byteLength);
  }

  async #done(target: ObjectTarget, sizeBytes: number, lastBytes = 0): Promise<void> {
    if (this.#options.verify) await verifySize(this.#s3, target, sizeBytes, this.#options.signal);
    this.#progress.file(target.key, lastBytes);
  }

  #partOptions(target: ObjectTarget) {
    return {
      ...this.#objectOptions,
      signal: this.#options.signal,
      concurrency: this.#partConcurrency,
      onPart: (bytes: number) => this.#progress.bytes(target.key, bytes),
    };
  }
}

function targetOf(uri: string): ObjectTarget {
  const target = parseS3Uri(uri);
  const keyBytes = Buffer.byteLength(target.key);
  if (keyBytes > 1024) throw invalid(`S3 keys have at most 1024 bytes; ${shown(target.key)} has ${keyBytes}`);
  return target;
}

function distinctTargets(files: readonly PlannedFile[], folderUri: string): (readonly [PlannedFile, ObjectTarget])[] {
  const pathOf = new Map<string, string>();
  return files.map((file) => {
    const target = targetOf(joinS3Uri(folderUri, file.name));
    const other = pathOf.get(target.key);
    if (other !== undefined) {
      throw invalid(
        `"${other}" and "${file.path}" would both become ${shown(target.key)}; upload one of them by its own call`,
      );
    }
    pathOf.set(target.key, file.path);
    return [file, target] as const;
  });
}

function invalid(message: string): ValidationError {
  return new ValidationError("upload", [{ path: [], message }], "INVALID_INPUT");
}
