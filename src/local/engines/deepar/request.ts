import { FormatError } from "../../../errors/index.js";
import { readDeepAR } from "../../../formats/index.js";
import { ContainerError } from "../contract.js";
import { layoutFault } from "./data/dataset.js";
import { makeSeries, type Series } from "./data/series.js";
import type { ModelDescription } from "./model.js";

const OUTPUT_TYPES = ["mean", "quantiles", "samples"] as const;
export type OutputType = (typeof OUTPUT_TYPES)[number];

/** What a caller wants to know of a forecast. */
export interface Configuration {
  /** Sample paths of each series. */
  readonly samples: number;
  readonly outputTypes: ReadonlySet<OutputType>;
  /** Texts as the caller wrote them, with their numbers. */
  readonly quantiles: readonly { readonly text: string; readonly level: number }[];
}

/** What the container takes where the caller says nothing. */
const DEFAULTS = {
  num_samples: 100,
  output_types: ["mean", "quantiles"],
  quantiles: ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"],
};

/** The service's words for a request that it cannot read, with the reason. */
export function unreadable(reason: string): ContainerError {
  return new ContainerError(400, `Unable to evaluate payload provided: ${reason}`);
}

/**
 * Reads a configuration: of a request, or of the environment of a batch transform job.
 *
 * @param fault - makes the error of what is wrong
 */
export function readConfiguration(value: unknown, fault: (reason: string) => Error): Configuration {
  const given = value ?? {};
  if (typeof given !== "object" || Array.isArray(given)) throw fault("configuration must be an object");
  const { num_samples, output_types, quantiles } = { ...DEFAULTS, ...given } as Readonly<Record<string, unknown>>;
  if (typeof num_samples !== "number" || !Number.isSafeInteger(num_samples) || num_samples < 1) {
    throw fault(`configuration.num_samples must be a whole number from 1, got ${JSON.stringify(num_samples)}`);
  }
  const isOutputType = (type: unknown): type is OutputType => OUTPUT_TYPES.some((known) => known === type);
  if (!Array.isArray(output_types) || !output_types.every(isOutputType)) {
    throw fault(
      `configuration.output_types must be a list of ${OUTPUT_TYPES.map((type) => `"${type}"`).join(", ")}, got ` +
        JSON.stringify(output_types),
    );
  }
  if (!Array.isArray(quantiles)) throw fault("configuration.quantiles must be a list of texts");
  return {
    samples: num_samples,
    outputTypes: new Set(output_types),
    quantiles: quantiles.map((text: unknown) => {
      const level = typeof text === "string" && text.trim() !== "" ? Number(text) : Number.NaN;
      if (level > 0 && level < 1) return { text: text as string, level };
      throw fault(
        `configuration.quantiles must be texts of numbers between 0 and 1, such as "0.5"; got ${JSON.stringify(text)}`,
      );
    }),
  };
}

/** A JSON value of a body, with the bare `NaN` of Python's json module as a missing value. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    try {
      return JSON.parse(text.replaceAll(/(?<=[[,:]\s*)NaN(?=\s*[,\]}])/gu, "null"));
    } catch {
      throw unreadable(`the body is not JSON: ${(error as Error).message}`);
    }
  }
}

/**
 * The series of a request, held against what the model was trained with.
 *
 * @param nameOf - what messages call the series of the given number, from 0
 */
export async function readSeries(
  instances: readonly unknown[],
  model: ModelDescription,
  nameOf: (index: number) => string,
): Promise<Series[]> {
  const { prediction_length: predictionLength, time_freq } = model.hyperparameters;
  const series: Series[] = [];
  for (const [index, instance] of instances.entries()) {
    const place = nameOf(index) === "" ? "" : `${nameOf(index)}: `;
    if (typeof instance !== "object" || instance === null || Array.isArray(instance)) {
      throw unreadable(`${place}expected an object with start and target`);
    }
    try {
      for await (const record of readDeepAR({ text: JSON.stringify(instance) }, { predictionLength })) {
        const made = makeSeries(record, time_freq);
        const fault = layoutFault(made, model);
        if (fault !== undefined) throw unreadable(`${place}${fault}`);
        if (Number.isNaN(made.grid.at(made.length + predictionLength)))
          throw unreadable(`${place}the forecast would reach beyond the year 9999`);
        series.push(made);
      }
    } catch (error) {
      if (!FormatError.is(error)) throw error;
      throw unreadable(`${place}${error.field === undefined ? "" : `${error.field}: `}${error.problem}`);
    }
  }
  return series;
}
