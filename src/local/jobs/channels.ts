import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { parseS3Uri } from "../../internal/s3-uri.js";
import type { ObjectStore, StoredObject } from "../core/contract.js";
import { type ChannelFile, type ChannelInput, JobFailure } from "../engines/index.js";
import { inputObjects, requiredObject } from "./data-source.js";

/** A channel as it stands in a CreateTrainingJob request. */
export interface ChannelRequest {
  readonly ChannelName: string;
  readonly ContentType?: string | undefined;
  readonly CompressionType?: string | undefined;
  readonly RecordWrapperType?: "None" | "RecordIO" | undefined;
  readonly InputMode?: "File" | "Pipe" | "FastFile" | undefined;
  readonly ShuffleConfig?: { readonly Seed: number } | undefined;
  readonly DataSource: {
    readonly S3DataSource?:
      | {
          readonly S3DataType: ChannelInput["s3DataType"] | "Converse";
          readonly S3Uri: string;
          readonly S3DataDistributionType?: string | undefined;
          readonly AttributeNames?: readonly string[] | undefined;
        }
      | undefined;
    readonly FileSystemDataSource?: unknown;
  };
}

/** A channel without its files: what is known before anything is read. */
export function describeChannel(
  channel: ChannelRequest,
  jobInputMode: ChannelInput["inputMode"],
): Omit<ChannelInput, "files"> {
  const source = channel.DataSource.S3DataSource;
  return {
    name: channel.ChannelName,
    contentType: channel.ContentType,
    inputMode: channel.InputMode ?? jobInputMode,
    s3DataType: (source?.S3DataType ?? "S3Prefix") as ChannelInput["s3DataType"],
    recordWrapperType: channel.RecordWrapperType ?? "None",
    attributeNames: source?.AttributeNames ?? [],
    shuffleSeed: channel.ShuffleConfig?.Seed,
  };
}

/**
 * Finds the files of a channel in the object store; nothing is copied.
 *
 * An augmented manifest gives the manifest itself first, then every object that its `-ref` attributes point at, with the
 * S3 URI as name.
 *
 * @throws JobFailure `ClientError` when something is missing
 */
export async function resolveChannel(
  objects: ObjectStore,
  channel: ChannelRequest,
  jobInputMode: ChannelInput["inputMode"],
): Promise<ChannelInput> {
  const description = describeChannel(channel, jobInputMode);
  const uri = channel.DataSource.S3DataSource?.S3Uri ?? "";
  const files: ChannelFile[] = [];
  const add = (name: string, object: StoredObject): void => {
    const containerPath =
      description.inputMode === "Pipe"
        ? `/opt/ml/input/data/${description.name}_0`
        : `/opt/ml/input/data/${description.name}/${name}`;
    files.push({ name, path: object.path, sizeBytes: object.sizeBytes, containerPath });
  };
  if (description.s3DataType === "AugmentedManifestFile") {
    const { bucket, key } = parseS3Uri(uri);
    const manifest = await requiredObject(objects, bucket, key);
    add(key.slice(key.lastIndexOf("/") + 1), manifest);
    const references = description.attributeNames.filter((name) => name.endsWith("-ref"));
    for await (const reference of references.length > 0 ? referencedUris(manifest, references) : []) {
      const target = parseS3Uri(reference);
      add(reference, await requiredObject(objects, target.bucket, target.key));
    }
  } else {
    for await (const { name, object } of inputObjects(objects, description.s3DataType, uri)) add(name, object);
  }
  return { ...description, files };
}

/** Every S3 URI behind the given attributes, each once, in the order of the manifest. */
async function* referencedUris(manifest: StoredObject, attributes: readonly string[]): AsyncGenerator<string> {
  const seen = new Set<string>();
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(manifest.path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    if (line.trim() === "") continue;
    const where = `Augmented manifest s3://${manifest.bucket}/${manifest.key}, line ${number}`;
    let record: Readonly<Record<string, unknown>>;
    try {
      record = JSON.parse(line) as Readonly<Record<string, unknown>>;
    } catch (error) {
      throw new JobFailure("ClientError", `${where} is not JSON: ${error instanceof Error ? error.message : error}`);
    }
    for (const attribute of attributes) {
      const uri = record[attribute];
      if (typeof uri !== "string" || !/^s3:\/\/[^/]+\/./u.test(uri)) {
        throw new JobFailure("ClientError", `${where}: attribute "${attribute}" must be an S3 URI`);
      }
      if (seen.has(uri)) continue;
      seen.add(uri);
      yield uri;
    }
  }
}
