import type { FrequencyParts, FrequencyUnit as Unit } from "../../../../internal/frequency.js";

/** No lag lies further back. */
const MOST = 1200;
/** Lags that every series has. */
const RECENT = 7;

/** What a series may repeat after: so many units, the first cycles of them, and a few points around. */
interface Cycle {
  readonly units: number;
  readonly cycles: number;
  readonly around: number;
}

const CYCLES: Readonly<Record<Unit, readonly Cycle[]>> = {
  min: [{ units: 60, cycles: 3, around: 2 }],
  H: [{ units: 24, cycles: 7, around: 1 }],
  D: [
    { units: 7, cycles: 4, around: 1 },
    { units: 30, cycles: 1, around: 1 },
  ],
  W: [
    { units: 52, cycles: 3, around: 1 },
    { units: 4, cycles: 1, around: 0 },
    { units: 8, cycles: 1, around: 0 },
    { units: 12, cycles: 1, around: 0 },
  ],
  M: [{ units: 12, cycles: 3, around: 1 }],
};

/** Units from fine to coarse with the number of the finer ones in each; months stand alone. */
const COARSER: Readonly<Partial<Record<Unit, readonly (readonly [unit: Unit, size: number])[]>>> = {
  min: [
    ["min", 1],
    ["H", 60],
    ["D", 1440],
    ["W", 10_080],
  ],
  H: [
    ["H", 1],
    ["D", 24],
    ["W", 168],
  ],
  D: [
    ["D", 1],
    ["W", 7],
  ],
};

/**
 * How many points back a step looks, ascending: the last seven, and the same phase in earlier cycles of the hour, day, week,
 * month or year that the frequency knows, up to 1200 points.
 *
 * @see source: `get_lags_for_frequency` of GluonTS, which stands for the service's unpublished rule
 */
export function lagsFor({ unit, multiple }: FrequencyParts): number[] {
  const lags = new Set<number>();
  for (const [coarse, size] of COARSER[unit] ?? [[unit, 1]]) {
    for (const { units, cycles, around } of CYCLES[coarse]) {
      const length = Math.floor((units * size) / multiple);
      for (let cycle = 1; cycle <= cycles; cycle++) {
        for (let shift = -around; shift <= around; shift++) lags.add(cycle * length + shift);
      }
    }
  }
  const further = [...lags].filter((lag) => lag > RECENT && lag <= MOST).sort((a, b) => a - b);
  return [...Array.from({ length: RECENT }, (_, index) => index + 1), ...further];
}
