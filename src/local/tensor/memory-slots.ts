/** Buffers whose lives do not overlap share memory: a simulation of taking and giving back, then the addresses. */
export class MemorySlots {
  readonly #sizes: number[] = [];
  readonly #free = new Set<number>();

  /** Takes a slot of at least `bytes` bytes. */
  acquire(bytes: number): number {
    let best: number | undefined;
    for (const slot of this.#free) {
      if (best === undefined || this.#fit(slot, bytes) < this.#fit(best, bytes)) best = slot;
    }
    if (best === undefined) return this.#sizes.push(bytes) - 1;
    this.#free.delete(best);
    this.#sizes[best] = Math.max(this.#sizes[best] ?? 0, bytes);
    return best;
  }

  release(slot: number): void {
    this.#free.add(slot);
  }

  /** Addresses of all slots. */
  place(reserve: (bytes: number) => number): number[] {
    return this.#sizes.map(reserve);
  }

  /** Bytes wasted, or bytes to grow by. */
  #fit(slot: number, bytes: number): number {
    return Math.abs((this.#sizes[slot] ?? 0) - bytes);
  }
}
