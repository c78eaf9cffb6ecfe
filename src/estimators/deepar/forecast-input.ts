import { type Frequency, TimeSeries } from "../../datasets/index.js";
import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import type { DeepARInput } from "../../formats/index.js";
import { parseFrequency } from "../../internal/frequency.js";
import { shown } from "../../internal/options.js";
import type { DeepARModelCard } from "./model-card.js";

/**
 * A series to forecast: all that is known of its past. A {@link TimeSeries} is one.
 *
 * @remarks
 * Give the whole past, not only the context: the model also looks at the same hour, day or week of earlier cycles. Dynamic
 * features are as long as the values and the forecast together. A series without values is forecast from its categories alone.
 *
 * @public
 */
export interface DeepARForecastInput extends DeepARInput {
  /** Distance of the values; refused when it is not the model's. */
  readonly frequency?: Frequency | undefined;
  /** Name of the series, for the forecast and for messages; it is not sent. */
  readonly itemId?: string | undefined;
  /** Names of the groups instead of `categories`, for a model card with a `categoryEncoder`. */
  readonly groups?: Readonly<Record<string, string>> | undefined;
}

/** The fields of a series on the wire. */
export interface WireSeries {
  readonly start: string;
  readonly target: readonly (number | null)[];
  readonly cat?: readonly number[] | undefined;
  readonly dynamic_feat?: readonly (readonly number[])[] | undefined;
}

/** A series that fits the model. */
export interface CheckedInput {
  readonly start: string;
  /** Number of values; the forecast begins after them. */
  readonly length: number;
  readonly itemId: string | undefined;
  readonly wire: WireSeries;
}

/**
 * Checks one series against the model.
 *
 * @param path - place of the series in the call, for the issues
 * @param issues - takes every fault; the result is of no use when there are any
 */
export function checkedInput(
  input: DeepARForecastInput,
  model: DeepARModelCard,
  path: readonly (string | number)[],
  issues: ValidationIssue[],
): CheckedInput | undefined {
  const name = nameOf(input, path);
  const fault = (field: readonly (string | number)[], message: string): void => {
    issues.push({ path: [...path, ...field], message: `${name}${message}` });
  };
  const series = readSeries(input, model, path, name, issues);
  if (series === undefined) return undefined;
  if (input.frequency !== undefined && parseFrequency(input.frequency).text !== parseFrequency(model.frequency).text) {
    fault(
      ["frequency"],
      `the series has frequency "${input.frequency}", but the model was trained with "${model.frequency}"`,
    );
  }
  const categories = categoriesOf(input, model, fault);
  checkCategories(categories, model, fault);
  checkFeatures(series, model, fault);
  if (series.length === 0 && categories === undefined) {
    fault(["values"], "a series without values can be forecast from its categories only, and it has none");
  }
  const { values } = series.toJSON();
  return {
    start: series.start,
    length: series.length,
    itemId: input.itemId,
    wire: {
      start: series.start,
      target: values,
      ...(categories !== undefined && { cat: categories }),
      ...(series.dynamicFeatures !== undefined && {
        dynamic_feat: series.dynamicFeatures.map((feature) => Array.from(feature)),
      }),
    },
  };
}

type Fault = (field: readonly (string | number)[], message: string) => void;

function nameOf(input: DeepARForecastInput, path: readonly (string | number)[]): string {
  const itemId = (input as DeepARForecastInput | null)?.itemId;
  if (itemId !== undefined) return `series ${shown(itemId)}: `;
  const index = path.at(-1);
  return index === undefined ? "" : `series ${Number(index) + 1}: `;
}

