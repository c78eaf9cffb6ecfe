import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { integerIssues } from "../../internal/checks.js";
import { nearest, shown } from "../../internal/options.js";

/**
 * Parts of a forecast: the mean of the samples, quantiles of the samples, the samples themselves.
 *
 * @public
 */
export type DeepAROutputType = "mean" | "quantiles" | "samples";

/**
 * What the service answers when it is not told: mean and quantiles.
 *
 * @public
 */
export type DeepARDefaultOutputTypes = readonly ["mean", "quantiles"];

/**
 * What a forecast consists of.
 *
 * @public
 */
export interface DeepARForecastSettings<T extends readonly DeepAROutputType[] = readonly DeepAROutputType[]> {
  /**
   * Levels, each in (0, 1): 0.9 is the value that nine of ten outcomes stay below.
   *
   * @defaultValue [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
   */
  readonly quantiles?: readonly number[] | undefined;
  /**
   * Paths that are drawn to estimate mean and quantiles, for each series; more are more exact and slower.
   *
   * @defaultValue 100
   */
  readonly numSamples?: number | undefined;
  /**
   * Which parts to answer, at least one.
   *
   * @defaultValue ["mean", "quantiles"]
   */
  readonly outputTypes?: T | undefined;
}

/** Defaults of {@link DeepARForecastSettings}; they are the service's own, so they are not sent. */
export const forecastDefaults = Object.freeze({
  quantiles: Object.freeze([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const),
  numSamples: 100,
  outputTypes: Object.freeze(["mean", "quantiles"] as const),
} as const satisfies DeepARForecastSettings);

/** The settings as the container reads them. */
export interface WireConfiguration {
  readonly num_samples?: number;
  readonly output_types?: readonly DeepAROutputType[];
  readonly quantiles?: readonly string[];
}

const OUTPUT_TYPES = ["mean", "quantiles", "samples"] as const;

/**
 * What is set, in the spelling of the container; undefined when nothing is. Quantiles are texts there.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function wireConfiguration(settings: DeepARForecastSettings, subject: string): WireConfiguration | undefined {
  const { quantiles, numSamples, outputTypes } = settings;
  const issues: ValidationIssue[] = [
    ...integerIssues(numSamples, "numSamples", 1, 2 ** 31 - 1),
    ...quantileIssues(quantiles),
    ...outputTypeIssues(outputTypes),
  ];
  if (quantiles !== undefined && outputTypes !== undefined && !outputTypes.includes("quantiles")) {
    issues.push({ path: ["quantiles"], message: 'quantiles are given, but outputTypes leaves "quantiles" out' });
  }
  if (issues.length > 0) throw new ValidationError(subject, issues);
  if (quantiles === undefined && numSamples === undefined && outputTypes === undefined) return undefined;
  return {
    ...(numSamples !== undefined && { num_samples: numSamples }),
    ...(outputTypes !== undefined && { output_types: [...outputTypes] }),
    ...(quantiles !== undefined && { quantiles: quantiles.map(String) }),
  };
}

function quantileIssues(quantiles: unknown): ValidationIssue[] {
  if (quantiles === undefined) return [];
  const path = ["quantiles"];
  if (!Array.isArray(quantiles) || quantiles.length === 0) {
    return [{ path, message: `quantiles must be a list of numbers in (0, 1), at least one; got ${shown(quantiles)}` }];
  }
  const issues: ValidationIssue[] = [];
  for (const [index, level] of quantiles.entries()) {
    if (typeof level === "number" && level > 0 && level < 1) {
      if (quantiles.indexOf(level) < index) {
        issues.push({ path: [...path, index], message: `quantiles[${index}], ${level}, is given twice` });
      }
      continue;
    }
    const hint =
      typeof level === "number" && level > 1 && level < 100
        ? `; the 90 % quantile is 0.9, so write ${level / 100}`
        : "";
    issues.push({
      path: [...path, index],
      message: `quantiles[${index}] must be a number in (0, 1); got ${typeof level === "number" ? level : shown(level)}${hint}`,
    });
  }
  return issues;
}

function outputTypeIssues(types: unknown): ValidationIssue[] {
  if (types === undefined) return [];
  const path = ["outputTypes"];
  const allowed = OUTPUT_TYPES.map((type) => `"${type}"`).join(", ");
  if (!Array.isArray(types) || types.length === 0) {
    return [{ path, message: `outputTypes must be a list of ${allowed}, at least one; got ${shown(types)}` }];
  }
  return types.flatMap((type: unknown, index) => {
    if (OUTPUT_TYPES.some((known) => known === type)) return [];
    const near = typeof type === "string" ? nearest(type, OUTPUT_TYPES) : undefined;
    const message = `outputTypes[${index}] must be one of ${allowed}; got ${shown(type)}${near ? `; did you mean "${near}"?` : ""}`;
    return [{ path: [...path, index], message }];
  });
}
