import { editDistance } from "../internal/options.js";

interface Parts {
  readonly family: string;
  readonly size: string;
}

/**
 * The legal type that was probably meant: the same one in another spelling, one of the same family, or one of the same
 * size whose family is one letter away and of the same kind (`c`, `g`, `m`, ...). Anything further away would mislead, for
 * example from a GPU to a CPU.
 */
export function nearestInstanceType(given: string, legal: readonly string[]): string | undefined {
  const spelling = bare(given);
  const same = legal.find((type) => bare(type) === spelling);
  if (same !== undefined) return same;
  const { family, size } = partsOf(given);
  return (
    closest(legal, (type) => {
      const other = partsOf(type);
      if (other.family !== family || editDistance(size, other.size, 3) > 2) return undefined;
      const steps = Math.abs(Math.log2(multiple(size) / multiple(other.size)));
      return Number.isNaN(steps) ? editDistance(size, other.size, 3) : steps;
    }) ??
    closest(legal, (type) => {
      const other = partsOf(type);
      const near = other.family[0] === family[0] && editDistance(family, other.family, 2) === 1;
      if (other.size !== size || !near) return undefined;
      // A family that only goes on where the given one ends, c6i for c6, before one of another generation.
      return other.family.startsWith(family) || family.startsWith(other.family) ? 0 : 1;
    })
  );
}

/** The first of the types at the least distance; those without a distance are left out. */
function closest(types: readonly string[], distanceOf: (type: string) => number | undefined): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const type of types) {
    const distance = distanceOf(type) ?? Number.POSITIVE_INFINITY;
    if (distance < bestDistance) {
      best = type;
      bestDistance = distance;
    }
  }
  return best;
}

/** Sizes as multiples of `xlarge`; NaN for any other word. */
function multiple(size: string): number {
  const known = { medium: 0.25, large: 0.5, xlarge: 1 }[size];
  return known ?? Number(/^(\d+)xlarge$/u.exec(size)?.[1] ?? Number.NaN);
}

function bare(type: string): string {
  return type
    .toLowerCase()
    .replace(/^ml(?=[^a-z]|[a-z]+\d)/u, "")
    .replaceAll(/[^a-z0-9]/gu, "");
}

function partsOf(type: string): Parts {
  const text = type
    .trim()
    .toLowerCase()
    .replace(/^ml[._-]/u, "");
  const dot = text.lastIndexOf(".");
  return { family: text.slice(0, Math.max(dot, 0)), size: text.slice(dot + 1) };
}
