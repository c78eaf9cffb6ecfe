import { ValidationError } from "../errors/index.js";
import { nearest, shown } from "../internal/options.js";
import { type ByteReader, type ByteSource, openBytes } from "./byte-source.js";
import { gunzippedReader } from "./gzip.js";

/**
 * Kinds of DeepAR files, under the names that the service takes as content type of a channel: JSON Lines, the same
 * compressed with gzip, Parquet.
 *
 * @public
 */
export type DeepARFileFormat = "json" | "json.gz" | "parquet";

const endings: readonly (readonly [ending: string, format: DeepARFileFormat])[] = [
  [".json.gz", "json.gz"],
  [".json", "json"],
  [".parquet", "parquet"],
];

/**
 * The kind of file that DeepAR takes a file for by its name: `.json`, `.json.gz` or `.parquet`.
 *
 * @remarks
 * `undefined` means that the channel needs a content type; `.jsonl` is such a name. Files that are called `_SUCCESS` or
 * begin with a dot are skipped by the service.
 *
 * @param file - path, URL or object key
 * @see source: https://docs.aws.amazon.com/sagemaker/latest/dg/deepar.html, input/output interface
 * @public
 */
export function deepARFormatByName(file: string | URL): DeepARFileFormat | undefined {
  const path = typeof file === "string" ? file : file.pathname;
  return endings.find(([ending]) => path.endsWith(ending))?.[1];
}

/** The kind of file to write: as told, else by the name; any other name than those of the service gives JSON Lines. */
export function formatToWrite(file: string | URL, told: DeepARFileFormat | undefined): DeepARFileFormat {
  if (told !== undefined) return checkedFormat(told);
  const path = typeof file === "string" ? file : file.pathname;
  return deepARFormatByName(file) ?? (path.endsWith(".gz") ? "json.gz" : "json");
}

/** @throws ValidationError `INVALID_OPTIONS` */
export function checkedFormat(format: DeepARFileFormat): DeepARFileFormat {
  const known = endings.map(([, name]) => name);
  if (known.includes(format)) return format;
  const near = typeof format === "string" ? nearest(format, known) : undefined;
  const message = `format must be one of ${known.map((name) => `"${name}"`).join(", ")}; got ${shown(format)}`;
  throw new ValidationError("DeepAR", [
    { path: ["format"], message: near === undefined ? message : `${message}; did you mean "${near}"?` },
  ]);
}

/** What a source begins with. */
export type OpenedSource =
  | { readonly parquet: false; readonly reader: ByteReader }
  | { readonly parquet: true; readonly source: string | URL | Uint8Array };

const gzipMagic = Buffer.from([0x1f, 0x8b]);
const parquetMagic = Buffer.from("PAR1");

/** Opens a source and looks at its first bytes: names may lie, and streams have none. */
export async function openByContent(
  source: ByteSource,
  format: string,
  signal: AbortSignal | undefined,
): Promise<OpenedSource> {
  const reader = await openBytes(source, signal);
  try {
    const head = Buffer.alloc(4);
    let filled = 0;
    while (filled < head.length) {
      const count = await reader.read(head, filled);
      if (count === 0) break;
      filled += count;
    }
    const start = head.subarray(0, filled);
    if (start.equals(parquetMagic)) {
      await reader.close();
      if (typeof source === "string" || source instanceof URL || source instanceof Uint8Array)
        return { parquet: true, source };
      const message =
        "a Parquet file is read from its end, which a stream does not have; give its path or all its bytes";
      throw new ValidationError("source", [{ path: [], message }], "INVALID_INPUT");
    }
    const whole = withHead(reader, start);
    const zipped = start.subarray(0, 2).equals(gzipMagic);
    return { parquet: false, reader: zipped ? await gunzippedReader(whole, format, signal) : whole };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** The reader with the bytes that were taken from it before. */
function withHead(reader: ByteReader, head: Uint8Array): ByteReader {
  let rest = head;
  return {
    name: reader.name,
    sizeBytes: reader.sizeBytes,
    async read(target, offset) {
      if (rest.length === 0) return reader.read(target, offset);
      const count = Math.min(rest.length, target.length - offset);
      target.set(rest.subarray(0, count), offset);
      rest = rest.subarray(count);
      return count;
    },
    close: () => reader.close(),
  };
}
