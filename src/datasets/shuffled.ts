import { seededRandom } from "../internal/random.js";
import { checkedSeed } from "./options.js";

/**
 * The rows in random order, as a new array. The same seed gives the same order on every machine.
 *
 * @param rows - any array; it is not changed
 * @param seed - whole number
 * @public
 */
export function shuffled<T>(rows: readonly T[], seed: number): T[] {
  const random = seededRandom(checkedSeed(seed, "shuffled"));
  const result = [...rows];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random.nextInt(last + 1);
    const row = result[last] as T;
    result[last] = result[other] as T;
    result[other] = row;
  }
  return result;
}
