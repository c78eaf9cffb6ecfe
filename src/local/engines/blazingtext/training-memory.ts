import { JobFailure } from "../contract.js";
import { createMemory, MOST_PAGES, PAGE_BYTES, type SharedMemory } from "./kernel.js";

const ALIGNMENT = 64;
const MOST_BYTES = MOST_PAGES * PAGE_BYTES;

/** The one memory of a training run. Regions are laid one behind the other and never freed; they start as zeros. */
export class TrainingMemory {
  readonly memory: SharedMemory = createMemory();
  /** Address 0 stays unused. */
  #top = ALIGNMENT;

  /** Address behind the last region. */
  get top(): number {
    return this.#top;
  }

  /**
   * Takes the next `bytes` bytes.
   *
   * @param what - named when there is no room
   * @throws JobFailure when the data does not fit into 4 GiB or the machine has no more memory
   */
  reserve(bytes: number, what: string): number {
    const address = this.#top;
    this.ensure(address + bytes, what);
    this.#top = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** Makes the memory reach up to `end` without taking anything. */
  ensure(end: number, what: string): void {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return;
    if (end > MOST_BYTES - PAGE_BYTES) throw this.#tooLarge(end, what);
    try {
      this.memory.grow(Math.ceil(missing / PAGE_BYTES));
    } catch (error) {
      if (error instanceof RangeError) throw this.#tooLarge(end, what);
      throw error;
    }
  }

  int32(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }

  uint32(address: number, count: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, address, count);
  }

  float32(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  #tooLarge(end: number, what: string): JobFailure {
    const gib = (end / 2 ** 30).toFixed(1);
    return new JobFailure(
      "ClientError",
      `Training needs ${gib} GiB of memory up to ${what}; local mode has at most 4 GiB, or what the machine has left. ` +
        "Lower vector_dim or word_ngrams, raise min_count, or train on AWS.",
    );
  }
}
