import { checkKnownKeys } from "../internal/options.js";
import { type ListRecord, readImageList } from "./image-list.js";
import type { RecordSource } from "./record-source.js";
import { type ImageRecordsResult, type IndexedWriteOptions, writeIndexed } from "./write-indexed.js";

/**
 * Options of {@link packImages}.
 *
 * @public
 */
export interface PackImagesOptions extends IndexedWriteOptions {
  /**
   * Whether every file must begin like a PNG or JPEG. Training stops at the first image that cannot be decoded.
   *
   * @defaultValue true
   */
  readonly checkImages?: boolean | undefined;
}

/** Defaults of {@link PackImagesOptions}. */
export const packImagesDefaults = Object.freeze({ checkImages: true } as const);

/**
 * Packs the image files that a list names into an MXNet RecordIO file (`.rec`) with its index (`.idx`).
 *
 * @remarks
 * The bytes of the image files go in as they are, as with `im2rec --pass-through`; without that flag im2rec decodes every
 * image and encodes it anew, with losses. Labels of one column become a single label, several are packed as a list
 * (`--pack-label`). The list must not name files outside of `root`. Files are read in slices of 256, at most 1 MiB, between
 * which other work runs; reading is synchronous, because for small files every asynchronous step costs more than the file.
 *
 * @param list - path of the `.lst` file, `{ text }`, or the records themselves
 * @param root - folder that the paths of the list start from
 * @param file - path or `file:` URL of the `.rec` file
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming the record of the list and the field: a file that is missing
 * or empty, one that is no PNG or JPEG, an index that came before; and what {@link readImageList} throws
 * @example
 * ```ts
 * await packImages("train.lst", "train", "train.rec"); // and train.idx
 * ```
 * @public
 */
export async function packImages(
  list: string | URL | { readonly text: string } | RecordSource<ListRecord>,
  root: string | URL,
  file: string | URL,
  options: PackImagesOptions = {},
): Promise<ImageRecordsResult> {
  checkKnownKeys(options, ["checkImages", "index", "signal"], "packImages");
  const { signal, checkImages = packImagesDefaults.checkImages } = options;
  const records =
    typeof list === "string" || list instanceof URL || "text" in list ? readImageList(list, { signal }) : list;
  const { packer } = await import("./image-file-sink.js");
  return writeIndexed(file, options, (index) => packer(records, root, checkImages, index, signal));
}
