import { FormatError } from "../errors/index.js";
import { joinS3Uri } from "../internal/s3-uri.js";
import type { TransformJob } from "../jobs/index.js";
import type { CallOptions } from "../session/index.js";

/**
 * One input object of a transform job and where its output is.
 *
 * @public
 */
export interface TransformOutputFile {
  /** S3 URI of the input object. */
  readonly input: string;
  /** S3 URI of the output object: one `.out` for each input. */
  readonly output: string;
  /** False when the output is not there: the job has not come to it yet, or a record of the input was refused. */
  readonly exists: boolean;
}

/**
 * S3 URI of the output that a transform job writes for one input object.
 *
 * @remarks The key below the input's folder is kept, sub-folders included, and `.out` is added. The folder of the input is
 * its S3 URI up to the last slash.
 *
 * @param inputS3Uri - `S3Uri` of the job's input: an object, a folder or any beginning of keys
 * @param objectUri - one object that it names
 * @param outputPath - `S3OutputPath` of the job
 * @example
 * ```ts
 * transformOutputUri("s3://b/in/", "s3://b/in/2026/a.jsonl", "s3://b/out"); // s3://b/out/2026/a.jsonl.out
 * ```
 * @public
 */
export function transformOutputUri(inputS3Uri: string, objectUri: string, outputPath: string): string {
  const folder = inputS3Uri.slice(0, inputS3Uri.lastIndexOf("/") + 1);
  const relative = objectUri.startsWith(folder)
    ? objectUri.slice(folder.length)
    : objectUri.slice(objectUri.lastIndexOf("/") + 1);
  return joinS3Uri(outputPath, `${relative}.out`);
}

/**
 * The input objects of a transform job with their outputs, in the order of their keys.
 *
 * @remarks
 * Reads DescribeTransformJob and lists both prefixes, 1000 keys a page. Inputs named by a manifest are read from it. Objects
 * added to the prefix after the job began are listed as well, with `exists` false.
 *
 * @throws {@link ConfigurationError} `NO_BUCKET` or `BUCKET_UNREADABLE` when a bucket is missing or may not be listed
 * @public
 */
export async function outputFiles(job: TransformJob, options: CallOptions = {}): Promise<TransformOutputFile[]> {
  const { signal } = options;
  const { TransformInput, TransformOutput } = await job.describe({ signal });
  const { session } = job;
  const source = TransformInput.DataSource.S3DataSource;
  const outputs = new Set<string>();
  const folder = TransformOutput.S3OutputPath.endsWith("/")
    ? TransformOutput.S3OutputPath
    : `${TransformOutput.S3OutputPath}/`;
  for await (const { uri } of session.listS3Files(folder, { signal })) outputs.add(uri);
  const files: TransformOutputFile[] = [];
  const add = (input: string, prefix: string): void => {
    const output = transformOutputUri(prefix, input, TransformOutput.S3OutputPath);
    files.push({ input, output, exists: outputs.has(output) });
  };
  if (source.S3DataType === "ManifestFile") {
    const manifest: unknown = JSON.parse(await session.readS3File(source.S3Uri, { signal }));
    const { prefix, names } = readManifest(manifest, source.S3Uri);
    for (const name of names) add(`${prefix}${name}`, prefix);
  } else {
    for await (const { uri, key } of session.listS3Files(source.S3Uri, { signal, match: "prefix" })) {
      if (!key.endsWith("/")) add(uri, source.S3Uri);
    }
  }
  return files;
}

/** A manifest is `[{"prefix": "s3://…/"}, "name", …]`; the names follow the prefix as text. */
function readManifest(manifest: unknown, uri: string): { readonly prefix: string; readonly names: readonly string[] } {
  const [first, ...names] = Array.isArray(manifest) ? (manifest as unknown[]) : [];
  const prefix = (first as { readonly prefix?: unknown } | undefined)?.prefix;
  if (typeof prefix !== "string" || !names.every((name) => typeof name === "string")) {
    throw new FormatError('expected [{"prefix": "s3://bucket/folder/"}, "name", ...]', {
      code: "FORMAT_INVALID_RECORD",
      format: "S3 manifest",
      source: uri,
    });
  }
  return { prefix, names };
}
