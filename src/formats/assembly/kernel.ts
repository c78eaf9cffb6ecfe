// Makes words out of a text, sixteen bytes at a time, compiled to WebAssembly SIMD by scripts/build-kernels.mjs.
//
// All data lies in one imported memory that the host lays out; the kernel allocates nothing.

const BLANK: u8 = 0x20;
const UNDERSCORE: u8 = 0x5f;
/** Stands behind the text, so that the loop needs no count. */
const END: u8 = 0x01;

/** "__label_", every byte with the bit that tells lower case from upper case. */
const LABEL: u64 = 0x7f6c6562616c7f7f;
const CASES: u64 = 0x2020202020202020;

/** Bytes of a text that need more than lower case, as a bit mask. */
// @ts-ignore: decorator
@inline
function stopsIn(chars: v128, before: v128): i32 {
  const isControl = i8x16.lt_u(chars, i8x16.splat(0x0e));
  const isSecond = v128.and(
    i8x16.eq(chars, before),
    v128.or(i8x16.eq(chars, i8x16.splat(BLANK)), i8x16.eq(chars, i8x16.splat(UNDERSCORE))),
  );
  const isQuoteOrBracket = i8x16.lt_u(i8x16.sub(chars, i8x16.splat(0x27)), i8x16.splat(3)); // ' ( )
  const isStopOrSlash = i8x16.lt_u(i8x16.sub(chars, i8x16.splat(0x2e)), i8x16.splat(2)); // . /
  const isMark = v128.or(i8x16.eq(chars, i8x16.splat(0x21)), i8x16.eq(chars, i8x16.splat(0x3f))); // ! ?
  const isComma = i8x16.eq(chars, i8x16.splat(0x2c));
  return i8x16.bitmask(
    v128.or(v128.or(isControl, isSecond), v128.or(v128.or(isQuoteOrBracket, isStopOrSlash), v128.or(isMark, isComma))),
  );
}

/**
 * Writes the words of a text: lower case, punctuation set apart, one blank between words and none at the ends. Every byte
 * may become three. Reads and writes up to sixteen bytes beyond both ends and reads one byte before the text.
 *
 * @param end - where the text ends and a byte of value 1 stands
 * @returns where the words end; 0 when one of them may be the start of a label
 */
export function tokens(text: usize, end: usize, result: usize): usize {
  let from = text;
  let to = result;
  // No blank comes first, here or after a stop. So blanks one after the other are told by the text alone.
  while (load<u8>(from) == BLANK) from++;
  while (true) {
    const chars = v128.load(from);
    const isUpper = i8x16.lt_u(i8x16.sub(chars, i8x16.splat(0x41)), i8x16.splat(26));
    // What stands behind the first stop is overwritten later.
    v128.store(to, v128.or(chars, v128.and(isUpper, i8x16.splat(0x20))));
    const stops = stopsIn(chars, v128.load(from - 1));
    if (stops == 0) {
      from += 16;
      to += 16;
      continue;
    }
    const length: usize = ctz(stops);
    from += length;
    to += length;
    const char = load<u8>(from);
    if (char == END && from == end) break;
    from++;
    const needsBlank: usize = to > result && load<u8>(to - 1) != BLANK ? 1 : 0;
    if (char == UNDERSCORE) {
      if ((load<u64>(from - 2) | CASES) == LABEL) return 0;
      to++;
    } else if (char > BLANK) {
      store<u8>(to, BLANK);
      to += needsBlank;
      store<u8>(to, char);
      store<u8>(to + 1, BLANK);
      to += 2;
      while (load<u8>(from) == BLANK) from++;
    } else if (char == BLANK || char == 0 || char >= 0x09) {
      store<u8>(to, BLANK);
      to += needsBlank;
      while (load<u8>(from) == BLANK) from++;
    } else {
      to++;
    }
  }
  return to > result && load<u8>(to - 1) == BLANK ? to - 1 : to;
}
