const apart = /([.!?,'/()])/g;
const blanks = / {2,}/g;

const blank = 0x20;
const mark = 0xff;
const other = 0xfe;

/** Lower case of every printable ASCII byte, `mark` for punctuation, `other` for the rest. */
const table = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  if (code < blank || code > 0x7e) return other;
  return ".!?,'/()".includes(String.fromCharCode(code)) ? mark : code;
});

/** Working memory of one call; nothing in it outlives the call. A buffer for each text would cost as much as the work. */
const scratchLength = 4096;
const scratch = Buffer.allocUnsafeSlow(scratchLength * 4 + 1);

/**
 * Lower-cases a text and sets punctuation apart, as the fastText documentation prepares its examples:
 * `.` `!` `?` `,` `'` `/` `(` `)` become words of their own.
 *
 * @remarks
 * Same tokens as `sed -e "s/\([.\!?,'/()]\)/ \1 /g" | tr "[:upper:]" "[:lower:]"`, except that letters outside ASCII are
 * lower-cased too and that there is one blank between words and none at the ends. A model sees words exactly as they
 * stood in training: apply the same function to the texts you predict.
 *
 * @example
 * ```ts
 * tokenize("Don't panic (it's good)!"); // "don ' t panic ( it ' s good ) !"
 * ```
 * @public
 */
export function tokenize(text: string): string {
  return asciiTokens(text) ?? text.toLowerCase().replace(apart, " $1 ").replace(blanks, " ").trim();
}

/** Some three times as fast as the regular expression; undefined for texts that are not printable ASCII with single blanks. */
function asciiTokens(text: string): string | undefined {
  const { length } = text;
  // Every byte may become three; the text itself stands behind them.
  const bytes = length <= scratchLength ? scratch : Buffer.allocUnsafe(length * 4 + 1);
  let from = length * 3;
  const end = from + length;
  // As many bytes of UTF-8 as UTF-16 units: ASCII.
  if (bytes.write(text, from) !== length || Buffer.byteLength(text) !== length) return undefined;
  // No blank is added behind the last byte.
  bytes[end] = blank;
  let to = 0;
  let before = blank;
  for (; from < end; from++) {
    const byte = bytes[from] as number;
    const lower = table[byte] as number;
    if (lower === mark) {
      if (before !== blank) bytes[to++] = blank;
      bytes[to++] = byte;
      before = byte;
      if (bytes[from + 1] !== blank) {
        bytes[to++] = blank;
        before = blank;
      }
    } else {
      if (lower === other || (lower === blank && before === blank)) return undefined;
      bytes[to++] = lower;
      before = lower;
    }
  }
  return bytes.toString("latin1", 0, before === blank ? Math.max(0, to - 1) : to);
}
