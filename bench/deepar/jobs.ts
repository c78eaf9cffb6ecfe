// Data and jobs of the benchmarks of DeepAR in local mode.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { normalNumbers, seededRandom } from "../../src/internal/random.js";
import type { ChannelInput } from "../../src/local/engines/contract.js";
import { engine } from "../../src/local/engines/deepar/engine.js";

/** A series as a file has it. */
export interface Line {
  readonly start: string;
  readonly target: readonly number[];
  readonly cat?: readonly number[];
  readonly dynamic_feat?: readonly (readonly number[])[];
}

/** The settings of the published job. */
export const CHAPTER = {
  ...{ time_freq: "H", context_length: "50", prediction_length: "50", num_cells: "40", num_layers: "3" },
  ...{ likelihood: "gaussian", epochs: "20", mini_batch_size: "32", learning_rate: "0.001", dropout_rate: "0.05" },
  early_stopping_patience: "10",
};

/** The series of the published job with other noise: a profile of 50 hours, ten times, and normal noise of deviation 100. */
export function chapterSeries(seed: number): Line {
  const noise = normalNumbers(seededRandom(seed));
  const target = Array.from({ length: 500 }, (_, hour) => {
    const t = hour % 50;
    return (t < 20 ? t * t : (t - 5) ** 2) + 100 * noise();
  });
  return { start: "2020-01-01 00:00:00", target };
}

/**
 * Hourly series of shops: a rhythm of days and one of weeks, both by the kind of the shop, a size of its own, noise of a
 * tenth of it, and campaigns that are known ahead and raise it by half.
 */
export function shopSeries(count: number, length: number, seed: number): Line[] {
  const random = seededRandom(seed);
  const noise = normalNumbers(random);
  return Array.from({ length: count }, (_, shop) => {
    const kind = shop % 4;
    const size = 20 * Math.exp(noise());
    const campaign = Array.from({ length: Math.ceil(length / 12) }, () => (random.next() < 0.1 ? 1 : 0));
    const feature = Array.from({ length }, (_, hour) => campaign[Math.floor(hour / 12)] ?? 0);
    const target = feature.map((raised, hour) => {
      const day = 1 + 0.8 * Math.sin((2 * Math.PI * ((hour % 24) - 6 - 2 * kind)) / 24);
      const week = Math.floor(hour / 24) % 7 >= 5 ? 0.5 + 0.4 * kind : 1;
      return Number(Math.max(0, size * (day * week * (1 + 0.5 * raised) + 0.1 * noise())).toFixed(3));
    });
    return { start: "2024-01-01 00:00:00", target, cat: [kind], dynamic_feat: [feature] };
  });
}

/** Without the last points of targets and features. */
export function withoutLast(lines: readonly Line[], points: number): Line[] {
  return lines.map((line) => ({
    ...line,
    target: line.target.slice(0, -points),
    ...(line.dynamic_feat && { dynamic_feat: line.dynamic_feat.map((feature) => feature.slice(0, -points)) }),
  }));
}

export interface Scores {
  readonly rmse: number;
  readonly meanWeightedQuantileLoss: number;
  /** Share of the points between the quantiles 0.1 and 0.9. */
  readonly coverage: number;
}

export interface JobFigures extends Scores {
  readonly finalLoss: number;
  readonly epochs: number;
}

