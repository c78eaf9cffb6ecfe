import { readFileSync, writeFileSync } from "node:fs";
import { seededRandom } from "../../src/internal/random.js";

/** What the numbers of a series look like: whole, with two decimals, or with all digits of a double. */
export const kinds = ["integers", "decimals", "doubles"] as const;
export type Kind = (typeof kinds)[number];

export const seriesCount = 10_000;
export const length = 500;

/** Writes the numbers of all series as 64-bit floats, for every variant to load. */
export function writeNumbers(file: string, kind: Kind): void {
  const random = seededRandom(1);
  const numbers = new Float64Array(seriesCount * length);
  for (let index = 0; index < numbers.length; index++) {
    const value = (random.next() - 0.1) * 1000;
    numbers[index] =
      kind === "integers" ? Math.round(value) : kind === "decimals" ? Math.round(value * 100) / 100 : value;
  }
  writeFileSync(file, new Uint8Array(numbers.buffer));
}

/** The series as plain arrays, as rows from a database would give them, or as typed arrays. */
export function loadSeries(file: string, typed: boolean): { start: string; values: number[] | Float64Array }[] {
  const numbers = new Float64Array(new Uint8Array(readFileSync(file)).buffer);
  return Array.from({ length: seriesCount }, (_, index) => {
    const values = numbers.slice(index * length, (index + 1) * length);
    return { start: "2024-01-01 00:00:00", values: typed ? values : Array.from(values) };
  });
}

/** Python: the same, as a list of dicts. */
export const loadInPython = (kind: Kind): string => `
import os
from array import array
from measure import measure
folder = os.environ["BENCH_DIR"]
numbers = array("d")
with open(folder + "/${kind}.bin", "rb") as f:
    numbers.frombytes(f.read())
values = numbers.tolist()
rows = [{"start": "2024-01-01 00:00:00", "target": values[i * ${length}:(i + 1) * ${length}]} for i in range(${seriesCount})]
`;
