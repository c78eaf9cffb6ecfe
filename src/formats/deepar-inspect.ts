import type { FormatError } from "../errors/index.js";
import { parseWallClock } from "../internal/calendar.js";
import { alignmentProblem, type Frequency, parseFrequency } from "../internal/frequency.js";
import { checkKnownKeys } from "../internal/options.js";
import type { ByteSource } from "./byte-source.js";
import { deepARReadDefaults, seriesBatches } from "./deepar.js";
import { checkedPredictionLength, DeepARLayout, type DeepARSeries, fileNames } from "./deepar-series.js";
import { DeepARStatistics } from "./deepar-statistics.js";
import { checkedMaxLineBytes } from "./line-blocks.js";
import { RecordFault } from "./record-fault.js";

/**
 * Kinds of `DeepARFault`.
 *
 * - `unreadable`: no JSON, or no series;
 * - `differing-layout`: another number of `cat` or `dynamic_feat` than in the first series;
 * - `feature-length`: `dynamic_feat` that does not fit `target`;
 * - `too-short`: a series not longer than `prediction_length`, which training leaves out without a word;
 * - `no-values`, `all-zero`, `constant`: a series from which nothing can be learned, or little;
 * - `unaligned-start`: a start off the natural grid of the frequency.
 *
 * @public
 */
export type DeepARFaultKind =
  | "unreadable"
  | "differing-layout"
  | "feature-length"
  | "too-short"
  | "no-values"
  | "all-zero"
  | "constant"
  | "unaligned-start";

/**
 * One fault of a DeepAR file.
 *
 * @public
 */
export interface DeepARFault {
  readonly kind: DeepARFaultKind;
  /** `error`: training fails or means something else. `warning`: it works, but less well than it could. */
  readonly severity: "error" | "warning";
  /** Line of the file, or row of a Parquet file; counts from 1. */
  readonly line: number;
  /** Position of the line in the file; undefined for Parquet. */
  readonly byteOffset: number | undefined;
  readonly message: string;
}

/**
 * The groups of one categorical feature.
 *
 * @public
 */
export interface DeepARCategory {
  /** One more than the highest code: the cardinality that the service infers. */
  readonly cardinality: number;
  /** Codes that occur. */
  readonly seen: number;
  /** Codes below the highest that no series has, at most 20 of them: training refuses such a file. */
  readonly missingCodes: readonly number[];
}

/**
 * What `inspectDeepAR` found.
 *
 * @public
 */
export interface DeepARReport {
  /** Series that could be read; all figures are about them. */
  readonly series: number;
  /** Points of all series together, missing ones included. */
  readonly points: number;
  /** Points with a value. */
  readonly observations: number;
  /** Points without one. */
  readonly missing: number;
  /** Points of a series; all 0 without series. */
  readonly lengths: { readonly min: number; readonly median: number; readonly mean: number; readonly max: number };
  /** Of the values that are there; all NaN without any. */
  readonly target: {
    readonly min: number;
    readonly max: number;
    readonly mean: number;
    readonly meanAbsolute: number;
  };
  /** Whether all values are whole numbers. */
  readonly integers: boolean;
  /** Whether no value is below 0. */
  readonly nonNegative: boolean;
  /** Whether all values lie between 0 and 1, both excluded. */
  readonly insideUnitInterval: boolean;
  /** One for each number in `cat`; empty without. */
  readonly categories: readonly DeepARCategory[];
  /** Number of dynamic features: what the service infers as `num_dynamic_feat`. */
  readonly dynamicFeatures: number;
  /** Earliest and latest start; undefined without series. */
  readonly firstStart: string | undefined;
  readonly lastStart: string | undefined;
  /** Whether the series of each combination of categories stand together, and there is more than one: they should be shuffled. */
  readonly sortedByCategory: boolean;
  /** How often each kind of fault occurs; kinds that do not occur are absent. */
  readonly faultCounts: Readonly<Partial<Record<DeepARFaultKind, number>>>;
  /** The first faults of each kind, in the order of the file. */
  readonly faults: readonly DeepARFault[];
}

/**
 * Options of `inspectDeepAR`.
 *
 * @public
 */
