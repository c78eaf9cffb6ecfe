/** Lower case of every byte of ASCII; a blank for every separator of words; 0xff for punctuation and the underscore. */
const table = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  if (code === 0 || (code >= 0x09 && code <= 0x0d)) return 0x20;
  return "_.!?,'/()".includes(String.fromCharCode(code)) ? 0xff : code;
});

/** Memory that texts in ASCII are tokenised in: some three times as fast as regular expressions, and no new string. */
export class TokenBytes {
  readonly bytes: Buffer;
  readonly #view: DataView;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Bytes that {@link write} needs: every byte may become three, and the longest character must not seem to fit. */
  static room(text: string): number {
    return 3 * text.length + 4;
  }

  /**
   * Writes what `tokenize` makes of a text. The whole {@link TokenBytes.room} from `start` on is overwritten.
   *
   * @returns where the tokens end; -1 for a text with characters outside ASCII, or with two underscores in a row, which
   * may be the start of a label
   */
  write(text: string, start: number): number {
    const bytes = this.bytes;
    const view = this.#view;
    // Constants of the module would be loaded anew for every byte once the module is part of a bundle.
    const lowerOf = table;
    const blank = 0x20;
    const underscore = 0x5f;
    // The text itself stands where the tokens of the bytes before never reach a byte.
    let from = start + 2 * text.length;
    const end = from + text.length;
    // As many bytes of UTF-8 as UTF-16 units: ASCII.
    if (bytes.write(text, from) !== text.length) return -1;
    let to = start;
    let before = blank;
    for (;;) {
      // Four bytes at a time, as long as they are letters, digits and single blanks. A top bit set says of its byte:
      for (; from <= end - 4; from += 4, to += 4) {
        const four = view.getInt32(from, true);
        const isBlank = ~((four ^ 0x20202020) + 0x7f7f7f7f) & 0x80808080;
        const isLow = ~(four + 0x50505050) & ~isBlank;
        const isQuestion = ~((four ^ 0x3f3f3f3f) + 0x7f7f7f7f);
        const isUnderscore = ~((four ^ 0x5f5f5f5f) + 0x7f7f7f7f);
        const isSecondBlank = isBlank & ((isBlank << 8) | (before === blank ? 0x80 : 0));
        if (((isLow | isQuestion | isUnderscore | isSecondBlank) & 0x80808080) !== 0) break;
        const isUpper = (four + 0x3f3f3f3f) & ~(four + 0x25252525) & 0x80808080;
        view.setInt32(to, four | (isUpper >>> 2), true);
        before = four >>> 24;
      }
      if (from === end) return to > start && before === blank ? to - 1 : to;
      for (const stop = Math.min(from + 4, end); from < stop; from++) {
        const byte = bytes[from] as number;
        const lower = lowerOf[byte] as number;
        if (lower !== 0xff) {
          if (lower === blank && before === blank) continue;
          bytes[to++] = lower;
          before = lower;
        } else if (byte === underscore) {
          if (before === underscore) return -1;
          bytes[to++] = byte;
          before = byte;
        } else {
          if (before !== blank) bytes[to++] = blank;
          bytes[to++] = byte;
          bytes[to++] = blank;
          before = blank;
        }
      }
    }
  }
}
