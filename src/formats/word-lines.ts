/**
 * Looks at encoded lines of words, four bytes at a time, without a branch per byte: loops over characters, and regular
 * expressions that stop at every blank, take three times as long.
 */

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * True when the lines between `start` and `end` are sequences of words with one blank between them, for bytes that are
 * known to contain at least `lines` line feeds. May overwrite up to three bytes from `end` on. Never true for lines that
 * are wrong; may be false for lines that are right.
 */
export function areWordLines(bytes: Buffer, start: number, end: number, lines: number): boolean {
  if (!littleEndian || end === start || bytes[end - 1] !== 0x0a || bytes.byteOffset % 4 !== 0) return false;
  // Whole 32-bit words around the lines. What stands before is a line that was found right, or nothing.
  const from = start & ~3;
  const to = (end + 3) & ~3;
  if (to > bytes.length) return false;
  bytes.fill(0x61, end, to);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + from, (to - from) >> 2);
  let bad = 0;
  let controls = 0;
  // At the start of a word a line feed is assumed before, so that a blank at the start of the first line is noticed.
  let before = from === start ? 0x80 : 0;
  for (let at = from; at < start; at++) if ((bytes[at] as number) < 0x20) controls--;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number;
    // The top bit of each byte says: at most 0x20, below 0x20.
    const low7 = word & 0x7f7f7f7f;
    const separator = ~((low7 + 0x5f5f5f5f) | word) & 0x80808080;
    const control = ~((low7 + 0x60606060) | word) & 0x80808080;
    bad |= separator & ((separator << 8) | before);
    before = separator >>> 24;
    controls += Math.imul(control >>> 7, 0x01010101) >>> 24;
  }
  // No control character besides the line feeds that are there anyway.
  return bad === 0 && controls === lines;
}
