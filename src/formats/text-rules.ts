import { shown } from "../internal/options.js";
import { RecordFault } from "./record-fault.js";

/** What stands before every label in fastText lines. */
export const labelPrefix = "__label__";

/**
 * What to do with texts and labels that the line format cannot hold as they are.
 *
 * @public
 */
export interface TextRuleOptions {
  /**
   * Applied to every text first. Use the same one on the texts that are predicted later; {@link tokenize} is one.
   *
   * @defaultValue none: texts are taken as they are
   */
  readonly tokenizer?: ((text: string) => string) | undefined;
  /**
   * A text without any word: refused, or written as it is.
   *
   * @defaultValue "error"
   */
  readonly emptyText?: "error" | "allow" | undefined;
  /**
   * A word in a text that starts with `__label__` would silently become a label: refused, or written with a backslash
   * before it.
   *
   * @defaultValue "error"
   */
  readonly labelInText?: "error" | "escape" | undefined;
  /**
   * Half of a surrogate pair, which UTF-8 cannot express (a text cut in the middle of an emoji): refused, or replaced by
   * U+FFFD.
   *
   * @defaultValue "error"
   */
  readonly loneSurrogates?: "error" | "replace" | undefined;
}

/** Names of {@link TextRuleOptions}. */
export const textRuleNames = ["tokenizer", "emptyText", "labelInText", "loneSurrogates"] as const;

/** What fastText splits words at: ASCII white space and NUL, nothing else. U+00A0 and U+3000 are part of a word. */
const separators = /[\0\t-\r ]+/g;
const labelWord = /(?:^| )__label__/;
const wordsToEscape = /(^| )(?=\\*__label__)/g;
const loneSurrogate = /[\ud800-\udfff]/u;

/** Brings texts into the form that a line of words needs: one blank between words, none at the ends, no line break. */
export class TextRules {
  readonly #options: TextRuleOptions;
  readonly #field: string;

  constructor(options: TextRuleOptions, field: string) {
    this.#options = options;
    this.#field = field;
  }

  /** @throws RecordFault when it is not a text */
  checked(text: unknown): string {
    if (typeof text !== "string") throw new RecordFault(`expected text, got ${shown(text)}`, this.#field);
    return text;
  }

  /** The text after the tokenizer. */
  tokenized(value: unknown): string {
    const text = this.checked(value);
    const { tokenizer } = this.#options;
    if (tokenizer === undefined) return text;
    const tokens: unknown = tokenizer(text);
    if (typeof tokens !== "string")
      throw new RecordFault(`the tokenizer returned ${shown(tokens)} instead of text`, this.#field);
    return tokens;
  }

  /** @throws RecordFault */
  cleaned(tokens: string): string {
    const { emptyText, labelInText, loneSurrogates } = this.#options;
    let text = trimmed((tokens.charCodeAt(0) === 0xfeff ? tokens.slice(1) : tokens).replace(separators, " "));
    if (text === "" && emptyText !== "allow") {
      throw new RecordFault('the text is empty; drop the record or set emptyText: "allow"', this.#field);
    }
    if (labelWord.test(text)) {
      if (labelInText !== "escape") {
        throw new RecordFault(
          `a word of the text starts with ${labelPrefix} and would become a label, in ${shown(text)}; change it or set labelInText: "escape"`,
          this.#field,
        );
      }
      text = text.replace(wordsToEscape, "$1\\");
    }
    if (loneSurrogate.test(text)) text = withoutLoneSurrogates(text, loneSurrogates, this.#field);
    return text;
  }
}

/** Turns label names into words with the prefix. */
export class LabelRules {
  readonly #slugify: boolean;
  readonly #loneSurrogates: "error" | "replace" | undefined;
  readonly #words = new Map<string, string>();

  constructor(slugify: boolean, loneSurrogates: "error" | "replace" | undefined) {
    this.#slugify = slugify;
    this.#loneSurrogates = loneSurrogates;
  }

  /**
   * The label as it begins a line, followed by a blank.
   *
   * @throws RecordFault
   */
  word(label: unknown, field: string): string {
    let word = typeof label === "string" ? this.#words.get(label) : undefined;
    if (word === undefined) {
      if (typeof label !== "string") throw new RecordFault(`expected a label as text, got ${shown(label)}`, field);
      word = `${labelPrefix}${this.#name(label, field)} `;
      // Data used as labels must not fill the memory.
      if (this.#words.size >= 10_000) this.#words.clear();
      this.#words.set(label, word);
    }
    return word;
  }

  #name(label: string, field: string): string {
    let name = label.charCodeAt(0) === 0xfeff ? label.slice(1) : label;
    if (name.startsWith(labelPrefix)) name = name.slice(labelPrefix.length);
    if (this.#slugify) name = slug(name);
    if (name === "") throw new RecordFault(`the label is empty, got ${shown(label)}`, field);
    if (name.search(separators) >= 0) {
      throw new RecordFault(
        `the label ${shown(label)} contains white space and would be cut there; use ${shown(slug(name))} or set invalidLabels: "slugify"`,
        field,
      );
    }
    return loneSurrogate.test(name) ? withoutLoneSurrogates(name, this.#loneSurrogates, field) : name;
  }
}

/** White space at the ends dropped, inside replaced by `_`. */
function slug(name: string): string {
  return name.trim().replace(/[\s\0]+/gu, "_");
}

/** Without the single blank that may stand at either end. */
function trimmed(text: string): string {
  const start = text.charCodeAt(0) === 0x20 ? 1 : 0;
  const end = text.length > start && text.charCodeAt(text.length - 1) === 0x20 ? text.length - 1 : text.length;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function withoutLoneSurrogates(text: string, rule: "error" | "replace" | undefined, field: string): string {
  if (rule !== "replace") {
    throw new RecordFault(
      'half of a surrogate pair, which UTF-8 cannot express (a text cut inside a character?); repair it or set loneSurrogates: "replace"',
      field,
    );
  }
  return text.replace(/[\ud800-\udfff]/gu, "\ufffd");
}
