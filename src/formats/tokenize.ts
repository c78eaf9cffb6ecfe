const punctuation = /[.!?,'/()]/;
const apart = /([.!?,'/()])/g;
const blanks = / {2,}/g;

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
  const lower = text.toLowerCase();
  const spaced = punctuation.test(lower) ? lower.replace(apart, " $1 ") : lower;
  return spaced.replace(blanks, " ").trim();
}
