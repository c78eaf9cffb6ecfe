import type { Random } from "../../../internal/random.js";

/**
 * The order in which training images are drawn: pass after pass through all of them, each pass shuffled anew. An epoch takes
 * the next so many, so it ends wherever `num_training_samples` says and the next one goes on from there.
 */
export class ShuffledOrder {
  readonly #order: Uint32Array;
  readonly #random: Random;
  #next: number;

  constructor(count: number, random: Random) {
    this.#order = Uint32Array.from({ length: count }, (_, index) => index);
    this.#random = random;
    this.#next = count;
  }

  /** Numbers of the next `count` images. */
  take(count: number): number[] {
    return Array.from({ length: count }, () => {
      if (this.#next === this.#order.length) this.#shuffle();
      return this.#order[this.#next++] as number;
    });
  }

  #shuffle(): void {
    const order = this.#order;
    for (let i = order.length - 1; i > 0; i--) {
      const j = this.#random.nextInt(i + 1);
      const kept = order[i] as number;
      order[i] = order[j] as number;
      order[j] = kept;
    }
    this.#next = 0;
  }
}
