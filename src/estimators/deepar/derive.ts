import type { DeepARReport } from "../../formats/index.js";
import { type ResolvedDeepARHyperparameters, resolveDeepARHyperparameters } from "./defaults.js";
import { type DeepAREpochSize, deepAREpochSize } from "./epoch-size.js";
import { faultFindings } from "./file-faults.js";
import type { DeepARFinding } from "./finding.js";
import type { DeepARHyperparameters, DeepARLikelihood } from "./hyperparameters.js";

/**
 * What is known about the data of a DeepAR job: the reports of `inspectDeepAR`, made with the job's prediction length and
 * frequency.
 *
 * @public
 */
export interface DeepARData {
  /** Report of the channel `train`. */
  readonly train: DeepARReport;
  /** Report of the channel `test`. */
  readonly test?: DeepARReport | undefined;
}

/**
 * What follows from the data, and how it fits to what was given.
 *
 * @public
 */
export interface DerivedDeepAR {
  /** What was given, else the groups of each category, else `"ignore"` for data without categories. */
  readonly cardinality: "ignore" | "" | readonly number[];
  /** What was given, else the number of dynamic features, else `"ignore"` for data without. */
  readonly num_dynamic_feat: "ignore" | "" | number;
  /** Distributions that suit the values of the channel `train`, the best first. */
  readonly suggestedLikelihoods: readonly DeepARLikelihood[];
  readonly epoch: DeepAREpochSize;
  /** Errors first, then warnings, then what is good to know. */
  readonly findings: readonly DeepARFinding[];
}

/** Observations below which the service refuses to train. */
const LEAST_OBSERVATIONS = 300;

/**
 * Derives `cardinality` and `num_dynamic_feat` from what is known about the data, and compares the data with the
 * hyperparameters. Reads nothing and changes nothing.
 *
 * @remarks Values that were given stay; a difference is a finding. A likelihood is suggested, never set.
 *
 * @param given - hyperparameters as the constructor of the estimator takes them; missing ones count with their defaults
 * @public
 */
export function deriveDeepAR(data: DeepARData, given: DeepARHyperparameters): DerivedDeepAR {
  const hp = resolveDeepARHyperparameters(given);
  const { train, test } = data;
  const likelihoods = suggestedLikelihoods(train);
  const findings = [
    ...faultFindings("train", train),
    ...(test === undefined ? [] : faultFindings("test", test)),
    ...amountFindings(train, hp),
    ...valueFindings(train),
    ...categoryFindings(data, hp, given),
    ...featureFindings(data, hp),
    ...likelihoodFindings(train, hp, given, likelihoods),
    ...(test === undefined ? [] : testFindings(train, test, hp)),
  ];
  const severities = ["error", "warning", "info"] as const;
  return {
    cardinality: hp.cardinality === "auto" ? cardinalityOf(train) : (given.cardinality as "ignore" | readonly number[]),
    num_dynamic_feat:
      hp.num_dynamic_feat === "auto"
        ? train.dynamicFeatures || "ignore"
        : (given.num_dynamic_feat as "ignore" | number),
    suggestedLikelihoods: likelihoods,
    epoch: deepAREpochSize(Math.max(1, train.series - (train.faultCounts["too-short"] ?? 0)), hp.mini_batch_size),
    findings: severities.flatMap((severity) => findings.filter((finding) => finding.severity === severity)),
  };
}

function cardinalityOf({ categories }: DeepARReport): "ignore" | readonly number[] {
  return categories.length === 0 ? "ignore" : categories.map(({ cardinality }) => cardinality);
}

function suggestedLikelihoods(train: DeepARReport): readonly DeepARLikelihood[] {
  if (train.observations === 0) return ["student-T", "gaussian"];
  if (train.integers && train.nonNegative) return ["negative-binomial", "student-T"];
  return train.insideUnitInterval ? ["beta", "student-T"] : ["student-T", "gaussian"];
}

