import type { TransferProgress } from "./upload-options.js";

/**
 * Options of {@link Session.downloadData}.
 *
 * @public
 */
export interface DownloadOptions {
  /** Objects in flight. @defaultValue 16 */
  readonly concurrency?: number | undefined;
  /** Which objects are fetched: gets the key relative to the prefix. Default: all. */
  readonly filter?: ((relativeKey: string) => boolean) | undefined;
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Options of {@link Session.listS3Files}.
 *
 * @public
 */
export interface ListOptions {
  /**
   * `folder`: the object with exactly this key and everything below `key/`. `prefix`: every key that starts with the text,
   * which is how SageMaker reads the URI of an `S3Prefix` input.
   * @defaultValue "folder"
   */
  readonly match?: "folder" | "prefix" | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One object of a listing.
 *
 * @public
 */
export interface S3File {
  readonly uri: string;
  readonly bucket: string;
  /** Verbatim key. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly lastModified: Date | undefined;
  /** Without quotes. */
  readonly etag: string | undefined;
}

/**
 * Objects below an S3 URI, in the byte order of their keys, fetched page by page (1000 objects) while it is read.
 *
 * @public
 */
export interface S3Listing extends AsyncIterable<S3File> {
  /** All objects at once. */
  toArray(): Promise<S3File[]>;
}
