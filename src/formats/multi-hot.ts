import { ValidationError } from "../errors/index.js";
import { shown } from "../internal/options.js";

/**
 * One number for every class: 1 for those that apply, 0 for the others. The form of multi-label data in image lists,
 * RecordIO files and, unless the content type says `label-format=class-id`, in augmented manifests.
 *
 * @param ids - class numbers from 0
 * @param numClasses - number of classes
 * @throws {@link ValidationError} `INVALID_INPUT` for a number that is no class
 * @example
 * ```ts
 * multiHot([0, 2], 4); // [1, 0, 1, 0]
 * ```
 * @public
 */
export function multiHot(ids: Iterable<number>, numClasses: number): number[] {
  const vector = new Array<number>(numClasses).fill(0);
  for (const id of ids) {
    if (!Number.isInteger(id) || id < 0 || id >= numClasses) {
      const message = `expected class numbers from 0 to ${numClasses - 1}, got ${shown(id)}`;
      throw new ValidationError("multiHot", [{ path: [], message }], "INVALID_INPUT");
    }
    vector[id] = 1;
  }
  return vector;
}

/**
 * The class numbers that apply: the reverse of {@link multiHot}, in ascending order.
 *
 * @param vector - 0 or 1 for every class
 * @throws {@link ValidationError} `INVALID_INPUT` for other numbers
 * @public
 */
export function classIds(vector: ArrayLike<number>): number[] {
  const ids: number[] = [];
  for (let id = 0; id < vector.length; id++) {
    if (vector[id] === 1) ids.push(id);
    else if (vector[id] !== 0) {
      const message = `expected 0 or 1 for every class, got ${shown(vector[id])} for class ${id}`;
      throw new ValidationError("classIds", [{ path: [id], message }], "INVALID_INPUT");
    }
  }
  return ids;
}