function amountFindings(train: DeepARReport, hp: ResolvedDeepARHyperparameters): DeepARFinding[] {
  const findings: DeepARFinding[] = [];
  const { observations, lengths, series } = train;
  const { prediction_length: horizon, context_length: context } = hp;
  const place = { channel: "train", field: "target" };
  if (lengths.max === 1 && series > 1) {
    findings.push({
      code: "DA-02",
      kind: "one-point-a-line",
      severity: "error",
      message: `each of the ${series} lines of channel "train" holds one value`,
      place,
      cause: "a line is a whole series, so nothing can be learned from lines of one point",
      fix: "gather the points of each series, for example with seriesFromRows",
    });
    return findings;
  }
  if (observations < LEAST_OBSERVATIONS) {
    findings.push({
      code: "DA-11",
      kind: "few-observations",
      severity: "error",
      message: `channel "train" holds ${observations} values in ${series} series`,
      place,
      cause: `DeepAR needs at least ${LEAST_OBSERVATIONS} values over all series`,
      fix: "give longer or more series",
    });
  }
  if (series === 0) return findings;
  if (lengths.max <= horizon) {
    findings.push({
      code: "DA-12",
      kind: "all-too-short",
      severity: "error",
      message: `the longest series of channel "train" has ${lengths.max} points, "prediction_length" is ${horizon}`,
      place,
      cause: "training leaves out series that are not longer than prediction_length, so nothing is left",
      fix: `set "prediction_length" below ${lengths.max}, or give longer series`,
    });
  } else if (lengths.min <= horizon) {
    const count = train.faultCounts["too-short"];
    const first = train.faults.find(({ kind }) => kind === "too-short");
    findings.push({
      code: "DA-12",
      kind: "too-short",
      severity: "warning",
      message: `${count === undefined ? "some" : count} of ${series} series of channel "train" are not longer than "prediction_length", ${horizon}; the shortest has ${lengths.min} points`,
      place: { ...place, line: first?.line },
      cause: "training leaves them out without a word",
      fix: "give longer series, or leave them out yourself",
    });
  } else if (lengths.min < horizon + context) {
    findings.push({
      code: "DA-12",
      kind: "shorter-than-window",
      severity: "warning",
      message: `the shortest series of channel "train" has ${lengths.min} points, "context_length" and "prediction_length" together are ${horizon + context}`,
      place,
      cause: "its windows are filled up with missing values",
      fix: 'give longer series, or a shorter "context_length"',
    });
  }
  return findings;
}

function valueFindings(train: DeepARReport): DeepARFinding[] {
  const { target, observations, series, faultCounts } = train;
  const place = { channel: "train", field: "target" };
  if (observations > 0 && target.min === 0 && target.max === 0) {
    return [
      {
        code: "DA-10",
        kind: "all-zero",
        severity: "error",
        message: 'all values of channel "train" are 0',
        place,
        cause: "the job fails: training time series consist of only zeros",
        fix: "check how the values were read",
      },
    ];
  }
  const zeros = faultCounts["all-zero"] ?? 0;
  if (zeros === 0) return [];
  const first = train.faults.find(({ kind }) => kind === "all-zero");
  return [
    {
      code: "DA-10",
      kind: "zero-series",
      severity: "warning",
      message: `${zeros} of ${series} series of channel "train" hold only zeros`,
      place: { ...place, line: first?.line },
      cause: "nothing can be learned from them but the zero",
      fix: "leave them out unless such series are to be forecast",
    },
  ];
}

