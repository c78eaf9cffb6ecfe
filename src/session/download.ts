import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { UnexpectedResponseError, ValidationError } from "../errors/index.js";
import { mapConcurrent } from "../internal/concurrency.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { parseS3Uri } from "../internal/s3-uri.js";
import { sendWith } from "../internal/send.js";
import { explainS3Error } from "./aws-errors.js";
import type { DownloadOptions, S3File } from "./download-options.js";
import { linkedAbort } from "./linked-abort.js";
import { ProgressCounter } from "./progress-counter.js";
import { bucketOwner, type S3Context } from "./s3-context.js";
import { listing } from "./s3-listing.js";

const DEFAULT_CONCURRENCY = 16;

/** An object and the file it becomes. */
interface PlannedDownload {
  readonly object: S3File;
  readonly path: string;
}

/** See {@link Session.downloadData}. */
export async function downloadData(
  s3: S3Context,
  s3Uri: string,
  localPath: string,
  options: DownloadOptions,
): Promise<string[]> {
  checkKnownKeys(options, ["concurrency", "filter", "onProgress", "signal"], "downloadData");
  const { concurrency = DEFAULT_CONCURRENCY, onProgress, signal } = options;
  const { files, folders } = await planDownload(s3, s3Uri, localPath, options);
  for (const folder of new Set([...folders, ...files.map(({ path }) => dirname(path))])) {
    await mkdir(folder, { recursive: true });
  }
  const total = files.reduce((sum, { object }) => sum + object.sizeBytes, 0);
  const progress = new ProgressCounter(total, files.length, onProgress);
  const { controller, release } = linkedAbort(signal);
  try {
    return await mapConcurrent(files, concurrency, async (file) => {
      try {
        controller.signal.throwIfAborted();
        await fetchObject(s3, file, controller.signal);
        progress.file(file.object.key, file.object.sizeBytes);
        return file.path;
      } catch (error) {
        controller.abort(error);
        throw error;
      }
    });
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    release();
  }
}

/** Looks at all keys before anything is written. */
async function planDownload(
  s3: S3Context,
  s3Uri: string,
  localPath: string,
  { filter, signal }: DownloadOptions,
): Promise<{ files: PlannedDownload[]; folders: string[] }> {
  const { key: prefix } = parseS3Uri(s3Uri);
  const objects = await listing(() => Promise.resolve(s3), s3Uri, { signal }).toArray();
  const exact = objects.find((object) => object.key === prefix);
  const isSingle = exact !== undefined && objects.length === 1 && !prefix.endsWith("/");
  const files: PlannedDownload[] = [];
  const folders: string[] = [];
  const keyOf = new Map<string, string>();
  for (const object of objects) {
    const relative = isSingle ? basename(object.key) : relativeKey(object, prefix);
    if (relative === undefined || filter?.(relative) === false) continue;
    const path = isSingle ? await fileFor(object, localPath) : inside(localPath, relative, object);
    if (relative.endsWith("/")) {
      // Consoles make such empty objects so that a folder shows.
      if (object.sizeBytes > 0)
        throw invalid(`key ${shown(object.key)} ends with a slash and holds data; it cannot become a file`);
      folders.push(path);
      continue;
    }
    const other = keyOf.get(path);
    if (other !== undefined) {
      throw invalid(
        `keys ${shown(other)} and ${shown(object.key)} are the same file ${path}; download them one by one`,
      );
    }
    keyOf.set(path, object.key);
    files.push({ object, path });
  }
  for (const [path, key] of keyOf) {
    for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
      const other = keyOf.get(folder);
      if (other !== undefined) {
        throw invalid(
          `key ${shown(other)} would have to be a file and, for ${shown(key)}, a folder; download them one by one`,
        );
      }
    }
  }
  return { files, folders };
}

/** Key without the prefix; undefined for the empty object that marks the prefix itself as a folder. */
function relativeKey({ key }: S3File, prefix: string): string | undefined {
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  if (key === folder) return undefined;
  // Next to `data/...` there may be an object `data` itself.
  return key === prefix ? basename(key) : key.slice(folder.length);
}

/** File of a single object: the path itself, or in it when it is a folder. */
async function fileFor(object: S3File, localPath: string): Promise<string> {
  const isFolder =
    /[\\/]$/u.test(localPath) ||
    (await stat(localPath).then(
      (info) => info.isDirectory(),
      () => false,
    ));
  return isFolder ? inside(localPath, object.key.slice(object.key.lastIndexOf("/") + 1), object) : localPath;
}

/** Path of a key in a folder; refuses keys that would leave it. */
function inside(folder: string, relative: string, object: S3File): string {
  const root = resolve(folder);
  const path = resolve(root, relative);
  const leaves = path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep);
  if (
    leaves ||
    relative === "" ||
    relative.startsWith("/") ||
    relative.includes("\0") ||
    /(?:^|\/)\.\.(?:\/|$)/u.test(relative)
  ) {
    throw invalid(`key ${shown(object.key)} would be written outside of ${folder}`);
  }
  return join(folder, relative);
}

/** Fetches one object into a file beside its place and then moves it there. */
async function fetchObject(s3: S3Context, { object, path }: PlannedDownload, signal: AbortSignal): Promise<void> {
  const { bucket, key, uri } = object;
  const { GetObjectCommand } = s3.commands;
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...bucketOwner(bucket) });
  const answer = await sendWith(signal, (sendOptions) => s3.client.send(command, sendOptions)).catch(
    (error: unknown) => {
      throw signal.aborted
        ? error
        : explainS3Error(error, { bucket, key, region: s3.region, permission: "s3:GetObject" });
    },
  );
  const partial = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    const file = createWriteStream(partial, { flags: "wx" });
    await pipeline((answer.Body as Readable | undefined) ?? Readable.from([]), file, { signal });
    if (answer.ContentLength !== undefined && file.bytesWritten !== answer.ContentLength) {
      const wanted = `all of its ${answer.ContentLength} bytes (${file.bytesWritten} came)`;
      throw new UnexpectedResponseError("GetObject", uri, [wanted]);
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw signal.aborted ? signal.reason : error;
  }
}

function invalid(message: string): ValidationError {
  return new ValidationError("downloadData", [{ path: [], message }], "INVALID_INPUT");
}
