import { type Random, seededRandom } from "../../internal/random.js";
import { type Dimension, type Point, textAt } from "./dimension.js";
import { proposeByDensity } from "./parzen.js";

/** A point that was tried, and what came out; smaller is better. */
export interface Trial {
  readonly point: Point;
  readonly loss: number;
}

/** Chooses the hyperparameters of the jobs of one tuning job. */
export interface Search {
  /** The next point; undefined when there is none left. */
  next(trials: readonly Trial[]): Point | undefined;
}

/** Points tried before a strategy that learns has something to learn from. */
const RANDOM_STARTS = 4;
/** Draws before a point that was tried before is taken again. */
const FRESH_DRAWS = 50;

/** Independent points, uniform on the scale of each range; no point twice while there are others. */
export function randomSearch(dimensions: readonly Dimension[], seed: number): Search {
  const random = seededRandom(seed);
  const seen = new Set<string>();
  return { next: () => fresh(seen, () => randomPoint(dimensions, random)) };
}

/** Every combination of values once, the last hyperparameter changing fastest. */
export function gridSearch(dimensions: readonly Dimension[]): Search {
  let index = 0;
  const count = gridSize(dimensions);
  return {
    next: () => {
      if (index >= count) return undefined;
      let rest = index++;
      const point: Record<string, string> = {};
      for (const dimension of dimensions.toReversed()) {
        const values = dimension.kind === "categorical" ? dimension.values : [];
        point[dimension.name] = values[rest % values.length] ?? "";
        rest = Math.floor(rest / values.length);
      }
      return point;
    },
  };
}

/** Combinations of a grid. */
export function gridSize(dimensions: readonly Dimension[]): number {
  return dimensions.reduce((size, one) => size * (one.kind === "categorical" ? one.values.length : 0), 1);
}

/** After a few random points, points that are likelier among the good results than among the others. */
export function bayesianSearch(dimensions: readonly Dimension[], seed: number): Search {
  const random = seededRandom(seed);
  const seen = new Set<string>();
  return {
    next: (trials) =>
      fresh(seen, () =>
        trials.length < RANDOM_STARTS ? randomPoint(dimensions, random) : proposeByDensity(dimensions, trials, random),
      ),
  };
}

function fresh(seen: Set<string>, draw: () => Point): Point {
  let point = draw();
  for (let tries = 1; tries < FRESH_DRAWS && seen.has(JSON.stringify(point)); tries++) point = draw();
  seen.add(JSON.stringify(point));
  return point;
}

function randomPoint(dimensions: readonly Dimension[], random: Random): Point {
  return Object.fromEntries(
    dimensions.map((dimension) => [
      dimension.name,
      dimension.kind === "categorical"
        ? (dimension.values[random.nextInt(dimension.values.length)] ?? "")
        : textAt(dimension, random.next()),
    ]),
  );
}
