import { type ChannelInput, JobFailure } from "../../contract.js";
import type { Hyperparameters, Likelihood } from "../hyperparameters.js";
import { type ChannelRecord, dataFiles, readChannel } from "./read-channel.js";
import { makeSeries, type Series } from "./series.js";

/** Which groups and dynamic features a model has: the same for all its series. */
export interface Layout {
  /** Number of groups of each categorical feature; empty without. */
  readonly cardinality: readonly number[];
  readonly dynamicFeatures: number;
}

/** The series of a channel and what they have in common. */
export interface Dataset {
  readonly series: readonly Series[];
  readonly layout: Layout;
  /** What the container says about fields that it looked for. */
  readonly lines: readonly string[];
}

/** Fewest values in all series of the train channel together. */
const LEAST_OBSERVATIONS = 300;

/** Reads the train channel and finds out what the series have. */
export async function readTrainingSet(
  channel: ChannelInput,
  hyperparameters: Hyperparameters,
  signal: AbortSignal,
): Promise<Dataset> {
  const { cardinality, num_dynamic_feat: dynamicFeatures } = hyperparameters;
  const lines: string[] = [];
  const [firstFile] = dataFiles(channel);
  const notFound = (hyperparameter: string, field: string): void => {
    lines.push(
      `[${hyperparameter}=auto] \`${field}\` field was NOT found in the file \`${firstFile.containerPath}\` and will NOT be used for training.`,
    );
  };
  const reader = new SeriesReader(hyperparameters);
  const series: Series[] = [];
  for await (const record of readChannel(channel, signal)) series.push(reader.take(record));

  const inferred = reader.codes.map((codes) => codes.reduce((most, code) => Math.max(most, code), -1) + 1);
  if (cardinality === "auto") {
    if (inferred.length === 0) notFound("cardinality", "cat");
    else lines.push(`[cardinality=auto] Inferred value of cardinality=[${inferred.join(", ")}] from dataset.`);
  }
  if (dynamicFeatures === "auto") {
    if (reader.dynamicFeatures === 0) notFound("num_dynamic_feat", "dynamic_feat");
    else {
      lines.push(`[num_dynamic_feat=auto] Inferred value of num_dynamic_feat=${reader.dynamicFeatures} from dataset.`);
    }
  }
  const groups = Array.isArray(cardinality) ? (cardinality as readonly number[]) : inferred;
  checkCardinality(groups, reader.codes, Array.isArray(cardinality));
  if (typeof dynamicFeatures === "number" && dynamicFeatures !== reader.dynamicFeatures) {
    throw new JobFailure(
      "ClientError",
      `num_dynamic_feat is ${dynamicFeatures}, but the series of the train channel have ${reader.dynamicFeatures} dynamic features.`,
    );
  }
  checkTargets(series, hyperparameters);
  return { series, layout: { cardinality: groups, dynamicFeatures: reader.dynamicFeatures }, lines };
}

/** Reads the test channel, which must have what the model was trained with. */
export async function readTestSet(
  channel: ChannelInput,
  hyperparameters: Hyperparameters,
  layout: Layout,
  signal: AbortSignal,
): Promise<Series[]> {
  const reader = new SeriesReader(hyperparameters);
  const series: Series[] = [];
  for await (const record of readChannel(channel, signal)) {
    series.push(reader.take(record));
    const fault = layoutFault(series.at(-1) as Series, layout);
    if (fault !== undefined) throw new JobFailure("ClientError", `${fault} (test channel, ${record.place}).`);
  }
  return series;
}

/** Why a series does not fit a model; undefined when it does. */
export function layoutFault(
  { categories, dynamicFeatures }: Pick<Series, "categories" | "dynamicFeatures">,
  layout: Layout,
): string | undefined {
  const { cardinality } = layout;
  if (categories.length !== cardinality.length) {
    return cardinality.length === 0
      ? "The model was trained without `cat`, but the series has it"
      : `The model was trained with \`cat\` of ${cardinality.length} values, but the series has ${categories.length || "none"}`;
  }
  for (const [index, code] of categories.entries()) {
    const groups = cardinality[index] as number;
    if (code >= groups) return `cat[${index}] is ${code}, but the model knows the categories 0 to ${groups - 1}`;
  }
  if (dynamicFeatures.length === layout.dynamicFeatures) return undefined;
  return layout.dynamicFeatures === 0
    ? "The model was trained without `dynamic_feat`, but the series has it"
    : `The model was trained with ${layout.dynamicFeatures} dynamic features, but the series has ${dynamicFeatures.length || "none"}`;
}

/** Takes over the series of a channel and holds each against the ones before. */
class SeriesReader {
  /** Codes of each categorical feature, each once. */
  readonly codes: number[][] = [];
  dynamicFeatures = 0;
  readonly #hyperparameters: Hyperparameters;
  readonly #seen: Set<number>[] = [];
  #first = true;

