import type { DeepARCategory, DeepARReport } from "./deepar-inspect.js";
import type { DeepARSeries } from "./deepar-series.js";

const listedCodes = 20;

/** Figures of one series. */
interface SeriesFigures {
  readonly observations: number;
  readonly min: number;
  readonly max: number;
}

/** Figures of the series of a file, gathered one by one. */
export class DeepARStatistics {
  #series = 0;
  #points = 0;
  #observations = 0;
  #sum = 0;
  #sumAbsolute = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #integers = true;
  #dynamicFeatures = 0;
  #firstStart: string | undefined;
  #lastStart: string | undefined;
  readonly #lengths = new Map<number, number>();
  readonly #codes: Set<number>[] = [];
  readonly #combinations = new Set<string>();
  #combination: string | undefined;
  #changes = 0;

  add({ start, values, categories, dynamicFeatures }: DeepARSeries): SeriesFigures {
    let observations = 0;
    let sum = 0;
    let sumAbsolute = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let integers = true;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      if (Number.isNaN(value)) continue;
      observations++;
      sum += value;
      sumAbsolute += Math.abs(value);
      if (value < min) min = value;
      if (value > max) max = value;
      if (integers && value !== Math.floor(value)) integers = false;
    }
    if (this.#series === 0) this.#dynamicFeatures = dynamicFeatures?.length ?? 0;
    this.#series++;
    this.#points += values.length;
    this.#observations += observations;
    this.#sum += sum;
    this.#sumAbsolute += sumAbsolute;
    this.#min = Math.min(this.#min, min);
    this.#max = Math.max(this.#max, max);
    this.#integers &&= integers;
    this.#lengths.set(values.length, (this.#lengths.get(values.length) ?? 0) + 1);
    // As text: years have four digits, so the order of texts is that of times.
    if (this.#firstStart === undefined || start < this.#firstStart) this.#firstStart = start;
    if (this.#lastStart === undefined || start > this.#lastStart) this.#lastStart = start;
    if (categories !== undefined) this.#addCategories(categories);
    return { observations, min, max };
  }

  #addCategories(categories: readonly number[]): void {
    categories.forEach((code, feature) => {
      let codes = this.#codes[feature];
      if (codes === undefined) {
        codes = new Set();
        this.#codes[feature] = codes;
      }
      codes.add(code);
    });
    const combination = categories.join(",");
    if (combination !== this.#combination) this.#changes++;
    this.#combination = combination;
    this.#combinations.add(combination);
  }

  report(): Omit<DeepARReport, "faultCounts" | "faults"> {
    const observed = this.#observations > 0;
    const mean = (sum: number): number => (observed ? sum / this.#observations : Number.NaN);
    return {
      series: this.#series,
      points: this.#points,
      observations: this.#observations,
      missing: this.#points - this.#observations,
      lengths: this.#lengthFigures(),
      target: {
        min: observed ? this.#min : Number.NaN,
        max: observed ? this.#max : Number.NaN,
        mean: mean(this.#sum),
        meanAbsolute: mean(this.#sumAbsolute),
      },
      integers: observed && this.#integers,
      nonNegative: observed && this.#min >= 0,
      insideUnitInterval: observed && this.#min > 0 && this.#max < 1,
      categories: this.#codes.map(category),
      dynamicFeatures: this.#dynamicFeatures,
      firstStart: this.#firstStart,
      lastStart: this.#lastStart,
      sortedByCategory:
        this.#combinations.size > 1 &&
        this.#changes === this.#combinations.size &&
        this.#series > this.#combinations.size,
    };
  }

  #lengthFigures(): DeepARReport["lengths"] {
    const sorted = [...this.#lengths].sort(([a], [b]) => a - b);
    /** Length of the series at this place in the order of lengths. */
    const at = (place: number): number => {
      let before = 0;
      for (const [length, count] of sorted) {
        before += count;
        if (before > place) return length;
      }
      return 0;
    };
    const last = this.#series - 1;
    return {
      min: sorted[0]?.[0] ?? 0,
      median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2,
      mean: this.#series === 0 ? 0 : this.#points / this.#series,
      max: sorted.at(-1)?.[0] ?? 0,
    };
  }
}

function category(codes: ReadonlySet<number>): DeepARCategory {
  let highest = -1;
  for (const code of codes) highest = Math.max(highest, code);
  const missingCodes: number[] = [];
  for (let code = 0; code < highest && missingCodes.length < listedCodes; code++) {
    if (codes.size === highest + 1) break;
    if (!codes.has(code)) missingCodes.push(code);
  }
  return { cardinality: highest + 1, seen: codes.size, missingCodes };
}
