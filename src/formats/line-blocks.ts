import { isAscii, isUtf8 } from "node:buffer";
import { FormatError, ValidationError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { type ByteReader, type ByteSource, openBytes } from "./byte-source.js";

/**
 * A piece of a text file that holds whole lines: the bytes from `start` to `end` of `buffer`. Only the last line of the
 * file can lack its line feed. The buffer is used again for the next block: copy what must outlive it.
 */
export interface LineBlock {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  /** Position of `start` in the file. */
  readonly byteOffset: number;
  /** File path, for messages. */
  readonly source: string | undefined;
  /** Whether the file began with a byte order mark, which is not part of the block. Told with the first block only. */
  readonly byteOrderMark: boolean;
}

export interface LineBlockOptions {
  /** Name of the format, for messages. */
  readonly format: string;
  readonly maxLineBytes: number;
  readonly signal?: AbortSignal | undefined;
  /** The 1-based number of the next line, for messages. */
  readonly nextLine?: (() => number) | undefined;
}

const lineFeed = 0x0a;

/**
 * Reads to a position this far into the buffer: large buffers begin 16 bytes into a page, and on some processors the
 * kernel copies four times slower from the start of a page to a place slightly later in a page.
 */
const padding = 64;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const blockBytes = 256 * 1024;

/** The lines of a source, in blocks. Memory is one block, or the longest line if that is more. */
export async function* lineBlocks(
  source: ByteSource,
  options: LineBlockOptions,
): AsyncGenerator<LineBlock, void, void> {
  yield* lineBlocksOf(await openBytes(source, options.signal), options);
}

/** The lines of what is read, in blocks; closes the reader in the end. */
export async function* lineBlocksOf(
  reader: ByteReader,
  options: LineBlockOptions,
): AsyncGenerator<LineBlock, void, void> {
  const { format, maxLineBytes, nextLine } = options;
  const tooLong = (start: number): FormatError =>
    new FormatError(`the line is longer than ${maxLineBytes} bytes; a file of another kind, or raise maxLineBytes`, {
      code: "FORMAT_CORRUPT_INPUT",
      format,
      source: reader.name,
      record: nextLine?.(),
      byteOffset: start,
    });
  try {
    let buffer = Buffer.allocUnsafeSlow(
      padding + Math.min(blockBytes, Math.max(4096, reader.sizeBytes ?? blockBytes) + 1),
    );
    let filled = padding;
    // The first three bytes decide about the byte order mark; a stream may give them one by one.
    while (filled - padding < byteOrderMark.length) {
      const count = await reader.read(buffer, filled);
      if (count === 0) break;
      filled += count;
    }
    const marked = buffer.subarray(padding, filled).subarray(0, byteOrderMark.length).equals(byteOrderMark);
    let byteOffset = marked ? byteOrderMark.length : 0;
    if (marked) {
      buffer.copyWithin(padding, padding + byteOrderMark.length, filled);
      filled -= byteOrderMark.length;
    }
    const block = (end: number): LineBlock => {
      const made = {
        buffer,
        start: padding,
        end,
        byteOffset,
        source: reader.name,
        byteOrderMark: marked && byteOffset === 3,
      };
      if (maxLineBytes < blockBytes) {
        const long = longLine(made, maxLineBytes);
        if (long >= 0) throw tooLong(byteOffset + long - padding);
      }
      return made;
    };

    for (let searched = padding; ; ) {
      const feed = buffer.subarray(searched, filled).lastIndexOf(lineFeed);
      if (feed >= 0) {
        const end = searched + feed + 1;
        yield block(end);
        byteOffset += end - padding;
        buffer.copyWithin(padding, end, filled);
        filled -= end - padding;
      }
      if (filled - padding > maxLineBytes) throw tooLong(byteOffset);
      if (filled === buffer.length) {
        const larger = Buffer.allocUnsafeSlow(padding + (buffer.length - padding) * 2);
        buffer.copy(larger, padding, padding, filled);
        buffer = larger;
      }
      searched = filled;
      const count = await reader.read(buffer, filled);
      if (count === 0) break;
      filled += count;
    }
    if (filled > padding) yield block(filled);
  } finally {
    await reader.close();
  }
}

/** Called with every line; `byteOffset` is its position in the file. */
export type LineVisitor = (line: string, number: number, byteOffset: number) => void;

/** Hands out the lines of a block, without line feeds; returns the number of the line after it. */
export function visitLines(block: LineBlock, firstLine: number, format: string, visit: LineVisitor): number {
  const { buffer, start, end, byteOffset } = block;
  const ascii = isAscii(buffer.subarray(start, end));
  if (!ascii) refuseInvalidUtf8(block, firstLine, format);
  // Line by line, because a substring of the whole block would keep the block in memory as long as the record lives.
  const encoding = ascii ? "latin1" : "utf8";
  let number = firstLine;
  for (let from = start; from < end; number++) {
    const feed = buffer.indexOf(lineFeed, from);
    const to = feed < 0 || feed >= end ? end : feed;
    visit(buffer.toString(encoding, from, to), number, byteOffset + from - start);
    from = to + 1;
  }
  return number;
}

/** Position of the first line longer than the limit, or -1. */
function longLine(block: LineBlock, maxLineBytes: number): number {
  let start = block.start;
  while (start < block.end) {
    const feed = block.buffer.indexOf(lineFeed, start);
    const end = feed < 0 || feed >= block.end ? block.end : feed;
    if (end - start > maxLineBytes) return start;
    start = end + 1;
  }
  return -1;
}

/** Position in the buffer of a line of the block, counted from 0. */
export function lineStart(block: LineBlock, index: number): number {
  let start = block.start;
  for (let line = 0; line < index; line++) start = block.buffer.indexOf(lineFeed, start) + 1;
  return start;
}

/** A block cut into pieces of whole lines, each about `size` bytes: what is decoded at once should fit into the cache. */
export function* piecesOf(block: LineBlock, size: number): Generator<LineBlock, void, void> {
  const { buffer, start, end, byteOffset } = block;
  for (let from = start; from < end; ) {
    const feed = from + size < end ? buffer.indexOf(lineFeed, from + size) : -1;
    const to = feed < 0 || feed >= end ? end : feed + 1;
    yield { ...block, start: from, end: to, byteOffset: byteOffset + from - start };
    from = to;
  }
}

/**
 * The text of the block.
 *
 * @throws FormatError `FORMAT_CORRUPT_INPUT` naming the first line that is not UTF-8
 */
export function blockText(block: LineBlock, firstLine: number, format: string): string {
  const { buffer, start, end } = block;
  // ASCII is much faster to test and to copy than to decode.
  if (isAscii(buffer.subarray(start, end))) return buffer.toString("latin1", start, end);
  refuseInvalidUtf8(block, firstLine, format);
  return buffer.toString("utf8", start, end);
}

/** @throws FormatError `FORMAT_CORRUPT_INPUT` naming the first line that is not UTF-8 */
function refuseInvalidUtf8(block: LineBlock, firstLine: number, format: string): void {
  const { buffer, start, end, byteOffset } = block;
  if (isUtf8(buffer.subarray(start, end))) return;
  let from = start;
  let line = firstLine;
  for (;;) {
    const feed = buffer.indexOf(lineFeed, from);
    const to = feed < 0 || feed >= end ? end : feed + 1;
    if (to === end || !isUtf8(buffer.subarray(from, to))) break;
    from = to;
    line++;
  }
  throw new FormatError("the line is not valid UTF-8", {
    code: "FORMAT_CORRUPT_INPUT",
    format,
    source: block.source,
    record: line,
    byteOffset: byteOffset + from - start,
  });
}

/** Checks the option that every reader has. */
export function checkedMaxLineBytes(value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ValidationError("reader options", [
      {
        path: ["maxLineBytes"],
        message: `maxLineBytes must be a whole number of bytes, at least 1; got ${shown(value)}`,
      },
    ]);
  }
  return value;
}