export interface DeepARInspectOptions {
  /** The hyperparameter `prediction_length`. Without it short series are not looked for. */
  readonly predictionLength?: number | undefined;
  /** The hyperparameter `time_freq`. Without it starts are not held against a grid. */
  readonly frequency?: Frequency | undefined;
  /**
   * `training`: dynamic features are as long as the values. `inference`: the input of a forecast, where they are longer by
   * `predictionLength` and a series may be without values.
   *
   * @defaultValue "training"
   */
  readonly purpose?: "training" | "inference" | undefined;
  /**
   * Faults of each kind that are listed; all are counted.
   *
   * @defaultValue 5
   */
  readonly maxFaultsPerKind?: number | undefined;
  /**
   * Longest line that is read, bytes.
   *
   * @defaultValue 67108864 (64 MiB)
   */
  readonly maxLineBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const grave: ReadonlySet<DeepARFaultKind> = new Set(["unreadable", "differing-layout", "feature-length"]);

/**
 * Looks through a DeepAR file before it costs money: what the service will infer from it, what kind of numbers it holds,
 * and which series are faulty, with line numbers.
 *
 * @remarks
 * Reads the file once, JSON Lines, gzip or Parquet; holds one block, one counter for each length and each category.
 *
 * @param source - file path, `{ text }`, bytes or a stream of bytes; Parquet only from a path or from bytes
 * @throws {@link FormatError} `FORMAT_CORRUPT_INPUT` for bytes that are not UTF-8, a damaged file or a line over the limit
 * @throws {@link MissingDependencyError} for Parquet when `hyparquet` is not installed
 * @public
 */
export async function inspectDeepAR(source: ByteSource, options: DeepARInspectOptions = {}): Promise<DeepARReport> {
  checkKnownKeys(
    options,
    ["predictionLength", "frequency", "purpose", "maxFaultsPerKind", "maxLineBytes", "signal"],
    "inspectDeepAR",
  );
  checkedPredictionLength(options.predictionLength, "inspectDeepAR", 1);
  const maxLineBytes = checkedMaxLineBytes(options.maxLineBytes, deepARReadDefaults.maxLineBytes);
  const inspection = new Inspection(options);
  const reading = { predictionLength: undefined, maxLineBytes, signal: options.signal, observer: inspection };
  for await (const _ of seriesBatches(source, reading)) options.signal?.throwIfAborted();
  return inspection.report();
}

class Inspection {
  readonly #options: DeepARInspectOptions;
  readonly #maxFaults: number;
  readonly #layout: DeepARLayout;
  readonly #statistics = new DeepARStatistics();
  readonly #faultCounts: Partial<Record<DeepARFaultKind, number>> = {};
  readonly #faults: DeepARFault[] = [];

  constructor(options: DeepARInspectOptions) {
    this.#options = options;
    this.#maxFaults = options.maxFaultsPerKind ?? 5;
    const future = options.purpose === "inference" ? options.predictionLength : 0;
    this.#layout = new DeepARLayout(fileNames, future);
  }

  fault(error: FormatError): void {
    const field = error.field === undefined ? "" : `${error.field}: `;
    this.#note("unreadable", `${field}${error.problem}`, error.record ?? 0, error.byteOffset);
  }

  series(series: DeepARSeries, line: number, byteOffset: number | undefined): void {
    const note = (kind: DeepARFaultKind, message: string): void => this.#note(kind, message, line, byteOffset);
    const checked = (kind: DeepARFaultKind, check: () => void): void => {
      try {
        check();
      } catch (error) {
        if (!(error instanceof RecordFault)) throw error;
        note(kind, `${error.field}: ${error.message}`);
      }
    };
    checked("differing-layout", () => this.#layout.checkSame(series.categories, series.dynamicFeatures));
    checked("feature-length", () => this.#layout.checkLengths(series.values, series.dynamicFeatures));
    const { predictionLength, frequency, purpose } = this.#options;
    const training = purpose !== "inference";
    const { observations, min, max } = this.#statistics.add(series);
    if (training && predictionLength !== undefined && series.values.length <= predictionLength) {
      note(
        "too-short",
        `${series.values.length} points; training leaves out what is not longer than ${predictionLength}`,
      );
    }
    if (observations === 0) {
      if (training || series.values.length > 0) note("no-values", "no value is there");
    } else if (min === max && (min === 0 || observations > 1)) {
      note(min === 0 ? "all-zero" : "constant", min === 0 ? "all values are 0" : `all values are ${min}`);
    }
    const seconds = frequency === undefined ? "" : parseWallClock(series.start);
    if (frequency !== undefined && typeof seconds === "number") {
      const problem = alignmentProblem(seconds, parseFrequency(frequency));
      if (problem !== undefined) note("unaligned-start", problem);
    }
  }

  report(): DeepARReport {
    return { ...this.#statistics.report(), faultCounts: this.#faultCounts, faults: this.#faults };
  }

  #note(kind: DeepARFaultKind, message: string, line: number, byteOffset: number | undefined): void {
    const count = (this.#faultCounts[kind] ?? 0) + 1;
    this.#faultCounts[kind] = count;
    if (count > this.#maxFaults) return;
    this.#faults.push({ kind, severity: grave.has(kind) ? "error" : "warning", line, byteOffset, message });
  }
}
