import type { FileHandle } from "node:fs/promises";

const BLOCK_BYTES = 256 * 1024;
/** Shorter gaps are written as zeros: one large write is cheaper than two small ones. */
const SHORTEST_HOLE_BYTES = 16 * 1024;

/** Writes a file from front to back in large blocks and leaves holes where the caller skips. */
export class SparseWriter {
  readonly #file: FileHandle;
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #filled = 0;
  /** Offset in the file of the first byte of the block. */
  #offset = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Takes the bytes when the block has room for them; otherwise takes nothing and returns false. */
  writeNow(bytes: Uint8Array): boolean {
    if (this.#filled + bytes.length > BLOCK_BYTES) return false;
    this.#block.set(bytes, this.#filled);
    this.#filled += bytes.length;
    return true;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      if (this.#filled === BLOCK_BYTES) await this.#flush();
      const part = bytes.subarray(from, from + BLOCK_BYTES - this.#filled);
      this.writeNow(part);
      from += part.length;
    }
  }

  /** Leaves `bytes` zero bytes. */
  async skip(bytes: number): Promise<void> {
    if (bytes < SHORTEST_HOLE_BYTES && this.#filled + bytes <= BLOCK_BYTES) {
      this.#block.fill(0, this.#filled, this.#filled + bytes);
      this.#filled += bytes;
      return;
    }
    await this.#flush();
    this.#offset += bytes;
  }

  /** Writes what is left and gives the file its full length. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#file.truncate(this.#offset);
  }

  async #flush(): Promise<void> {
    let written = 0;
    while (written < this.#filled) {
      const { bytesWritten } = await this.#file.write(
        this.#block,
        written,
        this.#filled - written,
        this.#offset + written,
      );
      written += bytesWritten;
    }
    this.#offset += this.#filled;
    this.#filled = 0;
  }
}
