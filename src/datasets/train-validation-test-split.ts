import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { shuffled } from "./shuffled.js";

/**
 * Options of {@link trainValidationTestSplit}.
 *
 * @public
 */
export interface TrainValidationTestSplitOptions<T> {
  /**
   * Rows for validation: a share of all rows when below 1, rounded to whole rows, otherwise their number.
   *
   * @defaultValue 0
   */
  readonly validation?: number | undefined;
  /**
   * Rows for the test: a share of all rows when below 1, rounded to whole rows, otherwise their number.
   *
   * @defaultValue 0
   */
  readonly test?: number | undefined;
  /**
   * Whole number that decides about the order. The same seed gives the same split on every machine.
   *
   * @defaultValue 0
   */
  readonly seed?: number | undefined;
  /**
   * Whether rows are put in random order first. Without it the parts are the beginning, the middle and the end.
   *
   * @defaultValue true
   */
  readonly shuffle?: boolean | undefined;
  /** The class of a row. Every part then has the classes in the same proportion, as far as whole rows allow. */
  readonly stratifyBy?: ((row: T) => string | number) | undefined;
}

/** Defaults of {@link TrainValidationTestSplitOptions}. */
export const trainValidationTestSplitDefaults = Object.freeze({
  validation: 0,
  test: 0,
  seed: 0,
  shuffle: true,
} as const);

/**
 * The parts of a data set. Every row is in exactly one of them.
 *
 * @public
 */
export interface TrainValidationTest<T> {
  readonly train: T[];
  readonly validation: T[];
  readonly test: T[];
}

/**
 * Splits rows into a training, a validation and a test part of exact sizes, in random order.
 *
 * @remarks
 * Both sizes refer to all rows: a test part of 20 % and then 25 % of the rest for validation is
 * `{ test: 0.2, validation: 0.2 }`. For files larger than memory use {@link splitLines}.
 *
 * @param rows - any array; it is not changed
 * @throws {@link ValidationError} `INVALID_OPTIONS` when a size is not a number from 0 on, or nothing is left for training
 * @example
 * ```ts
 * const { train, validation, test } = trainValidationTestSplit(rows, { validation: 0.2, test: 0.2, seed: 7 });
 * // 2000 rows: 1200, 400, 400
 * ```
 * @example
 * Image lists for training and validation, with the classes in the same proportion:
 * ```ts
 * const images = await listImages("images").toArray();
 * const parts = trainValidationTestSplit(images, { validation: 0.2, stratifyBy: ({ labels }) => String(labels) });
 * await writeImageList("train.lst", parts.train);
 * await writeImageList("validation.lst", parts.validation);
 * ```
 * @public
 */
export function trainValidationTestSplit<T>(
  rows: readonly T[],
  options: TrainValidationTestSplitOptions<T> = {},
): TrainValidationTest<T> {
  checkKnownKeys(options, ["validation", "test", "seed", "shuffle", "stratifyBy"], "trainValidationTestSplit");
  const defaults = trainValidationTestSplitDefaults;
  const validationSize = options.validation ?? defaults.validation;
  const testSize = options.test ?? defaults.test;
  const { validation, test } = sizes(rows.length, validationSize, testSize);
  const ordered = (options.shuffle ?? defaults.shuffle) ? shuffled(rows, options.seed ?? defaults.seed) : [...rows];
  const train = rows.length - validation - test;
  if (options.stratifyBy === undefined) {
    return {
      train: ordered.slice(0, train),
      validation: ordered.slice(train, train + validation),
      test: ordered.slice(train + validation),
    };
  }
  return stratified(ordered, options.stratifyBy, validation, test);
}

function sizes(rows: number, validationSize: number, testSize: number): { validation: number; test: number } {
  const issues: ValidationIssue[] = [];
  const count = (name: string, size: number): number => {
    if (typeof size === "number" && size >= 0 && size < 1) return Math.round(size * rows);
    if (Number.isSafeInteger(size) && size >= 1) return size;
    const message = `${name} must be a share from 0 to below 1 or a whole number of rows, got ${shown(size)}`;
    issues.push({ path: [name], message });
    return 0;
  };
  const validation = count("validation", validationSize);
  const test = count("test", testSize);
  if (issues.length === 0 && rows > 0 && validation + test >= rows) {
    const message = `validation (${validation}) and test (${test}) leave nothing of ${rows} rows for training`;
    issues.push({ path: [], message });
  }
  if (issues.length > 0) throw new ValidationError("trainValidationTestSplit", issues);
  return rows === 0 ? { validation: 0, test: 0 } : { validation, test };
}

/** Every class gives its proportion to each part; whole rows left over come from the classes with the largest fraction. */
function stratified<T>(
  rows: readonly T[],
  classOf: (row: T) => string | number,
  validation: number,
  test: number,
): TrainValidationTest<T> {
  const classes = rows.map(classOf);
  const left = new Map<string | number, number>();
  for (const name of classes) left.set(name, (left.get(name) ?? 0) + 1);
  const testQuota = quotas(left, test);
  for (const [name, quota] of testQuota) left.set(name, (left.get(name) ?? 0) - quota);
  const validationQuota = quotas(left, validation);

  const parts: TrainValidationTest<T> = { train: [], validation: [], test: [] };
  const take = (quota: Map<string | number, number>, name: string | number): boolean => {
    const open = quota.get(name) ?? 0;
    if (open > 0) quota.set(name, open - 1);
    return open > 0;
  };
  rows.forEach((row, index) => {
    const name = classes[index] as string | number;
    const part = take(testQuota, name) ? "test" : take(validationQuota, name) ? "validation" : "train";
    parts[part].push(row);
  });
  return parts;
}

/** `total` rows shared out in proportion to the class sizes. */
function quotas(sizesByClass: ReadonlyMap<string | number, number>, total: number): Map<string | number, number> {
  const all = [...sizesByClass.values()].reduce((sum, size) => sum + size, 0);
  const exact = [...sizesByClass].map(([name, size]) => ({ name, size, share: all === 0 ? 0 : (total * size) / all }));
  const result = new Map(exact.map(({ name, share }) => [name, Math.floor(share)]));
  let open = total - [...result.values()].reduce((sum, quota) => sum + quota, 0);
  const byFraction = exact.toSorted((a, b) => b.share - Math.floor(b.share) - (a.share - Math.floor(a.share)));
  for (const { name, size } of byFraction) {
    const quota = result.get(name) ?? 0;
    if (open > 0 && quota < size) {
      result.set(name, quota + 1);
      open--;
    }
  }
  return result;
}