/** Trains and scores as a job does, then forecasts by a served model. Times nothing. */
export async function runJob(
  dir: string,
  options: {
    readonly train: readonly Line[];
    readonly test: readonly Line[];
    readonly seed: number;
    readonly threads?: number;
    readonly hyperparameters: Readonly<Record<string, string>>;
  },
): Promise<JobFigures> {
  const { seed, threads = 1, hyperparameters } = options;
  const folder = mkdtempSync(join(dir, "job-"));
  const channel = (name: string, lines: readonly Line[]): ChannelInput => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const containerPath = `/opt/ml/input/data/${name}/${name}.json`;
    return {
      ...{ name, contentType: "json", inputMode: "File", s3DataType: "S3Prefix", recordWrapperType: "None" },
      ...{ attributeNames: [], shuffleSeed: undefined },
      files: [{ name: `${name}.json`, path, sizeBytes: statSync(path).size, containerPath }],
    };
  };
  const modelDir = join(folder, "model");
  mkdirSync(modelDir);
  const log: string[] = [];
  await engine.train({
    ...{ jobName: "job", hyperParameters: hyperparameters, instanceType: "ml.c5.xlarge", instanceCount: 1 },
    channels: [channel("train", options.train), channel("test", options.test)],
    ...{ modelDir, outputDir: folder, scratchDir: folder, settings: { seed, threads } },
    log: (line) => log.push(line),
    signal: new AbortController().signal,
  });
  const number = (text: string): number => {
    const line = log.find((one) => one.includes(text)) ?? "";
    return Number(line.slice(line.indexOf(text) + text.length).split(" ", 1)[0]);
  };
  const model = await engine.load({
    ...{ modelDir, environment: {}, instanceType: "ml.c5.xlarge", settings: { seed, threads }, log: () => undefined },
  });
  const points = Number(hyperparameters["prediction_length"]);
  let inside = 0;
  for (const line of options.test) {
    const instance = { ...line, target: line.target.slice(0, -points) };
    const body = { instances: [instance], configuration: { output_types: ["quantiles"], quantiles: ["0.1", "0.9"] } };
    const { body: answer } = await model.invoke({
      ...{ body: new TextEncoder().encode(JSON.stringify(body)), contentType: "application/json", accept: undefined },
    });
    const { predictions } = JSON.parse(new TextDecoder().decode(answer)) as {
      readonly predictions: readonly { readonly quantiles: Readonly<Record<string, readonly number[]>> }[];
    };
    const { "0.1": low = [], "0.9": high = [] } = predictions[0]?.quantiles ?? {};
    line.target.slice(-points).forEach((value, point) => {
      if (value >= (low[point] ?? Number.NaN) && value <= (high[point] ?? Number.NaN)) inside++;
    });
  }
  model.dispose?.();
  rmSync(folder, { recursive: true });
  return {
    rmse: number("test RMSE <loss>="),
    meanWeightedQuantileLoss: number("test mean_wQuantileLoss <loss>="),
    coverage: inside / (points * options.test.length),
    finalLoss: number("Final loss: "),
    epochs: log.filter((line) => line.includes("#progress_metric")).length,
  };
}

/**
 * The scores of "as one period ago", over all series: the point forecast stands for all quantiles, or, with `spread`, each
 * quantile is the point forecast and that quantile of its errors over the series before.
 */
export function naiveScores(
  lines: readonly Line[],
  options: { readonly points: number; readonly period: number; readonly spread?: boolean },
): Scores {
  const { points, period, spread = false } = options;
  const levels = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
  let squares = 0;
  let absolute = 0;
  let inside = 0;
  const losses = levels.map(() => 0);
  for (const { target } of lines) {
    const start = target.length - points;
    const at = (index: number): number => target[index] ?? Number.NaN;
    const errors = Array.from({ length: start - period }, (_, i) => at(i + period) - at(i)).sort((a, b) => a - b);
    const shift = levels.map((level) => (spread ? (errors[Math.round(level * (errors.length - 1))] ?? 0) : 0));
    for (let point = 0; point < points; point++) {
      const value = at(start + point);
      const naive = at(start + (point % period) - period);
      squares += (value - naive) ** 2;
      absolute += Math.abs(value);
      levels.forEach((level, index) => {
        const distance = value - naive - (shift[index] ?? 0);
        losses[index] = (losses[index] ?? 0) + 2 * (distance >= 0 ? level : level - 1) * distance;
      });
      if (value - naive >= (shift[0] ?? 0) && value - naive <= (shift[8] ?? 0)) inside++;
    }
  }
  const count = points * lines.length;
  return {
    rmse: Math.sqrt(squares / count),
    meanWeightedQuantileLoss: mean(losses) / absolute,
    coverage: inside / count,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Means over jobs, as figures beside those of a variant. */
export function averages(jobs: readonly Scores[]): Record<string, number> {
  return {
    rmse: mean(jobs.map(({ rmse }) => rmse)),
    wql: mean(jobs.map(({ meanWeightedQuantileLoss }) => meanWeightedQuantileLoss)),
    coverage: mean(jobs.map(({ coverage }) => coverage)),
  };
}
