import type { FileHandle } from "node:fs/promises";

const PIECE_BYTES = 512 * 1024;

/**
 * A range of an open file as the body of an answer. The handle is closed when the range is read to its end, when the reader
 * stops early, or with {@link FileBody.return} when it never starts.
 */
export class FileBody implements AsyncIterableIterator<Uint8Array> {
  readonly #handle: FileHandle;
  readonly #onClose: (body: FileBody) => void;
  #position: number;
  readonly #end: number;
  #closed = false;

  /** @param end - position after the last byte */
  constructor(handle: FileHandle, start: number, end: number, onClose: (body: FileBody) => void) {
    this.#handle = handle;
    this.#position = start;
    this.#end = end;
    this.#onClose = onClose;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const rest = this.#end - this.#position;
    if (this.#closed || rest <= 0) return this.return();
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, rest));
    const { bytesRead } = await this.#handle.read(piece, 0, piece.length, this.#position);
    this.#position += bytesRead;
    if (bytesRead > 0) return { done: false, value: piece.subarray(0, bytesRead) };
    await this.return();
    throw new Error("an object of the local store was cut short while it was read");
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.#closed) {
      this.#closed = true;
      this.#onClose(this);
      await this.#handle.close();
    }
    return { done: true, value: undefined };
  }
}
