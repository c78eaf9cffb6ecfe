import { ValidationError } from "../errors/index.js";
import { shown } from "../internal/options.js";

/** Seed that is used when none is given: results are the same from run to run unless asked otherwise. */
export const defaultSeed = 0;

/** @throws ValidationError `INVALID_OPTIONS` for anything but a whole number */
export function checkedSeed(seed: number | undefined, subject: string): number {
  if (seed === undefined) return defaultSeed;
  if (!Number.isSafeInteger(seed)) {
    throw new ValidationError(subject, [
      { path: ["seed"], message: `seed must be a whole number, got ${shown(seed)}` },
    ]);
  }
  return seed;
}
