import { ValidationError } from "../errors/index.js";
import { formatWallClock, parseWallClock } from "../internal/calendar.js";
import { shown } from "../internal/options.js";
import { RecordFault } from "./record-fault.js";

export const format = "DeepAR";

/**
 * A series as it is written for DeepAR. A `TimeSeries` is one.
 *
 * @remarks
 * In a file the fields are called `start`, `target`, `cat` and `dynamic_feat`.
 *
 * @public
 */
export interface DeepARInput {
  /** Time of the first value, `YYYY-MM-DD HH:MM:SS` without time zone. The distance of the values is not part of a file. */
  readonly start: string;
  /** One value for each point; `null` or NaN where it is missing. */
  readonly values: ArrayLike<number | null>;
  /** Codes of the groups that the series belongs to, whole numbers from 0, one for each feature. */
  readonly categories?: readonly number[] | undefined;
  /**
   * Further series that are known for every point, none of them missing: for training as many as values, for a forecast
   * `predictionLength` more.
   */
  readonly dynamicFeatures?: readonly ArrayLike<number>[] | undefined;
}

/**
 * A series as it is read from a file of DeepAR.
 *
 * @public
 */
export interface DeepARSeries extends DeepARInput {
  /** NaN where a value is missing. */
  readonly values: Float64Array;
  readonly categories: readonly number[] | undefined;
  readonly dynamicFeatures: readonly Float64Array[] | undefined;
}

/** What the fields are called where a fault is reported: by the user of a writer, or in a file. */
export interface FieldNames {
  readonly values: string;
  readonly categories: string;
  readonly dynamicFeatures: string;
}

export const inputNames: FieldNames = Object.freeze({
  values: "values",
  categories: "categories",
  dynamicFeatures: "dynamicFeatures",
});
export const fileNames: FieldNames = Object.freeze({
  values: "target",
  categories: "cat",
  dynamicFeatures: "dynamic_feat",
});

const canonical = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/u;

/**
 * The start as DeepAR wants it.
 *
 * @throws RecordFault
 */
export function checkedStart(start: unknown): string {
  const seconds =
    typeof start === "string" ? parseWallClock(start) : `expected text "YYYY-MM-DD HH:MM:SS", got ${shown(start)}`;
  if (typeof seconds === "string") {
    throw new RecordFault(typeof start === "string" ? `${shown(start)} is not a start: ${seconds}` : seconds, "start");
  }
  return canonical.test(start as string) ? (start as string) : formatWallClock(seconds);
}

/** @throws RecordFault */
export function checkCategories(categories: unknown, name: string): void {
  if (!Array.isArray(categories)) throw new RecordFault(`expected a list of codes, got ${shown(categories)}`, name);
  for (let index = 0; index < categories.length; index++) {
    const code: unknown = categories[index];
    if (typeof code === "number" && Number.isSafeInteger(code) && code >= 0) continue;
    const hint = typeof code === "string" ? "; a CategoryEncoder gives the codes of names" : "";
    throw new RecordFault(`a code must be a whole number from 0, got ${shown(code)}${hint}`, `${name}[${index}]`);
  }
}

/** Says which value of a list cannot stand there. */
export function valueFault(value: unknown, field: string, missingAllowed: boolean): RecordFault {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    return new RecordFault(
      `${value} cannot be written; use ${missingAllowed ? "null for a missing value" : "a finite number"}`,
      field,
    );
  }
  if (!missingAllowed && (value === null || Number.isNaN(value) || value === "NaN")) {
    return new RecordFault("a value is missing; DeepAR takes no missing values here, so fill it in", field);
  }
  return new RecordFault(`expected a number${missingAllowed ? " or null" : ""}, got ${shown(value)}`, field);
}

/**
 * What must be the same for all series of a file: the number of categories and of dynamic features; and how long the
 * dynamic features are.
 */
export class DeepARLayout {
  readonly #names: FieldNames;
  readonly #predictionLength: number | undefined;
  #first = true;
  #categories = 0;
  #features = 0;

  /** @param predictionLength - points that the features have beyond the values; undefined for any number of them */
  constructor(names: FieldNames, predictionLength: number | undefined) {
    this.#names = names;
    this.#predictionLength = predictionLength;
  }

  /**
   * The lengths within one series.
   *
   * @throws RecordFault
   */
  checkLengths(values: ArrayLike<unknown>, features: readonly ArrayLike<unknown>[] | undefined): void {
    if (features === undefined) return;
    const future = this.#predictionLength;
    const { values: valuesName, dynamicFeatures } = this.#names;
    for (let index = 0; index < features.length; index++) {
      const length = (features[index] as ArrayLike<unknown>).length;
      const fits =
        future === undefined
          ? length >= values.length && length === features[0]?.length
          : length === values.length + future;
      if (fits) continue;
      const wanted =
        future === undefined
          ? `at least as many as "${valuesName}", ${values.length}, and all features alike`
          : future === 0
            ? `as many as "${valuesName}" for training, ${values.length}`
            : `as many as "${valuesName}" and predictionLength, ${values.length} + ${future} = ${values.length + future}`;
      const transposed =
        features.length > 1 && features.length === values.length + (future ?? 0) ? "; is the table transposed?" : "";
      throw new RecordFault(`${length} values; needed are ${wanted}${transposed}`, `${dynamicFeatures}[${index}]`);
    }
  }

  /**
   * Against the series before.
   *
   * @throws RecordFault
   */
  checkSame(categories: readonly number[] | undefined, features: readonly unknown[] | undefined): void {
    if (this.#first) {
      this.#first = false;
      this.#categories = categories?.length ?? 0;
      this.#features = features?.length ?? 0;
      return;
    }
    const compare = (count: number, wanted: number, name: string, what: string): void => {
      if (count === wanted) return;
      throw new RecordFault(
        `${count} ${what}, but the first series has ${wanted}; all series must have the same`,
        name,
      );
    };
    compare(categories?.length ?? 0, this.#categories, this.#names.categories, "categories");
    compare(features?.length ?? 0, this.#features, this.#names.dynamicFeatures, "dynamic features");
  }
}

/** @throws ValidationError `INVALID_OPTIONS` */
export function checkedPredictionLength(value: number | undefined, subject: string, least = 0): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value;
  const message = `predictionLength must be a whole number from ${least}, got ${shown(value)}`;
  throw new ValidationError(subject, [{ path: ["predictionLength"], message }]);
}
