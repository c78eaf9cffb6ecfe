import { RecordFault } from "./record-fault.js";

/** First bytes of every frame, and where a payload that holds them is cut: the number 0xCED7230A, little-endian. */
export const magicBytes = Buffer.from([0x0a, 0x23, 0xd7, 0xce]);
/** The magic number as signed integer, which the engine can hold without an object. */
export const magicInteger = 0xced7230a | 0;
/** Magic number, then part kind in the upper 3 and length in the lower 29 bits. */
export const frameHeadBytes = 8;
/** The length of a part in the second word of its head. */
export const partLengthBits = 2 ** 29 - 1;
const maxPartBytes = partLengthBits;
/** The same as this machine reads it from memory. */
const magicWord = new Int32Array(Uint8Array.from(magicBytes).buffer)[0];
/** Payloads below this many bytes are searched word by word: a call of `indexOf` costs as much as a hundred words. */
const searchedByWords = 1024;

/** What a frame holds: a whole record, or the first, a middle or the last part of one. */
export const frameKinds = { whole: 0, first: 1, middle: 2, last: 3 } as const;

/** Bytes of a payload with the zeros behind it. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/**
 * Gathers RecordIO frames. A payload is written straight into the buffer, between {@link begin} and {@link end}.
 *
 * @see https://github.com/dmlc/dmlc-core/blob/main/include/dmlc/recordio.h
 */
export class FrameBuffer {
  buffer!: Buffer;
  /** The same memory. Its methods are compiled to single instructions, those of a Buffer are not. */
  view!: DataView;
  length = 0;
  #words!: Int32Array;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    this.#allocate(size);
  }

  /** Makes room for `bytes` more, beyond what a frame needs around them. */
  reserve(bytes: number): void {
    const needed = this.length + bytes + frameHeadBytes + 4;
    if (needed <= this.buffer.length) return;
    const { buffer } = this;
    this.#allocate(Math.max(needed, Math.min(buffer.length * 2, needed + 64 * 1024 * 1024)));
    buffer.copy(this.buffer, 0, 0, this.length);
  }

  /** Leaves the place of the frame's head free; `length` is then where the payload begins. */
  begin(): number {
    this.length += frameHeadBytes;
    return this.length;
  }

  /**
   * Closes the frame whose payload stands from `start` to `length`.
   *
   * @throws RecordFault for a payload over 512 MiB
   */
  end(start: number): void {
    const size = this.length - start;
    if (size > maxPartBytes) {
      throw new RecordFault(`a record of ${size} bytes; RecordIO holds at most ${maxPartBytes}`);
    }
    const cut = size < searchedByWords ? this.#nextWord(start) : nextMagic(this.buffer, start, start, this.length);
    if (cut >= 0) {
      this.#split(start, cut);
      return;
    }
    this.#head(start - frameHeadBytes, frameKinds.whole, size);
    this.#pad(size);
  }

  /** The frames so far; they are valid until the next change. */
  empty(): Buffer {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    // One large record must not hold its memory for ever.
    if (this.buffer.length > this.#size * 4) this.#allocate(this.#size);
    return bytes;
  }

  /** The frames so far, in a buffer that is not used again. */
  release(): Buffer {
    const bytes = this.buffer.subarray(0, this.length);
    this.length = 0;
    this.#allocate(this.#size);
    return bytes;
  }

  #allocate(size: number): void {
    this.buffer = Buffer.allocUnsafeSlow((size + 3) & ~3);
    this.view = new DataView(this.buffer.buffer);
    this.#words = new Int32Array(this.buffer.buffer);
  }

  /** As {@link nextMagic} for a payload: frames begin and end at multiples of 4. */
  #nextWord(start: number): number {
    const words = this.#words;
    const end = this.length >> 2;
    for (let at = start >> 2; at < end; at++) if (words[at] === magicWord) return at * 4;
    return -1;
  }

  #head(at: number, kind: number, length: number): void {
    this.view.setInt32(at, magicInteger, true);
    this.view.setUint32(at + 4, (kind << 29) | length, true);
  }

  #pad(size: number): void {
    while ((size & 3) !== 0) {
      this.buffer[this.length++] = 0;
      size++;
    }
  }

  /** A payload that holds the magic number at a multiple of 4: readers that look for the next frame would stop there. */
  #split(start: number, firstCut: number): void {
    const payload = Buffer.from(this.buffer.subarray(start, this.length));
    this.length = start - frameHeadBytes;
    let from = 0;
    for (let cut = firstCut - start; cut >= 0; cut = nextMagic(payload, from, 0, payload.length)) {
      this.#part(from === 0 ? frameKinds.first : frameKinds.middle, payload.subarray(from, cut));
      // The magic number of the payload is left out; it goes without saying between two parts.
      from = cut + magicBytes.length;
    }
    this.#part(frameKinds.last, payload.subarray(from));
  }

  #part(kind: number, part: Buffer): void {
    this.reserve(part.length);
    this.#head(this.length, kind, part.length);
    this.length += frameHeadBytes;
    this.length += part.copy(this.buffer, this.length);
    this.#pad(part.length);
  }
}

/** Where the magic number stands next, from `from` on, at a multiple of 4 from `origin`; -1 when nowhere before `end`. */
function nextMagic(bytes: Buffer, from: number, origin: number, end: number): number {
  const searched = bytes.subarray(0, end);
  for (let at = from; ; at++) {
    at = searched.indexOf(magicBytes, at);
    if (at < 0 || ((at - origin) & 3) === 0) return at;
  }
}
