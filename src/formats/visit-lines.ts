import { isAscii } from "node:buffer";
import { type LineBlock, lineFeed, refuseInvalidUtf8 } from "./line-blocks.js";

/** Called with every line; `byteOffset` is its position in the file. */
export type LineVisitor = (line: string, number: number, byteOffset: number) => void;

/**
 * Hands out the lines of a block, without line feeds; returns the number of the line after it.
 *
 * @throws FormatError `FORMAT_CORRUPT_INPUT` naming the first line that is not UTF-8
 */
export function visitLines(block: LineBlock, firstLine: number, format: string, visit: LineVisitor): number {
  const { buffer, start, end, byteOffset } = block;
  const bytes = buffer.subarray(start, end);
  const ascii = isAscii(bytes);
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
