import { TokenBytes } from "./token-bytes.js";

const apart = / ?([.!?,'/()]) ?/g;
const separators = /[\0\t-\r ]{2,}|[\0\t-\r]/g;

const SCRATCH_BYTES = 64 * 1024;
/** Working memory of one call; nothing in it outlives the call. A buffer for each text would cost as much as the work. */
let scratch: TokenBytes | undefined;

/**
 * Lower-cases a text and sets punctuation apart, as the fastText documentation prepares its examples:
 * `.` `!` `?` `,` `'` `/` `(` `)` become words of their own.
 *
 * @remarks
 * Same tokens as `sed -e "s/\([.\!?,'/()]\)/ \1 /g" | tr "[:upper:]" "[:lower:]"`, except that letters outside ASCII are
 * lower-cased too and that there is one blank between words and none at the ends; line breaks, tabs and NUL are such
 * blanks. A model sees words exactly as they stood in training: apply the same function to the texts you predict.
 *
 * @example
 * ```ts
 * tokenize("It isn't very delicious!"); // "it isn ' t very delicious !"
 * ```
 * @public
 */
export function tokenize(text: string): string {
  scratch ??= new TokenBytes(SCRATCH_BYTES);
  const room = TokenBytes.room(text.length);
  const memory = room <= SCRATCH_BYTES ? scratch : new TokenBytes(room);
  const end = memory.writeAscii(text, 0);
  if (end > 0) return memory.bytes.toString("latin1", 0, end);
  const spaced = text.toLowerCase().replace(apart, " $1 ").replace(separators, " ");
  return spaced.replace(/^ | $/g, "");
}