function categoryFindings(
  { train, test }: DeepARData,
  hp: ResolvedDeepARHyperparameters,
  given: DeepARHyperparameters,
): DeepARFinding[] {
  if (hp.cardinality === "ignore") return [];
  const findings: DeepARFinding[] = [];
  const observed = train.categories.map(({ cardinality }) => cardinality);
  const field = { channel: "train", field: "cat" };
  if (hp.cardinality !== "auto" && hp.cardinality.join() !== observed.join()) {
    findings.push({
      code: "DA-07",
      kind: "cardinality",
      severity: "error",
      message:
        observed.length === 0
          ? `"cardinality" is [${hp.cardinality.join(", ")}], but the series of channel "train" have no cat`
          : `"cardinality" is [${hp.cardinality.join(", ")}], but the codes of channel "train" give [${observed.join(", ")}]`,
      place: { channel: "train", field: "cardinality" },
      cause: "the service compares the two and refuses the data",
      fix: observed.length === 0 ? 'leave "cardinality" out' : `set "cardinality" to [${observed.join(", ")}]`,
    });
  }
  for (const [index, { cardinality, seen, missingCodes }] of train.categories.entries()) {
    if (seen === cardinality) continue;
    const more = cardinality - seen - missingCodes.length;
    findings.push({
      code: "DA-07",
      kind: "missing-codes",
      severity: "error",
      message: `no series of channel "train" has the code ${missingCodes.join(", ")}${more > 0 ? ` and ${more} more` : ""} in cat[${index}], but the codes go to ${cardinality - 1}`,
      place: field,
      cause: "the job fails: training set did not contain examples for all categories",
      fix: "number the groups from 0 without gaps, for example with a CategoryEncoder that was fitted on the training data",
    });
  }
  if (test !== undefined) findings.push(...testCategoryFindings(train, test));
  if (observed.length === 0 && given.embedding_dimension !== undefined) {
    findings.push({
      code: "DA-07",
      kind: "unused-embedding",
      severity: "info",
      message: '"embedding_dimension" has no effect: the series have no cat',
      place: { channel: "train", field: "embedding_dimension" },
      cause: "it is the size of the description of a category",
      fix: 'leave "embedding_dimension" out',
    });
  }
  if (train.sortedByCategory) {
    findings.push({
      code: "DA-07",
      kind: "sorted-by-category",
      severity: "warning",
      message: 'the series of channel "train" are sorted by their categories',
      place: field,
      cause: "a batch then holds series of one group only, which disturbs the training",
      fix: "shuffle the lines, for example with shuffleLines",
    });
  }
  return findings;
}

function testCategoryFindings(train: DeepARReport, test: DeepARReport): DeepARFinding[] {
  const finding = (message: string, fix: string): DeepARFinding => ({
    code: "DA-07",
    kind: "test-categories",
    severity: "error",
    message,
    place: { channel: "test", field: "cat" },
    cause: "the model knows only the codes of the training",
    fix,
  });
  if (test.categories.length !== train.categories.length) {
    return [
      finding(
        `the series of channel "test" have ${test.categories.length} categories, those of channel "train" ${train.categories.length}`,
        "give both channels the same categories",
      ),
    ];
  }
  return test.categories.flatMap(({ cardinality }, index) => {
    const known = train.categories[index]?.cardinality ?? 0;
    if (cardinality <= known) return [];
    return [
      finding(
        `cat[${index}] of channel "test" goes to ${cardinality - 1}, that of channel "train" only to ${known - 1}`,
        "leave series of unknown groups out of the test, or add such series to the training",
      ),
    ];
  });
}