/** The numbers and the start; faults of a single value are named by a {@link TimeSeries}. */
function readSeries(
  input: DeepARForecastInput,
  model: DeepARModelCard,
  path: readonly (string | number)[],
  name: string,
  issues: ValidationIssue[],
): TimeSeries | undefined {
  if (typeof input !== "object" || input === null || !("values" in input)) {
    const hint =
      input !== null && typeof input === "object" && "target" in input ? '; "target" is called values here' : "";
    issues.push({ path, message: `${name}expected a series, { start, values }; got ${shown(input)}${hint}` });
    return undefined;
  }
  try {
    return new TimeSeries({
      start: input.start,
      frequency: model.frequency,
      values: listOf(input.values),
      categories: input.categories,
      dynamicFeatures: input.dynamicFeatures?.map((feature) => listOf(feature)),
    });
  } catch (error) {
    if (!ValidationError.is(error)) throw error;
    issues.push(
      ...error.issues.map((issue) => ({ path: [...path, ...issue.path], message: `${name}${issue.message}` })),
    );
    return undefined;
  }
}

function listOf<T>(values: ArrayLike<T>): Iterable<T> {
  const isList = typeof values === "object" && values !== null && !(Symbol.iterator in values) && "length" in values;
  return isList ? Array.from(values) : (values as unknown as Iterable<T>);
}

function categoriesOf(
  { categories, groups }: DeepARForecastInput,
  { categoryEncoder }: DeepARModelCard,
  fault: Fault,
): readonly number[] | undefined {
  if (groups === undefined) return categories;
  if (categories !== undefined) {
    fault(["groups"], "give either groups or categories");
  } else if (categoryEncoder === undefined) {
    fault(
      ["groups"],
      "names of groups need the categoryEncoder of the training in the model card; give categories otherwise",
    );
  } else {
    try {
      return categoryEncoder.encode(groups);
    } catch (error) {
      if (!ValidationError.is(error)) throw error;
      for (const issue of error.issues) fault(["groups", ...issue.path], `${issue.message} [DA-08]`);
    }
  }
  // Not undefined, so that the fault is not followed by one about missing categories.
  return [];
}

function checkCategories(categories: readonly number[] | undefined, model: DeepARModelCard, fault: Fault): void {
  const { cardinality } = model;
  if (cardinality === undefined) return;
  if (categories === undefined) {
    if (cardinality.length === 0) return;
    fault(
      ["categories"],
      `categories are missing: the model was trained with ${cardinality.length}, of ${cardinality.join(", ")} groups [DA-08]`,
    );
    return;
  }
  if (cardinality.length === 0) {
    if (categories.length > 0) {
      fault(["categories"], "the model was trained without categories; leave them out [DA-08]");
    }
    return;
  }
  if (categories.length === 0) return;
  if (categories.length !== cardinality.length) {
    fault(
      ["categories"],
      `categories has ${categories.length} codes, but the model was trained with ${cardinality.length} [DA-08]`,
    );
    return;
  }
  for (const [index, code] of categories.entries()) {
    const groups = cardinality[index] as number;
    if (code < groups) continue;
    fault(
      ["categories", index],
      `categories[${index}] is ${code}, but training saw only the codes 0 to ${groups - 1}; a new group cannot be forecast [DA-08]`,
    );
  }
}

function checkFeatures(series: TimeSeries, model: DeepARModelCard, fault: Fault): void {
  const { dynamicFeatures: expected, predictionLength } = model;
  const features = series.dynamicFeatures ?? [];
  if (expected !== undefined && features.length !== expected) {
    const problem =
      expected === 0
        ? "the model was trained without dynamic features; leave them out"
        : `the model was trained with ${expected} dynamic features, the series has ${features.length === 0 ? "none" : features.length}`;
    fault(["dynamicFeatures"], `${problem} [DA-08]`);
    return;
  }
  const wanted = series.length + predictionLength;
  for (const [index, feature] of features.entries()) {
    if (feature.length === wanted) continue;
    const cause = feature.length === series.length ? "; the future part is missing" : "";
    fault(
      ["dynamicFeatures", index],
      `dynamicFeatures[${index}] has ${feature.length} numbers; a forecast needs as many as values and prediction_length together, ${series.length} + ${predictionLength} = ${wanted}${cause} [DA-06]`,
    );
  }
}
