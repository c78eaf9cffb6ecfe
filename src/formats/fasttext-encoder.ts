import { isAscii } from "node:buffer";
import { checkKnownKeys, shown } from "../internal/options.js";
import type { FastTextInput, FastTextWriteOptions } from "./fasttext.js";
import { RecordFault } from "./record-fault.js";
import type { BatchEncoder } from "./record-writer.js";
import { LabelRules, labelPrefix, TextRules, textRuleNames } from "./text-rules.js";
import { TokenBytes } from "./token-bytes.js";
import { tokenize } from "./tokenize.js";
import { areWordLines } from "./word-lines.js";

/** Makes fastText lines. */
export function fastTextEncoder(options: FastTextWriteOptions): BatchEncoder<FastTextInput> {
  checkKnownKeys(options, [...textRuleNames, "invalidLabels", "unlabelled", "signal"], "fastText writer");
  const rules = new LineRules(options);
  return options.tokenizer === tokenize ? new TokenEncoder(rules) : new CheckingEncoder(rules);
}

/** The rules for a line of labels and words. */
class LineRules {
  readonly texts: TextRules;
  readonly #labels: LabelRules;
  readonly #allowUnlabelled: boolean;

  constructor(options: FastTextWriteOptions) {
    this.texts = new TextRules(options, "text");
    this.#labels = new LabelRules(options.invalidLabels === "slugify", options.loneSurrogates);
    this.#allowUnlabelled = options.unlabelled === "allow";
  }

  /**
   * The labels as they begin a line, a blank behind each.
   *
   * @throws RecordFault
   */
  labels(record: FastTextInput): string {
    if (record === null || typeof record !== "object") {
      throw new RecordFault(`expected { label, text }, got ${shown(record)}`);
    }
    return record.labels === undefined ? this.#labels.word(record.label, "label") : this.#several(record);
  }

  /**
   * The whole line.
   *
   * @throws RecordFault
   */
  line(labels: string, tokens: string): string {
    const words = this.texts.cleaned(tokens);
    if (words === "" && labels === "") throw new RecordFault("neither a label nor a word", "text");
    return words === "" ? `${labels.slice(0, -1)}\n` : `${labels}${words}\n`;
  }

  #several(record: FastTextInput): string {
    const { label, labels } = record;
    if (label !== undefined) throw new RecordFault("both label and labels are given; use one of them", "label");
    if (!Array.isArray(labels)) throw new RecordFault(`expected a list of labels, got ${shown(labels)}`, "labels");
    if (labels.length === 0 && !this.#allowUnlabelled) {
      throw new RecordFault('no label; drop the record or set unlabelled: "allow"', "labels");
    }
    let words = "";
    for (let index = 0; index < labels.length; index++) words += this.#labels.word(labels[index], `labels[${index}]`);
    return words;
  }
}

/** Gathers lines unchecked and looks at the encoded batch; only a batch with something unusual is cleaned text by text. */
class CheckingEncoder implements BatchEncoder<FastTextInput> {
  readonly #rules: LineRules;
  #text = "";
  #records = 0;
  /** Labels and text of each record in the batch, one after the other. */
  #parts: string[] = [];
  #unusual = false;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  add(record: FastTextInput): number {
    this.#records++;
    try {
      const labels = this.#rules.labels(record);
      const text = this.#rules.texts.tokenized(record.text);
      this.#parts.push(labels, text);
      // A word that starts with __label__ is rare enough for the slow path, wherever it stands.
      if (text.includes(labelPrefix)) this.#unusual = true;
      this.#text += labels;
      this.#text += text;
      this.#text += "\n";
      return this.#text.length;
    } catch (error) {
      throw withPlace(error, this.#records);
    }
  }

  text(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  corrected(bytes: Buffer, start: number, end: number): string | undefined {
    const parts = this.#parts;
    const unusual = this.#unusual;
    this.#parts = [];
    this.#unusual = false;
    const lines = parts.length / 2;
    if (!unusual && areWordLines(bytes, start, end, lines) && !mayHideCharacters(bytes.subarray(start, end)))
      return undefined;
    let text = "";
    for (let index = 0; index < lines; index++) {
      try {
        text += this.#rules.line(parts[2 * index] as string, parts[2 * index + 1] as string);
      } catch (error) {
        throw withPlace(error, this.#records - lines + index + 1);
      }
    }
    return text;
  }
}

/** Writes the lines of {@link tokenize} straight into bytes: a new string for each text costs as much as the work. */
class TokenEncoder implements BatchEncoder<FastTextInput> {
  readonly #rules: LineRules;
  readonly #memory = new TokenBytes(256 * 1024);
  #length = 0;
  #records = 0;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  add(record: FastTextInput): number {
    this.#records++;
    try {
      const labels = this.#rules.labels(record);
      const text = this.#rules.texts.checked(record.text);
      const start = labels === "" ? this.#length : this.#length + this.#add(labels);
      const end = this.#memory.write(text, start);
      if (end > start) {
        this.#memory.bytes[end] = 0x0a;
        this.#length = end + 1;
      } else {
        this.#length += this.#add(this.#rules.line(labels, tokenize(text)));
      }
      return this.#length;
    } catch (error) {
      throw withPlace(error, this.#records);
    }
  }

  text(): Buffer {
    const bytes = this.#memory.bytes.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  /** Writes behind the lines so far; the number of bytes. */
  #add(text: string): number {
    // A UTF-16 unit is at most three bytes of UTF-8.
    this.#memory.makeRoom(this.#length, 3 * text.length);
    return this.#memory.bytes.write(text, this.#length);
  }
}

/** The public error for a fault of this record. */
function withPlace(error: unknown, record: number): unknown {
  return error instanceof RecordFault ? error.toFormatError("fastText", record) : error;
}

const byteOrderMark = Buffer.from("\ufeff");
const replacement = Buffer.from("\ufffd");

/** Whether a byte order mark stands there, or U+FFFD, which is also what half of a surrogate pair was encoded as. */
function mayHideCharacters(bytes: Buffer): boolean {
  return !isAscii(bytes) && (bytes.includes(byteOrderMark) || bytes.includes(replacement));
}
