/**
 * The `k` best scores with their indices, best first, or all when there are fewer.
 *
 * @remarks Keeps a heap as C++ fastText does, with the sift steps of the C++ standard library as commonly implemented:
 * so equal scores come out in the same order as there.
 */
export class BestScores {
  readonly #k: number;
  readonly #scores: number[] = [];
  readonly #indices: number[] = [];

  constructor(k: number) {
    this.#k = k;
  }

  /** False when a score as low as this cannot enter any more. */
  accepts(score: number): boolean {
    return this.#scores.length < this.#k || score >= (this.#scores[0] as number);
  }

  add(score: number, index: number): void {
    if (!this.accepts(score)) return;
    this.#scores.push(score);
    this.#indices.push(index);
    this.#siftUp(this.#scores.length - 1, score, index);
    if (this.#scores.length > this.#k) {
      this.#popTo(this.#scores.length);
      this.#scores.pop();
      this.#indices.pop();
    }
  }

  /** Ends the collection. */
  sorted(): { readonly score: number; readonly index: number }[] {
    for (let length = this.#scores.length; length > 1; length--) this.#popTo(length);
    return this.#scores.map((score, place) => ({ score, index: this.#indices[place] as number }));
  }

  /** Moves the lowest of the first `length` to their end and repairs the heap before it. */
  #popTo(length: number): void {
    const last = length - 1;
    const score = this.#scores[last] as number;
    const index = this.#indices[last] as number;
    this.#put(last, 0);
    let hole = 0;
    let child = 0;
    while (child < Math.floor((last - 1) / 2)) {
      child = 2 * (child + 1);
      if ((this.#scores[child] as number) > (this.#scores[child - 1] as number)) child--;
      this.#put(hole, child);
      hole = child;
    }
    if (last % 2 === 0 && child === Math.floor((last - 2) / 2)) {
      child = 2 * (child + 1);
      this.#put(hole, child - 1);
      hole = child - 1;
    }
    this.#siftUp(hole, score, index);
  }

  #siftUp(from: number, score: number, index: number): void {
    let hole = from;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!((this.#scores[parent] as number) > score)) break;
      this.#put(hole, parent);
      hole = parent;
    }
    this.#scores[hole] = score;
    this.#indices[hole] = index;
  }

  #put(to: number, from: number): void {
    this.#scores[to] = this.#scores[from] as number;
    this.#indices[to] = this.#indices[from] as number;
  }
}
