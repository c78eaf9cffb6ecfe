import type { LineBlock } from "../formats/index.js";

const lineFeed = 0x0a;

/** Rows of a block, the last one included when it has no line end. Looks at four bytes at a time. */
export function countRows(block: LineBlock): number {
  const { buffer, start, end } = block;
  let rows = buffer[end - 1] === lineFeed ? 0 : 1;
  let at = start;
  while (at < end && (buffer.byteOffset + at) % 4 !== 0) if (buffer[at++] === lineFeed) rows++;
  const words = new Int32Array(buffer.buffer, buffer.byteOffset + at, Math.max(0, end - at) >> 2);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number;
    // The top bit of each byte is set where the byte is a line feed.
    const feeds = ~((((word & 0x7f7f7f7f) ^ 0x0a0a0a0a) + 0x7f7f7f7f) | word) & 0x80808080;
    rows += Math.imul(feeds >>> 7, 0x01010101) >>> 24;
  }
  for (at += words.length * 4; at < end; at++) if (buffer[at] === lineFeed) rows++;
  return rows;
}
