import { FormatError } from "../errors/index.js";
import { type ByteSource, openBytes } from "./byte-source.js";
import { sniffImageFormat } from "./image-format.js";
import { frameHeadBytes, frameKinds, magicBytes, magicNumber, padded } from "./recordio-frame.js";

export const format = "RecordIO";

/** A record with its place in the file. */
export interface Frame {
  /** A view into a block that is not used again. */
  readonly payload: Buffer;
  /** Of the first frame of the record. */
  readonly byteOffset: number;
  /** Counts from 1. */
  readonly record: number;
}

/** Where something is wrong. */
export interface FramePlace {
  readonly source: string | undefined;
  readonly record: number;
  readonly byteOffset: number;
}

const blockBytes = 1024 * 1024;
/** Why reading begins here: see `line-blocks.ts`. */
const padding = 64;

export function frameFault(problem: string, place: FramePlace): FormatError {
  const { source, record, byteOffset } = place;
  return new FormatError(problem, { code: "FORMAT_CORRUPT_INPUT", format, source, record, byteOffset, unit: "record" });
}

/** The records of a RecordIO file in batches, split ones joined. Every batch stands in memory of its own. */
export async function* frameBatches<T>(
  source: ByteSource,
  decode: (frame: Frame, source: string | undefined) => T,
  signal?: AbortSignal,
): AsyncGenerator<T[], void, void> {
  const reader = await openBytes(source, signal);
  try {
    const size = Math.min(blockBytes, reader.sizeBytes ?? blockBytes) + padding;
    let block = Buffer.allocUnsafeSlow(size);
    let start = padding;
    let filled = padding;
    /** Position in the file of the first byte of the block. */
    let base = -padding;
    const joiner = new PartJoiner(reader.name);
    for (;;) {
      const count = await reader.read(block, filled);
      filled += count;
      const records: T[] = [];
      let needed = 0;
      for (;;) {
        needed = joiner.neededBytes(block, start, filled, base + start);
        if (reader.sizeBytes !== undefined && base + start + needed > reader.sizeBytes && needed > frameHeadBytes) {
          throw joiner.cutShort(base + start, reader.sizeBytes - base - start, needed);
        }
        if (start + needed > filled) break;
        const frame = joiner.take(block, start, base + start);
        start += needed;
        if (frame !== undefined) records.push(decode(frame, reader.name));
      }
      if (records.length > 0) yield records;
      if (count === 0) {
        if (start < filled || joiner.open) throw joiner.cutShort(base + start, filled - start, needed);
        return;
      }
      if (start + needed > block.length || filled === block.length) {
        // Records were handed out as views: the rest goes on in a new block.
        const left = filled - start;
        const next = Buffer.allocUnsafeSlow(Math.max(size, padding + needed));
        block.copy(next, padding, start, filled);
        base += start - padding;
        block = next;
        start = padding;
        filled = padding + left;
      }
    }
  } finally {
    await reader.close();
  }
}

/** Checks frames one after the other and joins the parts of records that were split. */
export class PartJoiner {
  #record = 1;
  #parts: Buffer[] = [];
  #begin = 0;
  readonly #source: string | undefined;

  constructor(source: string | undefined, firstRecord = 1) {
    this.#source = source;
    this.#record = firstRecord;
  }

  /** Whether a record has begun and not ended. */
  get open(): boolean {
    return this.#parts.length > 0;
  }

  /** Bytes of the frame that stands at `start`, as far as that is known. */
  neededBytes(block: Buffer, start: number, filled: number, byteOffset: number): number {
    if (filled - start < frameHeadBytes) return frameHeadBytes;
    if (block.readUInt32LE(start) !== magicNumber) {
      throw this.#fault(strange(block.subarray(start, filled), byteOffset), byteOffset);
    }
    return frameHeadBytes + padded(block.readUInt32LE(start + 4) & 0x1fffffff);
  }

  /** Takes the frame, all of which is there; a record when it was complete or the last part. */
  take(block: Buffer, start: number, byteOffset: number): Frame | undefined {
    const head = block.readUInt32LE(start + 4);
    const kind = head >>> 29;
    const payload = block.subarray(start + frameHeadBytes, start + frameHeadBytes + (head & 0x1fffffff));
    if (kind > frameKinds.last) throw this.#fault(`the part number ${kind} does not exist`, byteOffset);
    const goesOn = kind === frameKinds.middle || kind === frameKinds.last;
    if (goesOn !== this.open) {
      const problem = goesOn ? "a later part of a record without its first part" : "a new record inside a split record";
      throw this.#fault(problem, byteOffset);
    }
    if (kind === frameKinds.whole) return { payload, byteOffset, record: this.#record++ };
    if (kind === frameKinds.first) this.#begin = byteOffset;
    else this.#parts.push(magicBytes);
    this.#parts.push(payload);
    if (kind !== frameKinds.last) return undefined;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [];
    return { payload: joined, byteOffset: this.#begin, record: this.#record++ };
  }

  cutShort(byteOffset: number, there: number, needed: number): FormatError {
    const problem =
      there === 0 && this.open
        ? "the file ends inside a split record"
        : `the file is cut short: the record needs ${needed} bytes, ${there} are left`;
    return this.#fault(problem, byteOffset);
  }

  #fault(problem: string, byteOffset: number): FormatError {
    return frameFault(problem, { source: this.#source, record: this.#record, byteOffset });
  }
}

/** What stands there instead of a frame. */
function strange(bytes: Buffer, byteOffset: number): string {
  const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const image = sniffImageFormat(bytes);
  let likely = "";
  if (byteOffset > 0) likely = "; the record before has a wrong length, or the file is damaged";
  else if (image !== undefined) likely = `; this is a ${image.toUpperCase()} image, not a file of records`;
  else if (bytes[0] === 0x1f && bytes[1] === 0x8b) likely = "; this is gzip data, unpack it first";
  else if (bytes.length >= 8 && bytes.readUInt32LE(4) === 0) likely = "; perhaps this is a TFRecord file";
  return `expected the magic number 0a 23 d7 ce, got ${start}${likely}`;
}
