import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { engine } from "../../../../src/local/engines/blazingtext/engine.js";
import type {
  ChannelInput,
  InvocationResponse,
  LoadedModel,
  TrainingContext,
} from "../../../../src/local/engines/contract.js";
import { jobFolders, temporaryFolder } from "../job-folders.js";

export { removeFolders as removeJobs, temporaryFolder } from "../job-folders.js";

/** A training job in a folder of its own. */
export interface TrainedJob {
  readonly folder: string;
  readonly modelFile: string;
  readonly log: readonly string[];
}

export interface JobOptions {
  readonly hyperparameters?: Readonly<Record<string, string>>;
  readonly validation?: string | Uint8Array;
  readonly seed?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: string) => void;
}

export function channel(name: string, ...paths: readonly string[]): ChannelInput {
  return {
    name,
    contentType: "text/plain",
    inputMode: "File",
    s3DataType: "S3Prefix",
    recordWrapperType: "None",
    attributeNames: [],
    shuffleSeed: undefined,
    files: paths.map((path) => ({
      name: basename(path),
      path,
      sizeBytes: 1024,
      containerPath: `/opt/ml/input/data/${name}/${basename(path)}`,
    })),
  };
}

/** The context of a job with one train file; a test replaces what it is about. */
export function contextFor(
  train: string | Uint8Array,
  options: JobOptions = {},
): TrainingContext & { readonly lines: string[] } {
  const folder = temporaryFolder();
  const lines: string[] = [];
  const channels = [channel("train", join(folder, "train.txt"))];
  writeFileSync(join(folder, "train.txt"), train);
  if (options.validation !== undefined) {
    writeFileSync(join(folder, "validation.txt"), options.validation);
    channels.push(channel("validation", join(folder, "validation.txt")));
  }
  return {
    jobName: "job",
    hyperParameters: { mode: "supervised", ...options.hyperparameters },
    channels,
    instanceType: "ml.c5.xlarge",
    instanceCount: 1,
    ...jobFolders(folder),
    settings: { seed: options.seed ?? 1, threads: options.threads ?? 1 },
    log: (line) => {
      lines.push(line);
      options.onLog?.(line);
    },
    signal: options.signal ?? new AbortController().signal,
    lines,
  };
}

/** Trains and returns what the job left. */
export async function trainJob(train: string | Uint8Array, options: JobOptions = {}): Promise<TrainedJob> {
  const context = contextFor(train, options);
  await engine.train(context);
  return { folder: context.modelDir, modelFile: join(context.modelDir, "model.bin"), log: context.lines };
}

export function loadFolder(modelDir: string, log: (line: string) => void = () => undefined): Promise<LoadedModel> {
  return engine.load({
    modelDir,
    environment: {},
    instanceType: "ml.m5.xlarge",
    settings: { seed: 1, threads: 1 },
    log,
  });
}

/** Sends a request and reads the answer as text. */
export async function ask(model: LoadedModel, body: string, contentType = "application/json"): Promise<string> {
  const response: InvocationResponse = await model.invoke({
    body: new TextEncoder().encode(body),
    contentType,
    accept: undefined,
  });
  return new TextDecoder().decode(response.body);
}
