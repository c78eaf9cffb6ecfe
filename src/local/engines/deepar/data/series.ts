import { parseWallClock } from "../../../../internal/calendar.js";
import { type FrequencyParts, TimeGrid } from "../../../../internal/frequency.js";

/** A series as the network sees it. */
export interface Series {
  /** Times of the points. */
  readonly grid: TimeGrid;
  /** Points with a target, missing ones included. */
  readonly length: number;
  /** Targets; where one is missing, the last one that was there, or 0 before the first. */
  readonly values: Float32Array;
  /** 1 where the target is there, 0 where it is missing; undefined when none is missing. */
  readonly observed: Uint8Array | undefined;
  /** Codes of its groups; empty when the model has none. */
  readonly categories: readonly number[];
  /** Dynamic features, each at least as long as the values; empty when the model has none. */
  readonly dynamicFeatures: readonly ArrayLike<number>[];
}

/** What a series is made from: a record of a file or of a request. */
export interface SeriesRecord {
  /** `YYYY-MM-DD HH:MM:SS`. */
  readonly start: string;
  /** NaN where a value is missing. */
  readonly values: ArrayLike<number>;
  readonly categories?: readonly number[] | undefined;
  readonly dynamicFeatures?: readonly ArrayLike<number>[] | undefined;
}

/** Prepares a series. Missing values never get into the loss; as inputs they are replaced by the last value before them. */
export function makeSeries(record: SeriesRecord, frequency: FrequencyParts): Series {
  const seconds = parseWallClock(record.start);
  if (typeof seconds === "string") throw new RangeError(`${record.start}: ${seconds}`);
  const { length } = record.values;
  const values = new Float32Array(length);
  let observed: Uint8Array | undefined;
  let last = 0;
  for (let i = 0; i < length; i++) {
    const value = record.values[i] as number;
    if (Number.isNaN(value)) {
      observed ??= new Uint8Array(length).fill(1);
      observed[i] = 0;
    } else last = value;
    values[i] = last;
  }
  return {
    grid: new TimeGrid(seconds, frequency),
    length,
    values,
    observed,
    categories: record.categories ?? [],
    dynamicFeatures: record.dynamicFeatures ?? [],
  };
}

/** The part of a series before a point: what is known there. Dynamic features stay whole, they are known ahead. */
export function before(series: Series, end: number): Series {
  return {
    ...series,
    length: end,
    values: series.values.subarray(0, end),
    observed: series.observed?.subarray(0, end),
  };
}

/** Sum of the absolute values and number of values that are there, in [from, to). */
export function absoluteSum(
  series: Series,
  from: number,
  to: number,
): { readonly sum: number; readonly count: number } {
  let sum = 0;
  let count = 0;
  for (let i = Math.max(0, from); i < Math.min(to, series.length); i++) {
    if (series.observed?.[i] === 0) continue;
    sum += Math.abs(series.values[i] as number);
    count++;
  }
  return { sum, count };
}
