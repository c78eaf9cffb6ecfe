import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { encodeHyperparameters, type HyperparameterWireRules } from "../estimators/index.js";
import { shown } from "../internal/options.js";
import type { NumericRangeRequest, ParameterRangesRequest } from "../jobs/index.js";

/**
 * How the values of a range are spread: evenly, or evenly in their logarithm, or in that of 1 minus the value. `Auto` leaves it
 * to the service.
 *
 * @public
 */
export type RangeScaling = "Auto" | "Linear" | "Logarithmic" | "ReverseLogarithmic";

/**
 * Whole numbers from `min` to `max`, both included. Made by {@link integer}.
 *
 * @public
 */
export interface IntegerRange {
  readonly kind: "integer";
  readonly min: number;
  readonly max: number;
  readonly scaling: Exclude<RangeScaling, "ReverseLogarithmic">;
}

/**
 * Numbers from `min` to `max`. Made by {@link continuous}.
 *
 * @public
 */
export interface ContinuousRange {
  readonly kind: "continuous";
  readonly min: number;
  readonly max: number;
  readonly scaling: RangeScaling;
}

/**
 * One of a list of values. Made by {@link categorical}.
 *
 * @public
 */
export interface CategoricalRange<T extends string | number | boolean = string | number | boolean> {
  readonly kind: "categorical";
  readonly values: readonly T[];
}

/**
 * What a tuning job tries for one hyperparameter.
 *
 * @public
 */
export type ParameterRange = IntegerRange | ContinuousRange | CategoricalRange;

/**
 * A range of whole numbers.
 *
 * @param min - smallest value, included
 * @param max - largest value, included
 * @param scaling - "Auto" by default; "Logarithmic" needs a `min` above 0
 * @throws {@link ValidationError} `INVALID_OPTIONS` for ends that are no whole numbers, or in the wrong order
 * @public
 */
export function integer(min: number, max: number, scaling: IntegerRange["scaling"] = "Auto"): IntegerRange {
  const range: IntegerRange = Object.freeze({ kind: "integer", min, max, scaling });
  throwIssues(rangeIssues(range, "integer"), "range");
  return range;
}

/**
 * A range of numbers.
 *
 * @param min - smallest value, included
 * @param max - largest value, included
 * @param scaling - "Auto" by default; "Logarithmic" needs a `min` above 0, "ReverseLogarithmic" a range within 0 ≤ x \< 1
 * @throws {@link ValidationError} `INVALID_OPTIONS` for ends that are no numbers, or in the wrong order
 * @public
 */
export function continuous(min: number, max: number, scaling: RangeScaling = "Auto"): ContinuousRange {
  const range: ContinuousRange = Object.freeze({ kind: "continuous", min, max, scaling });
  throwIssues(rangeIssues(range, "continuous"), "range");
  return range;
}

/**
 * A list of values to choose from; the only kind of range that grid search takes.
 *
 * @param values - 1 to 30 different values
 * @throws {@link ValidationError} `INVALID_OPTIONS` for an empty or too long list, or a value given twice
 * @public
 */
export function categorical<const T extends string | number | boolean>(values: readonly T[]): CategoricalRange<T> {
  const range: CategoricalRange<T> = Object.freeze({ kind: "categorical", values: Object.freeze([...values]) });
  throwIssues(rangeIssues(range, "categorical"), "range");
  return range;
}