  constructor(hyperparameters: Hyperparameters) {
    this.#hyperparameters = hyperparameters;
  }

  take({ series: record, place }: ChannelRecord): Series {
    const { cardinality, num_dynamic_feat, likelihood, time_freq } = this.#hyperparameters;
    const categories = cardinality === undefined ? [] : (record.categories ?? []);
    const dynamicFeatures = num_dynamic_feat === undefined ? [] : (record.dynamicFeatures ?? []);
    if (this.#first) {
      this.#first = false;
      this.dynamicFeatures = dynamicFeatures.length;
      for (const _ of categories) {
        this.codes.push([]);
        this.#seen.push(new Set());
      }
    }
    checkSame("cat", categories.length, this.codes.length, place);
    checkSame("dynamic_feat", dynamicFeatures.length, this.dynamicFeatures, place);
    for (const [index, code] of categories.entries()) {
      if (this.#seen[index]?.has(code)) continue;
      this.#seen[index]?.add(code);
      this.codes[index]?.push(code);
    }
    checkLikelihood(likelihood, record.values, place);
    return makeSeries({ start: record.start, values: record.values, categories, dynamicFeatures }, time_freq);
  }
}

function checkSame(field: string, count: number, wanted: number, place: string): void {
  if (count === wanted) return;
  throw new JobFailure(
    "ClientError",
    `All time series must have the same number of values in \`${field}\`, or none: the first series has ${wanted}, ${place} has ${count}.`,
  );
}

function checkCardinality(cardinality: readonly number[], codes: readonly number[][], given: boolean): void {
  if (given && cardinality.length !== codes.length) {
    throw new JobFailure(
      "ClientError",
      `cardinality is [${cardinality.join(", ")}], for ${cardinality.length} categorical features, but \`cat\` in the train ` +
        `channel has ${codes.length}.`,
    );
  }
  for (const [index, groups] of cardinality.entries()) {
    const seen = codes[index] ?? [];
    const tooHigh = seen.find((code) => code >= groups);
    if (tooHigh !== undefined) {
      throw new JobFailure(
        "ClientError",
        `cardinality of the ${index + 1}-th categorical feature is ${groups}, but the train channel has the category ${tooHigh}; ` +
          `categories count from 0 to ${groups - 1}.`,
      );
    }
    if (seen.length === groups) continue;
    const present = new Set(seen);
    const missing = Array.from({ length: groups }, (_, code) => code).filter((code) => !present.has(code));
    const shown = missing.slice(0, 20).join(", ") + (missing.length > 20 ? ", ..." : "");
    throw new JobFailure(
      "ClientError",
      `Training set did not contain examples for all categories of the ${index + 1}-th categorical feature. All values for cat in ` +
        `the range 0 <= cat < (cardinality = ${groups}) need to be contained in the training set. Missing values are [${shown}]`,
    );
  }
}

function checkTargets(all: readonly Series[], { prediction_length }: Hyperparameters): void {
  const values = all.reduce(
    (sum, { length, observed }) => sum + (observed?.reduce((count, there) => count + there, 0) ?? length),
    0,
  );
  if (all.every((series) => series.values.every((value) => value === 0))) {
    throw new JobFailure("ClientError", "training time series consist of only zeros or missing values");
  }
  if (values < LEAST_OBSERVATIONS) {
    throw new JobFailure(
      "ClientError",
      `The total number of observations in all time series of the train channel must be at least ${LEAST_OBSERVATIONS}, got ${values}.`,
    );
  }
  if (all.every(({ length }) => length <= prediction_length)) {
    throw new JobFailure(
      "ClientError",
      `No time series of the train channel is longer than prediction_length ${prediction_length}; shorter ones are not trained on.`,
    );
  }
}

/** A likelihood that gives a value no probability has an endless loss. */
function checkLikelihood(likelihood: Likelihood, values: Float64Array, place: string): void {
  const rule = {
    "negative-binomial": {
      fits: (value: number) => value >= 0 && Number.isInteger(value),
      wanted: "whole numbers from 0",
    },
    beta: { fits: (value: number) => value >= 0 && value <= 1, wanted: "values between 0 and 1" },
    gaussian: undefined,
    "student-t": undefined,
    "deterministic-l1": undefined,
  }[likelihood];
  if (!rule) return;
  const fault = values.findIndex((value) => !Number.isNaN(value) && !rule.fits(value));
  if (fault < 0) return;
  throw new JobFailure(
    "ClientError",
    `Likelihood ${likelihood} needs ${rule.wanted}, but target[${fault}] of ${place} is ${values[fault]}.`,
  );
}
