import { parseS3Uri } from "../internal/s3-uri.js";
import {
  isMissingBucket,
  isMissingObject,
  listS3Page,
  localPath,
  planUpload,
  readLocalRange,
  readS3Range,
  type S3Context,
} from "../session/index.js";

/**
 * An object of a channel.
 *
 * @public
 */
export interface DataFile {
  /** S3 URI or local path. */
  readonly uri: string;
  /** Name in the container, relative to the channel's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Version of an S3 object. */
  readonly etag?: string | undefined;
  /**
   * How it belongs to the URI of the channel: it is the object itself, it lies in the folder of that name, or its key only
   * starts with the same text (`train_lst/a.lst` and the URI `.../train`).
   */
  readonly match: "exact" | "folder" | "sibling";
}

/** Where the data of a channel is. @internal */
export interface DataStore {
  /** Bytes of one read. */
  readonly rangeBytes: number;
  /** Everything that the URI of the channel takes. */
  list(signal: AbortSignal): AsyncGenerator<DataFile, void, void>;
  read(file: DataFile, start: number, end: number, signal: AbortSignal): Promise<Uint8Array>;
  /** What stands one level up, at most 20 names; for the message about an empty URI. */
  around(signal: AbortSignal): Promise<string[]>;
}

/** The objects below an S3 URI. @internal */
export class S3Store implements DataStore {
  readonly rangeBytes = 8 * 1024 * 1024;
  readonly #context: () => Promise<S3Context>;
  readonly #uri: string;
  readonly #single: boolean;

  /** @param single - the URI names one object, as a manifest does */
  constructor(context: () => Promise<S3Context>, uri: string, single: boolean) {
    this.#context = context;
    this.#uri = uri;
    this.#single = single;
  }

  async *list(signal: AbortSignal): AsyncGenerator<DataFile, void, void> {
    const { bucket, key: prefix } = parseS3Uri(this.#uri);
    const s3 = await this.#context();
    let token: string | undefined;
    do {
      const page = await listS3Page(s3, this.#uri, { token, signal });
      for (const { key, sizeBytes, etag } of page.objects) {
        const match = matchOf(key, prefix);
        if (this.#single && match !== "exact") continue;
        yield { uri: `s3://${bucket}/${key}`, name: relativeName(key, prefix), sizeBytes, etag, match };
      }
      token = this.#single ? undefined : page.next;
    } while (token !== undefined);
  }

  async read(file: DataFile, start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    return readS3Range(await this.#context(), { uri: file.uri, start, end, etag: file.etag }, signal);
  }

  async around(signal: AbortSignal): Promise<string[]> {
    const { bucket, key } = parseS3Uri(this.#uri);
    const parent = key.slice(0, key.replace(/\/$/u, "").lastIndexOf("/") + 1);
    const page = await listS3Page(await this.#context(), `s3://${bucket}/${parent}`, { folders: true, signal });
    return [...page.folders, ...page.objects.map((object) => object.key)]
      .map((name) => name.slice(parent.length))
      .filter((name) => name !== "")
      .slice(0, 20);
  }
}

/** A local file or folder that stands for the data of a channel. @internal */
export class LocalStore implements DataStore {
  readonly rangeBytes = 1024 * 1024;
  readonly #path: string;

  constructor(path: string) {
    this.#path = localPath(path);
  }

  async *list(signal: AbortSignal): AsyncGenerator<DataFile, void, void> {
    const { files, isSingle } = await planUpload(this.#path, undefined, undefined, signal);
    for (const { path, name, sizeBytes } of files) {
      yield { uri: path, name, sizeBytes, match: isSingle ? "exact" : "folder" };
    }
  }

  async read(file: DataFile, start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted();
    return readLocalRange(file.uri, start, end);
  }

  async around(): Promise<string[]> {
    return [];
  }
}

/** The beginning of an S3 object; undefined when there is none. @internal */
export async function headOfS3Object(
  context: () => Promise<S3Context>,
  uri: string,
  bytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await readS3Range(await context(), { uri, start: 0, end: bytes }, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    if (isMissingObject(error) || isMissingBucket(error)) return undefined;
    // The answer to a range of an empty object.
    if ((error as { readonly name?: unknown } | null)?.name === "InvalidRange") return new Uint8Array(0);
    throw error;
  }
}

function matchOf(key: string, prefix: string): DataFile["match"] {
  if (key === prefix) return "exact";
  return prefix === "" || prefix.endsWith("/") || key[prefix.length] === "/" ? "folder" : "sibling";
}

/** A prefix is text, not a folder: with `s3://b/data/tr`, the name of `data/train.txt` starts behind the last slash. */
function relativeName(key: string, prefix: string): string {
  if (key.length > prefix.length && key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf("/") + 1);
}
