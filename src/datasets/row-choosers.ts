import { ValidationError } from "../errors/index.js";
import { seededRandom } from "../internal/random.js";
import { type Part, upperBounds } from "./split-parts.js";

/** Decides which part a row belongs to. */
export interface RowChooser {
  /** Index of the part for the row that starts at `start`; the row ends at its line feed, at the latest at `end`. */
  readonly choose: (bytes: Uint8Array, start: number, end: number) => number;
  /** Called after the last row. */
  readonly finish?: () => void;
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

export function randomChooser(parts: readonly Part[], seed: number): RowChooser {
  const random = seededRandom(seed);
  const bounds = upperBounds(parts);
  return { choose: () => partOf(bounds, random.next()) };
}

/** Every row is drawn with the probability "rows the part still needs / rows left": exact sizes, all splits equally likely. */
export function exactChooser(sizes: readonly number[], seed: number): RowChooser {
  const random = seededRandom(seed);
  const needed = Float64Array.from(sizes);
  let left = sizes.reduce((sum, rows) => sum + rows, 0);
  const changed = (): ValidationError =>
    new ValidationError(
      "splitLines",
      [{ path: [], message: "the source changed between the two passes" }],
      "INVALID_INPUT",
    );
  return {
    choose: () => {
      if (left === 0) throw changed();
      let draw = random.nextInt(left--);
      let part = 0;
      for (;;) {
        const need = needed[part] as number;
        if (draw < need) break;
        draw -= need;
        part++;
      }
      needed[part] = (needed[part] as number) - 1;
      return part;
    },
    finish: () => {
      if (left > 0) throw changed();
    },
  };
}

/** FNV-1a of the row without its line end, with the finisher of MurmurHash3, whose bits are evenly spread. */
export function hashChooser(parts: readonly Part[], seed: number): RowChooser {
  const bounds = upperBounds(parts);
  const basis = Math.floor(seededRandom(seed).next() * 4294967296) | 0;
  return {
    choose: (bytes, start, end) => {
      let hash = basis;
      let at = start;
      for (; at < end; at++) {
        const byte = bytes[at] as number;
        if (byte === lineFeed) break;
        if (byte === carriageReturn && (at + 1 === end || bytes[at + 1] === lineFeed)) break;
        hash = Math.imul(hash ^ byte, 0x01000193);
      }
      hash ^= hash >>> 16;
      hash = Math.imul(hash, 0x85ebca6b);
      hash ^= hash >>> 13;
      hash = Math.imul(hash, 0xc2b2ae35);
      hash ^= hash >>> 16;
      return partOf(bounds, (hash >>> 0) / 4294967296);
    },
  };
}

function partOf(bounds: Float64Array, value: number): number {
  let part = 0;
  while (value >= (bounds[part] as number)) part++;
  return part;
}
