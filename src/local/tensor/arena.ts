import { createMemory, MOST_PAGES, PAGE_BYTES, type SharedMemory } from "../core/web-assembly.js";

const ALIGNMENT = 64;
/** Most bytes of one arena: 4 GiB less one page, so that the end of every region is a 32-bit address. */
export const MOST_BYTES = (MOST_PAGES - 1) * PAGE_BYTES;

/** The planned buffers do not fit into the arena. */
export class ArenaFullError extends RangeError {
  override readonly name = "ArenaFullError";

  /** Bytes that the whole plan needs, what the arena held before included. */
  readonly neededBytes: number;
  /** Bytes that the arena may have. */
  readonly limitBytes: number;

  constructor(neededBytes: number, limitBytes: number, what: string, cause?: unknown) {
    super(
      `${what} needs ${neededBytes} bytes (${(neededBytes / 2 ** 20).toFixed(0)} MiB) of memory; ` +
        `${cause === undefined ? `at most ${limitBytes} bytes are allowed` : "the machine did not give as much"}. ` +
        "Use a smaller batch, smaller inputs or a smaller network.",
      { cause },
    );
    this.neededBytes = neededBytes;
    this.limitBytes = limitBytes;
  }
}

/**
 * The one memory of an engine. Regions are planned one behind the other ({@link Arena.reserve}), then the memory grows once
 * ({@link Arena.commit}); they are never freed, begin as zeros and are aligned to 64 bytes. Views taken before the memory
 * grows stay valid.
 */
export class Arena {
  readonly memory: SharedMemory = createMemory();
  readonly limitBytes: number;
  /** Address 0 stays unused: operations read it as "none". */
  #top = ALIGNMENT;
  #committed = ALIGNMENT;

  constructor(limitBytes: number = MOST_BYTES) {
    this.limitBytes = Math.min(limitBytes, MOST_BYTES);
  }

  /** Bytes planned so far. */
  get plannedBytes(): number {
    return this.#top;
  }

  /** Plans a region of `bytes` bytes and returns its address. Not usable before {@link Arena.commit}. */
  reserve(bytes: number): number {
    const address = this.#top;
    this.#top = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /**
   * Makes all planned regions usable.
   *
   * @param what - named when there is no room; the plans since the last commit are then dropped
   * @throws ArenaFullError when the plan passes the limit or the machine has no more memory
   */
  commit(what: string): void {
    const needed = this.#top;
    try {
      if (needed > this.limitBytes) throw new ArenaFullError(needed, this.limitBytes, what);
      const missing = needed - this.memory.buffer.byteLength;
      if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
      this.#committed = needed;
    } catch (error) {
      this.#top = this.#committed;
      if (error instanceof RangeError && !(error instanceof ArenaFullError))
        throw new ArenaFullError(needed, this.limitBytes, what, error);
      throw error;
    }
  }

  float32(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  float64(address: number, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, address, count);
  }

  int32(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count);
  }
}
