import type { ParameterRangesRequest, TrainingJobDefinition } from "../../jobs/index.js";
import type { Dimension, Scaling } from "../../search/index.js";
import { invalid } from "./context.js";

/** Ratio of the ends from which on the scaling `Auto` is logarithmic; the service's own rule is not published. */
const LOGARITHMIC_RATIO = 100;

/**
 * The ranges of a tuning job as a search takes them.
 *
 * @throws ServiceError `ValidationException` for a range that cannot be searched
 */
export function dimensionsOf(ranges: ParameterRangesRequest, definition: TrainingJobDefinition): Dimension[] {
  const numeric = (kind: "integer" | "continuous", list: ParameterRangesRequest["IntegerParameterRanges"] = []) =>
    list.map(({ Name: name, MinValue, MaxValue, ScalingType = "Auto" }): Dimension => {
      const min = numberOf(name, MinValue, kind);
      const max = numberOf(name, MaxValue, kind);
      if (min > max) throw invalid(`The range of ${name} is empty: MinValue ${MinValue} exceeds MaxValue ${MaxValue}.`);
      return { name, kind, min, max, scaling: scalingOf(name, kind, min, max, ScalingType) };
    });
  const dimensions: Dimension[] = [
    ...numeric("integer", ranges.IntegerParameterRanges),
    ...numeric("continuous", ranges.ContinuousParameterRanges),
    ...(ranges.CategoricalParameterRanges ?? []).map(
      ({ Name, Values }): Dimension => ({ name: Name, kind: "categorical", values: [...new Set(Values)] }),
    ),
  ];
  if (dimensions.length === 0) throw invalid("At least one hyperparameter range is required.");
  const seen = new Set(Object.keys(definition.StaticHyperParameters ?? {}));
  for (const { name } of dimensions) {
    if (seen.has(name)) throw invalid(`The hyperparameter ${name} is given twice, as a range and otherwise.`);
    seen.add(name);
  }
  return dimensions;
}

function numberOf(name: string, text: string, kind: "integer" | "continuous"): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || (kind === "integer" && !Number.isSafeInteger(value))) {
    throw invalid(
      `The range of ${name} needs ${kind === "integer" ? "whole numbers" : "numbers"} at its ends; got ${text}.`,
    );
  }
  return value;
}

function scalingOf(name: string, kind: string, min: number, max: number, asked: "Auto" | Scaling): Scaling {
  if (asked === "Auto") return min > 0 && max / min >= LOGARITHMIC_RATIO ? "Logarithmic" : "Linear";
  if (asked === "Logarithmic" && min <= 0) throw invalid(`Logarithmic scaling of ${name} needs a MinValue above 0.`);
  if (asked === "ReverseLogarithmic" && (kind === "integer" || min < 0 || max >= 1)) {
    throw invalid(`ReverseLogarithmic scaling of ${name} needs a continuous range within 0 <= x < 1.`);
  }
  return asked;
}
