import { ValidationError } from "../errors/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { isS3Uri } from "../internal/s3-uri.js";
import type { ByteSource } from "./byte-source.js";
import { RecordFault } from "./record-fault.js";
import type { RecordSource } from "./record-source.js";
import { RecordStream } from "./record-stream.js";
import { encodeRecords, LineEncoder, type WriteOptions, type WriteResult } from "./record-writer.js";
import { manifestUris } from "./s3-manifest-parser.js";
import { writeChunks } from "./write-chunks.js";

const format = "S3 manifest";

/**
 * Options of {@link readS3Manifest}.
 *
 * @public
 */
export interface S3ManifestReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Encodes a plain S3 manifest (`S3DataType` `ManifestFile`): `[{"prefix": "s3://bucket/images/"}, "1.png", …]`.
 *
 * @param prefix - what all URIs begin with; end it with a slash, for names are appended to it as text
 * @param uris - full URIs
 * @returns chunks that belong to the consumer, for an upload or a stream
 * @throws {@link ValidationError} `INVALID_INPUT` for a prefix that is no S3 URI
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` for a URI that does not begin with the prefix or has nothing after it
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
 * @public
 */
export function encodeS3Manifest(
  prefix: string,
  uris: RecordSource<string>,
  options: WriteOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  return encoded(prefix, uris, options, () => undefined);
}

async function* encoded(
  prefix: string,
  uris: RecordSource<string>,
  options: WriteOptions,
  count: (records: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  checkKnownKeys(options, ["signal"], "S3 manifest writer");
  if (typeof prefix !== "string" || !isS3Uri(prefix)) {
    const message = `prefix must be an S3 URI such as "s3://bucket/images/", got ${shown(prefix)}`;
    throw new ValidationError("S3 manifest", [{ path: ["prefix"], message }], "INVALID_INPUT");
  }
  const encoder = new LineEncoder<string>((uri, number) => {
    if (typeof uri !== "string" || !uri.startsWith(prefix) || uri.length === prefix.length) {
      const problem = `expected a URI that begins with ${shown(prefix)}, got ${shown(uri)}`;
      throw new RecordFault(problem).toFormatError(format, number, "record");
    }
    count(number);
    return `,\n${JSON.stringify(uri.slice(prefix.length))}`;
  });
  yield Buffer.from(`[\n${JSON.stringify({ prefix })}`);
  yield* encodeRecords(uris, encoder, options.signal);
  yield Buffer.from("\n]\n");
}

/**
 * Writes a plain S3 manifest, as {@link encodeS3Manifest} encodes it.
 *
 * @remarks The file appears under its name only when it is complete. Missing folders are made.
 *
 * @param file - path or `file:` URL of the file to write
 * @param prefix - what all URIs begin with
 * @param uris - full URIs
 * @throws {@link ValidationError} `INVALID_INPUT` and {@link FormatError} `FORMAT_INVALID_RECORD` as {@link encodeS3Manifest}
 * @example
 * ```ts
 * await writeS3Manifest("train.manifest", "s3://bucket/images/", ["s3://bucket/images/1.png"]);
 * ```
 * @public
 */
export async function writeS3Manifest(
  file: string | URL,
  prefix: string,
  uris: RecordSource<string>,
  options: WriteOptions = {},
): Promise<WriteResult> {
  let records = 0;
  const chunks = encoded(prefix, uris, options, (number) => {
    records = number;
  });
  return { ...(await writeChunks(file, chunks, options.signal)), records };
}

/**
 * Reads the URIs of a plain S3 manifest: the prefix and each name, joined as text, as the service does.
 *
 * @remarks The file may be of any size and on one line or many; one name is held at a time.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes
 * @throws {@link FormatError} `FORMAT_INVALID_RECORD` naming byte offset and entry, for what is no such manifest
 * @public
 */
export function readS3Manifest(source: ByteSource, options: S3ManifestReadOptions = {}): RecordStream<string> {
  checkKnownKeys(options, ["signal"], "readS3Manifest");
  return new RecordStream(() => manifestUris(source, format, options.signal));
}