function featureFindings({ train, test }: DeepARData, hp: ResolvedDeepARHyperparameters): DeepARFinding[] {
  const { num_dynamic_feat: wanted } = hp;
  if (wanted === "ignore") return [];
  const findings: DeepARFinding[] = [];
  if (wanted !== "auto" && wanted !== train.dynamicFeatures) {
    findings.push({
      code: "DA-06",
      kind: "feature-count",
      severity: "error",
      message: `"num_dynamic_feat" is ${wanted}, but the series of channel "train" have ${train.dynamicFeatures}`,
      place: { channel: "train", field: "num_dynamic_feat" },
      cause: "the service compares the two and refuses the data",
      fix:
        train.dynamicFeatures === 0
          ? 'leave "num_dynamic_feat" out'
          : `set "num_dynamic_feat" to ${train.dynamicFeatures}`,
    });
  }
  if (test !== undefined && test.dynamicFeatures !== train.dynamicFeatures) {
    findings.push({
      code: "DA-06",
      kind: "test-features",
      severity: "error",
      message: `the series of channel "test" have ${test.dynamicFeatures} dynamic features, those of channel "train" ${train.dynamicFeatures}`,
      place: { channel: "test", field: "dynamic_feat" },
      cause: "the model needs the features that it was trained with",
      fix: "give both channels the same features",
    });
  }
  return findings;
}

function likelihoodFindings(
  train: DeepARReport,
  hp: ResolvedDeepARHyperparameters,
  given: DeepARHyperparameters,
  suggested: readonly DeepARLikelihood[],
): DeepARFinding[] {
  const { target, observations, integers, nonNegative, insideUnitInterval } = train;
  if (observations === 0) return [];
  const place = { channel: "train", field: "likelihood" };
  const wrong = (problem: string): DeepARFinding[] => [
    {
      code: "DA-14",
      kind: "likelihood",
      severity: "error",
      message: `"likelihood" is "${hp.likelihood}", but ${problem}`,
      place,
      cause: "the distribution gives such values no probability, so the loss is not finite or the model is useless",
      fix: `set "likelihood" to "${suggested[0]}"`,
    },
  ];
  if (hp.likelihood === "negative-binomial" && !(integers && nonNegative)) {
    return wrong(
      nonNegative
        ? "some values are no whole numbers, and it is for counts"
        : `values go down to ${target.min}, and it is for counts from 0`,
    );
  }
  if (hp.likelihood === "beta" && !insideUnitInterval) {
    return wrong(
      `values lie between ${target.min} and ${target.max}, and it is for values between 0 and 1, both excluded`,
    );
  }
  const [best = "student-T"] = suggested;
  if (given.likelihood !== undefined || best === "student-T") return [];
  return [
    {
      code: "DA-14",
      kind: "likelihood-suggestion",
      severity: "info",
      message:
        best === "beta"
          ? 'all values lie between 0 and 1, and "likelihood" is not set'
          : 'all values are whole numbers from 0, and "likelihood" is not set',
      place,
      cause: 'the service takes "student-T", which is for real values with outliers',
      fix: `try "${best}"`,
    },
  ];
}

function testFindings(train: DeepARReport, test: DeepARReport, hp: ResolvedDeepARHyperparameters): DeepARFinding[] {
  const { prediction_length: horizon } = hp;
  const findings: DeepARFinding[] = [];
  const place = { channel: "test", field: "target" };
  if (test.lengths.min <= horizon) {
    const count = test.faultCounts["too-short"];
    const first = test.faults.find(({ kind }) => kind === "too-short");
    findings.push({
      code: "DA-12",
      kind: "test-too-short",
      severity: "warning",
      message: `${count === undefined ? "some" : count} of ${test.series} series of channel "test" are not longer than "prediction_length", ${horizon}; the shortest has ${test.lengths.min} points`,
      place: { ...place, line: first?.line },
      cause: "the last prediction_length points are withheld, so nothing is left to forecast from",
      fix: "give longer series, or leave them out",
    });
  }
  if (test.lengths.max > train.lengths.max || test.series === 0) return findings;
  findings.push({
    code: "DA-19",
    kind: "test-not-longer",
    severity: "warning",
    message: `the longest series of channel "test" has ${test.lengths.max} points, that of channel "train" ${train.lengths.max}`,
    place,
    cause: `the last ${horizon} points of each test series are forecast and scored; when the training has seen them, the scores flatter`,
    fix: "train on the series without their last prediction_length points and test on the whole series, see splitForecast",
  });
  return findings;
}
