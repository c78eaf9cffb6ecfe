import { readFile } from "node:fs/promises";
import { parseS3Uri } from "../../internal/s3-uri.js";
import type { ObjectStore, StoredObject } from "../core/contract.js";
import { JobFailure } from "../engines/index.js";

/** One object of a job's input. */
export interface InputObject {
  /** Name below the channel or below the output prefix. */
  readonly name: string;
  readonly object: StoredObject;
}

/** A manifest is read into memory; a larger one is a mistake. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

/**
 * Name of an object relative to a prefix. A prefix is text, not a folder: `s3://b/data/tr` also takes `data/train.txt`,
 * and the name then starts behind the last slash of the prefix.
 */
export function relativeName(key: string, prefix: string): string {
  if (key.length > prefix.length && key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf("/") + 1);
}

/** True when at least one object stands behind the input, as the service checks when a job is created. */
export async function hasObjects(objects: ObjectStore, dataType: string, uri: string): Promise<boolean> {
  const { bucket, key } = parseS3Uri(uri);
  if (!(await objects.bucketExists(bucket))) return false;
  if (dataType !== "S3Prefix") return (await objects.head(bucket, key)) !== undefined;
  for await (const _ of listed(objects, bucket, key)) return true;
  return false;
}

/**
 * The objects of an `S3Prefix` or `ManifestFile` input, in their order.
 *
 * @throws JobFailure `ClientError` when an object is missing or the manifest is not one
 */
export async function* inputObjects(objects: ObjectStore, dataType: string, uri: string): AsyncGenerator<InputObject> {
  const { bucket, key } = parseS3Uri(uri);
  if (dataType === "ManifestFile") {
    yield* manifestObjects(objects, bucket, key);
    return;
  }
  let count = 0;
  for await (const object of listed(objects, bucket, key)) {
    count++;
    yield { name: relativeName(object.key, key), object };
  }
  if (count === 0) throw downloadFailure(`no S3 objects found under s3://${bucket}/${key}`);
}

/**
 * An object that a job needs.
 *
 * @throws JobFailure `ClientError` when it does not exist
 */
export async function requiredObject(objects: ObjectStore, bucket: string, key: string): Promise<StoredObject> {
  const object = (await objects.bucketExists(bucket)) ? await objects.head(bucket, key) : undefined;
  if (!object) throw downloadFailure(`s3://${bucket}/${key}: NoSuchKey (404): The specified key does not exist.`);
  return object;
}

/** Objects below a prefix without the empty "folders" that consoles create. */
async function* listed(objects: ObjectStore, bucket: string, prefix: string): AsyncGenerator<StoredObject> {
  for await (const object of objects.list(bucket, prefix)) {
    if (!object.key.endsWith("/")) yield object;
  }
}

async function* manifestObjects(objects: ObjectStore, bucket: string, key: string): AsyncGenerator<InputObject> {
  const manifest = await requiredObject(objects, bucket, key);
  const { prefix, names } = await readManifest(manifest);
  for (const name of names) {
    const uri = `${prefix}${name}`;
    let location: { readonly bucket: string; readonly key: string };
    try {
      location = parseS3Uri(uri);
    } catch (error) {
      throw new JobFailure("ClientError", `Manifest s3://${bucket}/${key}: ${uri} is not an S3 URI`, { cause: error });
    }
    yield { name, object: await requiredObject(objects, location.bucket, location.key) };
  }
}

async function readManifest(manifest: StoredObject): Promise<{ readonly prefix: string; readonly names: string[] }> {
  const where = `Manifest s3://${manifest.bucket}/${manifest.key}`;
  if (manifest.sizeBytes > MAX_MANIFEST_BYTES) {
    throw new JobFailure(
      "ClientError",
      `${where} has ${manifest.sizeBytes} bytes; local mode reads at most ${MAX_MANIFEST_BYTES}`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(manifest.path, "utf8"));
  } catch (error) {
    throw new JobFailure("ClientError", `${where} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const [head, ...names] = Array.isArray(parsed) ? (parsed as unknown[]) : [];
  const prefix = typeof head === "object" && head !== null && "prefix" in head ? head.prefix : undefined;
  if (typeof prefix !== "string") {
    throw new JobFailure("ClientError", `${where} must be a JSON array that starts with {"prefix": "s3://..."}`);
  }
  const strange = names.findIndex((name) => typeof name !== "string");
  if (strange >= 0) {
    throw new JobFailure("ClientError", `${where}: element ${strange + 1} behind the prefix must be a string`);
  }
  return { prefix, names: names as string[] };
}

function downloadFailure(problem: string): JobFailure {
  return new JobFailure("ClientError", `Data download failed: ${problem}`);
}