/** Faults of one range, whoever made it. */
export function rangeIssues(range: ParameterRange, name: string): ValidationIssue[] {
  const fault = (message: string): ValidationIssue[] => [{ path: [name], message: `${name}: ${message}` }];
  if (typeof range !== "object" || range === null || !["integer", "continuous", "categorical"].includes(range.kind)) {
    return fault(`a range is made by integer(), continuous() or categorical(); got ${shown(range)}`);
  }
  if (range.kind === "categorical") {
    const count = range.values.length;
    if (count < 1 || count > 30) return fault(`a categorical range holds 1 to 30 values; got ${count}`);
    const twice = range.values.find((value, index) => range.values.indexOf(value) !== index);
    return twice === undefined ? [] : fault(`the value ${shown(twice)} is given twice`);
  }
  const { kind, min, max, scaling } = range;
  const legal = (value: unknown): boolean =>
    kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!legal(min) || !legal(max) || min > max) {
    return fault(
      `the range needs ${kind === "integer" ? "whole numbers" : "numbers"}, the smaller one first; got ${String(min)} to ${String(max)}`,
    );
  }
  if (!["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"].includes(scaling)) {
    return fault(`scaling is "Auto", "Linear", "Logarithmic" or "ReverseLogarithmic"; got ${shown(scaling)}`);
  }
  if (scaling === "Logarithmic" && min <= 0) return fault(`scaling "Logarithmic" needs a range above 0; got ${min}`);
  if (range.scaling === "ReverseLogarithmic" && (range.kind !== "continuous" || min < 0 || max >= 1)) {
    return fault(`scaling "ReverseLogarithmic" needs a continuous range within 0 <= x < 1; got ${min} to ${max}`);
  }
  return [];
}

/** The ranges as the API takes them: all three lists always, values spelled as the container parses them. */
export function encodeRanges(
  ranges: Readonly<Record<string, ParameterRange>>,
  wire: HyperparameterWireRules | undefined,
): ParameterRangesRequest {
  const text = (name: string, value: string | number | boolean): string =>
    encodeHyperparameters({ [name]: value }, wire)[name] ?? "";
  const numeric = (kind: "integer" | "continuous"): NumericRangeRequest[] =>
    Object.entries(ranges).flatMap(([Name, range]) =>
      range.kind === kind
        ? [{ Name, MinValue: text(Name, range.min), MaxValue: text(Name, range.max), ScalingType: range.scaling }]
        : [],
    );
  return {
    ContinuousParameterRanges: numeric("continuous"),
    CategoricalParameterRanges: Object.entries(ranges).flatMap(([Name, range]) =>
      range.kind === "categorical" ? [{ Name, Values: range.values.map((value) => text(Name, value)) }] : [],
    ),
    IntegerParameterRanges: numeric("integer"),
  };
}

/** The ranges of a job that exists. Lists stay texts, except where all of them are numbers. */
export function decodeRanges(request: ParameterRangesRequest | undefined): Record<string, ParameterRange> {
  const ranges: Record<string, ParameterRange> = {};
  const numeric = (kind: "integer" | "continuous", list: readonly NumericRangeRequest[] = []): void => {
    for (const { Name, MinValue, MaxValue, ScalingType: scaling = "Auto" } of list) {
      ranges[Name] = { kind, min: Number(MinValue), max: Number(MaxValue), scaling } as IntegerRange | ContinuousRange;
    }
  };
  numeric("integer", request?.IntegerParameterRanges);
  numeric("continuous", request?.ContinuousParameterRanges);
  for (const { Name, Values } of request?.CategoricalParameterRanges ?? []) {
    const numbers = Values.map(Number);
    const allNumbers = Values.every((text, index) => text.trim() !== "" && Number.isFinite(numbers[index]));
    ranges[Name] = { kind: "categorical", values: allNumbers ? numbers : Values };
  }
  return ranges;
}

/** A tuned value as its range has it. */
export function decodeTuned(
  range: ParameterRange | undefined,
  text: string,
  encoded: (value: string | number | boolean) => string,
): string | number | boolean {
  if (range === undefined) return text;
  if (range.kind === "categorical") return range.values.find((value) => encoded(value) === text) ?? text;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

/** @throws ValidationError when there are issues */
export function throwIssues(issues: readonly ValidationIssue[], subject: string): void {
  if (issues.length > 0) throw new ValidationError(subject, issues);
}
