import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { normalNumbers, seededRandom } from "../../../../src/internal/random.js";
import type { ChannelInput, LoadedModel, TrainingContext } from "../../../../src/local/engines/contract.js";
import { engine } from "../../../../src/local/engines/deepar/engine.js";

const folders: string[] = [];

/** Removes all folders of this file's functions. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "deepar-"));
  folders.push(folder);
  return folder;
}

/** A record of a DeepAR file. */
export interface SeriesLine {
  readonly start: string;
  readonly target: readonly (number | null)[];
  readonly cat?: readonly number[];
  readonly dynamic_feat?: readonly (readonly number[])[];
}

export function lines(series: readonly SeriesLine[]): string {
  return series.map((one) => `${JSON.stringify(one)}\n`).join("");
}

/** Daily series with a weekly profile of their own level, and noise of a twentieth of it. One seed gives the same series. */
export function weeklySeries(
  count: number,
  options: { readonly seed?: number; readonly length?: number } = {},
): SeriesLine[] {
  const { seed = 1, length = 120 } = options;
  const profile = [0.6, 0.8, 1, 1.1, 1.6, 1.9, 0.3];
  const random = seededRandom(seed);
  const noise = normalNumbers(random);
  return Array.from({ length: count }, () => {
    const level = 10 + 90 * random.next();
    const target = Array.from({ length }, (_, day) =>
      Number((level * ((profile[day % 7] ?? 0) + 0.05 * noise())).toFixed(4)),
    );
    return { start: "2024-01-01 00:00:00", target };
  });
}

/** A channel of files that are written to a folder of their own. */
export function channel(
  name: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  changes: Partial<ChannelInput> = {},
): ChannelInput {
  const folder = temporaryFolder();
  return {
    name,
    contentType: undefined,
    inputMode: "File",
    s3DataType: "S3Prefix",
    recordWrapperType: "None",
    attributeNames: [],
    shuffleSeed: undefined,
    files: Object.entries(files).map(([file, content]) => {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      const containerPath = `/opt/ml/input/data/${name}/${file}`;
      return { name: file, path, sizeBytes: statSync(path).size, containerPath };
    }),
    ...changes,
  };
}

/** Small and quick: daily, a week ahead, one layer of eight cells. */
export const quick: Readonly<Record<string, string>> = {
  time_freq: "D",
  context_length: "7",
  prediction_length: "7",
  num_layers: "1",
  num_cells: "8",
  mini_batch_size: "16",
  epochs: "2",
  likelihood: "gaussian",
};

export interface JobOptions {
  readonly train: readonly SeriesLine[] | ChannelInput;
  readonly test?: readonly SeriesLine[] | ChannelInput;
  readonly hyperparameters?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onLog?: (line: string) => void;
}

/** A training job in a folder of its own. */
export class Job {
  readonly modelDir = temporaryFolder();
  readonly log: string[] = [];
  readonly #context: TrainingContext;

  constructor(options: JobOptions) {
    const { train, test, hyperparameters, seed = 1, threads = 1, onLog } = options;
    const channels = [asChannel("train", train), ...(test ? [asChannel("test", test)] : [])];
    this.#context = {
      jobName: "job",
      hyperParameters: { ...quick, ...hyperparameters },
      channels,
      ...{ instanceType: "ml.c5.xlarge", instanceCount: 1, modelDir: this.modelDir },
      ...{ outputDir: temporaryFolder(), scratchDir: temporaryFolder(), settings: { seed, threads } },
      log: (line) => {
        this.log.push(line);
        onLog?.(line);
      },
      signal: options.signal ?? new AbortController().signal,
    };
  }

  async train(): Promise<this> {
    await engine.train(this.#context);
    return this;
  }

  /** The log without date, process and the lines of measurements. */
  get messages(): string[] {
    return this.log
      .filter((line) => line !== "" && !line.startsWith("#metrics"))
      .map((line) => line.replace(/^\[\S+ \S+ INFO \d+\] /u, ""));
  }

  /** The number behind a text of the log. */
  number(text: string): number {
    const line = this.messages.find((message) => message.startsWith(text));
    return Number(line?.slice(text.length).split(" ", 1)[0]);
  }

  file(name: string): Buffer {
    return readFileSync(join(this.modelDir, name));
  }
}

function asChannel(name: string, data: readonly SeriesLine[] | ChannelInput): ChannelInput {
  return "files" in data ? data : channel(name, { [`${name}.json`]: lines(data) });
}

/** Loads a model folder. */
export async function load(
  modelDir: string,
  options: { readonly seed?: number; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<LoadedModel> {
  const { seed = 1, environment = {} } = options;
  return engine.load({
    ...{ modelDir, environment, instanceType: "ml.c5.large", settings: { seed, threads: 1 } },
    log: () => undefined,
  });
}

/** The answer to a body, as text. */
export async function ask(model: LoadedModel, body: unknown, contentType = "application/json"): Promise<string> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await model.invoke({ body: new TextEncoder().encode(text), contentType, accept: undefined });
  return new TextDecoder().decode(answer.body);
}
