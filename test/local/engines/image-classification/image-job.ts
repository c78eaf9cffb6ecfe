import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodePng, writeImageRecords } from "../../../../src/formats/index.js";
import { seededRandom } from "../../../../src/internal/random.js";
import type {
  ChannelInput,
  InvocationRequest,
  LoadedModel,
  TrainingContext,
} from "../../../../src/local/engines/contract.js";
import { engine } from "../../../../src/local/engines/image-classification/engine.js";
import { jobFolders, temporaryFolder } from "../job-folders.js";

export { removeFolders, temporaryFolder } from "../job-folders.js";

/** An image with its class. */
export interface Sample {
  readonly label: number;
  readonly png: Uint8Array;
}

/** Images of noise with a bright bar: upright, level or slanting. One seed gives the same images. */
export async function samples(
  count: number,
  options: { readonly seed?: number; readonly size?: number; readonly classes?: number } = {},
): Promise<Sample[]> {
  const { seed = 1, size = 8, classes = 3 } = options;
  const random = seededRandom(seed);
  const made: Sample[] = [];
  for (let i = 0; i < count; i++) {
    const label = i % classes;
    const at = 1 + random.nextInt(size - 2);
    const data = Uint8Array.from({ length: size * size }, (_, pixel) => {
      const x = pixel % size;
      const y = Math.floor(pixel / size);
      const onBar = label === 0 ? x === at : label === 1 ? y === at : (x + y) % size === at;
      return (onBar ? 170 : 0) + random.nextInt(60);
    });
    made.push({ label, png: await encodePng({ width: size, height: size, channels: 1, data }) });
  }
  return made;
}

/** A channel of files that are written to a folder of their own. */
export function channel(
  name: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  changes: Partial<ChannelInput> = {},
): ChannelInput {
  const folder = temporaryFolder();
  return {
    name,
    contentType: "application/x-image",
    inputMode: "File",
    s3DataType: "S3Prefix",
    recordWrapperType: "None",
    attributeNames: [],
    shuffleSeed: undefined,
    files: Object.entries(files).map(([file, content], index) => {
      // S3 URIs are names too.
      const path = file.startsWith("s3://") ? join(folder, String(index)) : join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      const containerPath = `/opt/ml/input/data/${name}/${file}`;
      return { name: file, path, sizeBytes: statSync(path).size, containerPath };
    }),
    ...changes,
  };
}

/** Images and their list, as two channels. */
export function listChannels(name: string, images: readonly Sample[]): ChannelInput[] {
  const paths = images.map(({ label }, index) => `${label}/image-${index}.png`);
  const list = images.map(({ label }, index) => `${index + 1}\t${label}\t${paths[index]}\n`).join("");
  const files = Object.fromEntries(images.map(({ png }, index) => [paths[index] as string, png]));
  return [channel(name, files), channel(`${name}_lst`, { [`${name}.lst`]: list })];
}

/** Images in one RecordIO file. */
export async function recordChannel(
  name: string,
  images: readonly { readonly label: number | readonly number[]; readonly png: Uint8Array }[],
): Promise<ChannelInput> {
  const file = join(temporaryFolder(), "images.rec");
  await writeImageRecords(
    file,
    images.map(({ label, png }, id) => ({ id, labels: label, image: png })),
  );
  return channel(name, { [`${name}.rec`]: readFileSync(file) }, { contentType: "application/x-recordio" });
}

export interface JobOptions {
  readonly channels: readonly ChannelInput[];
  readonly hyperparameters?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: string) => void;
}

/** A small network for the images of {@link samples}. */
const SMALL = {
  num_layers: "20",
  image_shape: "1,8,8",
  num_classes: "3",
  mini_batch_size: "12",
  num_training_samples: "48",
  epochs: "4",
  learning_rate: "0.05",
};

/** The context of a job in a folder of its own. */
export function contextFor(options: JobOptions): TrainingContext & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    jobName: "job",
    hyperParameters: { ...SMALL, ...options.hyperparameters },
    channels: options.channels,
    instanceType: "ml.g4dn.xlarge",
    instanceCount: 1,
    ...jobFolders(temporaryFolder()),
    settings: { seed: options.seed ?? 1, threads: options.threads ?? 1 },
    log: (line) => {
      lines.push(line);
      options.onLog?.(line);
    },
    signal: options.signal ?? new AbortController().signal,
    lines,
  };
}

/** What a job left. */
export interface FinishedJob {
  readonly modelDir: string;
  /** Without date, level and thread. */
  readonly log: readonly string[];
}

export async function trainJob(options: JobOptions): Promise<FinishedJob> {
  const context = contextFor(options);
  await engine.train(context);
  return { modelDir: context.modelDir, log: context.lines.map(withoutStamp) };
}

export function withoutStamp(line: string): string {
  return line.replace(/^\[\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d INFO \d+\] /u, "");
}

/** The values of all lines such as `Epoch[0] Validation-accuracy=0.5`. */
export function metric(log: readonly string[], name: string): number[] {
  return log.flatMap((line) => {
    const found = new RegExp(`^Epoch\\[\\d+\\] ${name}=(\\S+)$`, "u").exec(line)?.[1];
    return found === undefined ? [] : [Number(found)];
  });
}

export function loadFolder(modelDir: string, log: (line: string) => void = () => undefined): Promise<LoadedModel> {
  const settings = { seed: 1, threads: 1 };
  return engine.load({ modelDir, environment: {}, instanceType: "ml.m5.xlarge", settings, log });
}

/** Sends an image and reads the answer as text. */
export async function ask(
  model: LoadedModel,
  body: Uint8Array,
  request: Partial<InvocationRequest> = {},
): Promise<string> {
  const response = await model.invoke({ body, contentType: "application/x-image", accept: undefined, ...request });
  return new TextDecoder().decode(response.body);
}

/** The class with the highest probability. */
export async function classOf(model: LoadedModel, { png }: Sample): Promise<number> {
  const probabilities = JSON.parse(await ask(model, png)) as number[];
  return probabilities.indexOf(Math.max(...probabilities));
}
