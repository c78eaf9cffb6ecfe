import type { Random } from "../../internal/random.js";
import { type CategoricalRange, type Dimension, type NumericRange, type Point, textAt, unitOf } from "./dimension.js";
import type { Trial } from "./search.js";

// A tree-structured Parzen estimator: J. Bergstra et al., Algorithms for Hyper-Parameter Optimization, NIPS 2011.
// Hyperparameters are looked at one by one; l is the density of the good results, g that of the others, and the point with the
// largest l/g has the largest expected improvement.

/** Points drawn from l, of which the best is taken. */
const CANDIDATES = 24;
/** Share of the results that count as good. */
const GOOD_SHARE = 0.25;
/** Narrowest kernel, so that equal results do not end the search. */
const MIN_WIDTH = 0.05;

/** A density over the places of one hyperparameter. */
interface Density {
  draw(random: Random): string;
  log(text: string): number;
}

/**
 * The best of several points drawn from the density of the good results.
 *
 * @param trials - at least 2
 */
export function proposeByDensity(dimensions: readonly Dimension[], trials: readonly Trial[], random: Random): Point {
  const ordered = trials.toSorted((a, b) => a.loss - b.loss);
  const good = Math.max(1, Math.ceil(ordered.length * GOOD_SHARE));
  const densities = dimensions.map((dimension) => {
    const texts = ordered.map(({ point }) => point[dimension.name] ?? "");
    return {
      name: dimension.name,
      good: densityOf(dimension, texts.slice(0, good)),
      rest: densityOf(dimension, texts.slice(good)),
    };
  });
  let best: Point = {};
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let candidate = 0; candidate < CANDIDATES; candidate++) {
    const point: Record<string, string> = {};
    let score = 0;
    for (const { name, good: l, rest: g } of densities) {
      const text = l.draw(random);
      point[name] = text;
      score += l.log(text) - g.log(text);
    }
    if (score > bestScore) {
      best = point;
      bestScore = score;
    }
  }
  return best;
}

function densityOf(dimension: Dimension, texts: readonly string[]): Density {
  return dimension.kind === "categorical" ? counts(dimension, texts) : kernels(dimension, texts);
}

/** Shares of the values, each counted once more than it was seen. */
function counts({ values }: CategoricalRange, texts: readonly string[]): Density {
  const weights = values.map((value) => 1 + texts.filter((text) => text === value).length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    draw: (random) => {
      let rest = random.next() * total;
      let index = 0;
      for (; index < values.length - 1 && rest >= (weights[index] ?? 0); index++) rest -= weights[index] ?? 0;
      return values[index] ?? "";
    },
    log: (text) => Math.log((weights[values.indexOf(text)] ?? 1) / total),
  };
}

/** One normal kernel per result, cut at the ends of the range, and one uniform piece that counts like a result. */
function kernels(range: NumericRange, texts: readonly string[]): Density {
  const centres = texts.map((text) => unitOf(range, text));
  const width = Math.max(MIN_WIDTH, 1 / (1 + centres.length));
  const masses = centres.map((centre) => normalShare((1 - centre) / width) - normalShare(-centre / width));
  return {
    draw: (random) => {
      const centre = centres[random.nextInt(centres.length + 1)];
      if (centre === undefined) return textAt(range, random.next());
      for (;;) {
        const unit = centre + width * normal(random);
        if (unit >= 0 && unit < 1) return textAt(range, unit);
      }
    },
    log: (text) => {
      const unit = unitOf(range, text);
      const heights = centres.map(
        (centre, index) =>
          Math.exp(-0.5 * ((unit - centre) / width) ** 2) / (width * Math.sqrt(2 * Math.PI) * (masses[index] ?? 1)),
      );
      return Math.log((1 + heights.reduce((sum, height) => sum + height, 0)) / (centres.length + 1));
    },
  };
}

/** A standard normal number (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Share of a standard normal distribution below `x`, to 1e-7 (Abramowitz and Stegun 26.2.17). */
function normalShare(x: number): number {
  if (x < 0) return 1 - normalShare(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
