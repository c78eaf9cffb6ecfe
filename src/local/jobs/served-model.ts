import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LocalError } from "../../errors/index.js";
import { parseS3Uri } from "../../internal/s3-uri.js";
import type { JobEnvironment } from "./environment.js";
import type { ModelCache } from "./model-cache.js";
import { ModelHost } from "./model-host.js";

/** What a model consists of, fixed when an endpoint or transform job starts to use it. */
export interface ServedModel {
  readonly name: string;
  readonly image: string;
  readonly modelDataUrl: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** A model that could not be brought to life. The message is the FailureReason in the words of the service. */
export class ModelStartError extends Error {
  /** What the container would have written to its log. */
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.name = "ModelStartError";
    this.detail = detail;
  }
}

/** Where and for whom a model is started. */
export interface StartModelOptions {
  /** Name of the worker thread. */
  readonly name: string;
  readonly instanceType: string;
  readonly log: (line: string) => void;
  /** FailureReason when the engine cannot load the model. */
  readonly loadFailure: string;
  /** Content that was served before, by {@link ModelCache.keyOf}: still served when the object has changed or gone. */
  readonly archiveKey?: string | undefined;
}

/**
 * Unpacks a model when needed and loads it in a worker thread.
 *
 * @throws ModelStartError
 */
export async function startModel(
  environment: JobEnvironment,
  cache: ModelCache,
  model: ServedModel,
  options: StartModelOptions,
): Promise<{ readonly host: ModelHost; readonly archiveKey: string | undefined }> {
  const registration = environment.algorithms.find(model.image);
  if (!registration) {
    throw new ModelStartError(options.loadFailure, `Local mode cannot serve the image ${model.image}.`);
  }
  const { folder, archiveKey } = await modelFolder(environment, cache, model, options.archiveKey);
  try {
    const host = await ModelHost.start({
      name: options.name,
      source: registration.source,
      log: options.log,
      context: {
        modelDir: folder,
        environment: model.environment,
        instanceType: options.instanceType,
        settings: environment.settings,
      },
    });
    return { host, archiveKey };
  } catch (error) {
    throw new ModelStartError(options.loadFailure, messageOf(error));
  }
}

async function modelFolder(
  environment: JobEnvironment,
  cache: ModelCache,
  model: ServedModel,
  knownKey: string | undefined,
): Promise<{ readonly folder: string; readonly archiveKey: string | undefined }> {
  if (model.modelDataUrl === undefined) {
    const folder = join(environment.workFolder, "no-model");
    await mkdir(folder, { recursive: true });
    return { folder, archiveKey: undefined };
  }
  const cached = knownKey === undefined ? undefined : await cache.find(knownKey);
  if (cached) return { folder: cached, archiveKey: knownKey };
  const { bucket, key } = parseS3Uri(model.modelDataUrl);
  const archive = (await environment.objects.bucketExists(bucket))
    ? await environment.objects.head(bucket, key)
    : undefined;
  if (!archive) {
    throw new ModelStartError(
      `Failed to download model data for container "container_1" from URL: "${model.modelDataUrl}". Please ensure that there is ` +
        "an object located at the URL and that the role passed to CreateModel has permissions to download the object.",
      `${model.modelDataUrl} does not exist.`,
    );
  }
  try {
    return { folder: await cache.extracted(archive, model.modelDataUrl), archiveKey: cache.keyOf(archive) };
  } catch (error) {
    if (!LocalError.is(error)) throw error;
    throw new ModelStartError(
      `Failed to extract model data archive for container "container_1" from URL "${model.modelDataUrl}". Please ensure that the ` +
        "object located at the URL is a valid tar.gz archive.",
      error.message,
    );
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
