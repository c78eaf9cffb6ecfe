import { readFileSync } from "node:fs";
import { TimeSeries } from "../../../src/datasets/index.js";
import { ValidationError } from "../../../src/errors/index.js";
import { DeepAR, type DeepAROptions } from "../../../src/estimators/index.js";
import { goldenSession } from "../support.js";

interface Recorded {
  readonly series: { readonly freq: "H"; readonly t0: string; readonly data: readonly number[] };
  readonly request: { readonly instances: readonly { readonly target: readonly number[] }[] };
  readonly response: {
    readonly predictions: readonly { readonly quantiles: Readonly<Record<string, readonly number[]>> }[];
  };
}

/** Series, request and answer of a real endpoint. */
export const recorded: Recorded = JSON.parse(
  readFileSync(new URL("./fixtures/forecast.json", import.meta.url), "utf8"),
) as Recorded;

export const recordedSeries = new TimeSeries({
  start: recorded.series.t0,
  frequency: recorded.series.freq,
  values: recorded.series.data,
});

export const base = { time_freq: "H", prediction_length: 50, context_length: 50, epochs: 20 } as const;

export function makeDeepAR(options: object = {}, hyperparameters: object = {}): DeepAR {
  return new DeepAR({
    session: goldenSession(),
    instanceType: "ml.c5.2xlarge",
    hyperparameters: { ...base, ...hyperparameters },
    ...options,
  } as DeepAROptions);
}

/** The ValidationError that the work ends with. */
export async function faultsOf(work: () => unknown): Promise<ValidationError> {
  try {
    await work();
  } catch (error) {
    if (ValidationError.is(error)) return error;
    throw error;
  }
  throw new Error("expected a ValidationError");
}

export const messagesOf = async (work: () => unknown): Promise<string[]> =>
  (await faultsOf(work)).issues.map(({ message }) => message);

/** All items in a list. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
