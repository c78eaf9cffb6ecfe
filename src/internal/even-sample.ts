/** Keeps at most so many items, spread evenly over all that came, in their order. */
export class EvenSample<T> {
  readonly items: T[] = [];
  /** How many came. */
  count = 0;
  readonly #limit: number;
  /** Every how many items one is kept. */
  #stride = 1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: T): void {
    const position = this.count++;
    if (position % this.#stride !== 0) return;
    if (this.items.length >= this.#limit) {
      // Every other one makes room, so that those that are kept stay spread evenly.
      const kept = this.items.filter((_, index) => index % 2 === 0);
      this.items.splice(0, this.items.length, ...kept);
      this.#stride *= 2;
      if (position % this.#stride !== 0 || this.items.length >= this.#limit) return;
    }
    this.items.push(item);
  }
}
