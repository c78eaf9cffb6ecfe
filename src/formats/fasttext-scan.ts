import { isAscii, isUtf8 } from "node:buffer";
import type { FastTextFaultKind } from "./fasttext-decoder.js";
import { type LineBlock, lineFeed } from "./line-blocks.js";
import { labelPrefix } from "./text-rules.js";

/** Faults that a scan finds: those of a line, and bytes that are no text. */
export type ScanFaultKind = FastTextFaultKind | "invalid-utf8";

/** One fault and its place. */
export interface ScanFault {
  readonly kind: ScanFaultKind;
  /** Counts from 1 within what was scanned. */
  readonly line: number;
  readonly byteOffset: number;
}

const prefix = Buffer.from(labelPrefix);

// What a byte is. Bits, so that one pass over a word gathers them all.
const SEPARATOR = 1;
const FEED = 2;
const UPPER = 4;
const PUNCTUATION = 8;
const classes = new Uint8Array(256);
for (const byte of [0, 9, 11, 12, 13, 32]) classes[byte] = SEPARATOR;
classes[lineFeed] = SEPARATOR | FEED;
for (let byte = 65; byte <= 90; byte++) classes[byte] = UPPER;
for (const byte of Buffer.from(".,!?;:")) classes[byte] = PUNCTUATION;

const BLANK = 0x20;
const RETURN = 0x0d;
const UNDERSCORE = 0x5f;

// The usual line is walked by a table, one step per byte and no branch: words are so short that branches are guessed wrong.
// A state says where in a word the walk is; what a step brings to light is gathered as bits.
const states = { gap: 0, first: 1, inside: 2, mark: 3 } as const;
const kinds = { other: 0, blank: 1, strange: 2, upper: 3, punctuation: 4, underscore: 5 } as const;
const WORD = 1;
const CAPITAL = 2;
const ATTACHED = 4;
/** Something that the table does not tell apart: odd separators, or a word that may be a label. */
const UNUSUAL = 8;

const kindOf = new Uint8Array(256);
for (const byte of [0, 9, 10, 11, 12, 13]) kindOf[byte] = kinds.strange;
kindOf[BLANK] = kinds.blank;
for (let byte = 65; byte <= 90; byte++) kindOf[byte] = kinds.upper;
for (const byte of Buffer.from(".,!?;:")) kindOf[byte] = kinds.punctuation;
kindOf[UNDERSCORE] = kinds.underscore;

/** By state and kind of byte, `state * 8 + kind`: the next state, times 8, and what came to light. */
const nextState = new Uint8Array(32);
const gathered = new Uint8Array(32);
for (const state of Object.values(states)) {
  for (const kind of Object.values(kinds)) {
    const at = state * 8 + kind;
    if (kind === kinds.blank || kind === kinds.strange) {
      nextState[at] = states.gap * 8;
      gathered[at] = kind === kinds.strange || state === states.gap ? UNUSUAL : state === states.mark ? ATTACHED : 0;
      continue;
    }
    const begins = state === states.gap;
    const inside = kind === kinds.punctuation ? states.mark : states.inside;
    nextState[at] = (begins ? states.first : inside) * 8;
    gathered[at] =
      (begins ? WORD : 0) | (kind === kinds.upper ? CAPITAL : 0) | (begins && kind === kinds.underscore ? UNUSUAL : 0);
  }
}

/**
 * Looks at fastText lines byte by byte, without making texts of them: counts examples and labels and notes faults.
 * Holds one counter per label.
 */
export class FastTextScan {
  lines = 0;
  /** Lines with at least one label and one word. */
  examples = 0;
  /** Lines with a word in which a capital letter stands. */
  linesWithCapitals = 0;
  /** Lines with a word that ends with a punctuation mark: `donut.` where a tokenizer writes `donut .` */
  linesWithAttachedPunctuation = 0;
  readonly faultCounts: Partial<Record<ScanFaultKind, number>> = {};
  /** The first faults of each kind, in the order of the file. */
  readonly faults: ScanFault[] = [];
  readonly #labels = new LabelCounts();
  readonly #maxFaults: number;

  constructor(maxFaultsPerKind: number) {
    this.#maxFaults = maxFaultsPerKind;
  }

  /** Lines for each label, most frequent first. */
  get labelCounts(): Map<string, number> {
    return this.#labels.sorted();
  }

  /** Takes the next block; faults carry the block's byte offsets. */
  add(block: LineBlock): void {
    const { buffer, start, end, byteOffset } = block;
    if (block.byteOrderMark) this.#note("byte-order-mark", 1, 0);
    const bytes = buffer.subarray(start, end);
    if (!isAscii(bytes) && !isUtf8(bytes)) this.#noteInvalidUtf8(block);
    const shift = byteOffset - start;
    for (let at = start; at < end; ) {
      const found = buffer.indexOf(lineFeed, at);
      const feed = found < 0 || found >= end ? end : found;
      at = this.#usualLine(buffer, at, feed, shift) ? feed + 1 : this.#line(buffer, at, end, shift);
    }
  }

  /** Takes a line of labels and words with one blank between them, and says whether it was one. */
  #usualLine(buffer: Buffer, start: number, feed: number, shift: number): boolean {
    if (feed === start) return false;
    const crlf = buffer[feed - 1] === RETURN;
    const end = crlf ? feed - 1 : feed;
    let text = start;
    while (text < end && buffer[text] === UNDERSCORE && startsWithPrefix(buffer, text, end)) {
      while (text < end && (kindOf[buffer[text] as number] as number) !== kinds.blank) {
        // A label that is cut by another separator is for the careful way.
        if (kindOf[buffer[text] as number] === kinds.strange) return false;
        text++;
      }
      text++;
    }
    let state = states.gap * 8;
    let flags = 0;
    for (let at = text; at < end; at++) {
      const step = state + (kindOf[buffer[at] as number] as number);
      flags |= gathered[step] as number;
      state = nextState[step] as number;
    }
    // A blank at the end, a line of labels only or without one: rare enough to be looked at again.
    if (text === start || (flags & UNUSUAL) !== 0 || (flags & WORD) === 0 || state === states.gap * 8) return false;
    const line = ++this.lines;
    let emptyLabel = false;
    for (let label = start; label < text; ) {
      const from = label + prefix.length;
      let to = from;
      let hash = HASH_START;
      for (; buffer[to] !== BLANK; to++) hash = Math.imul(hash ^ (buffer[to] as number), HASH_FACTOR);
      if (to === from) emptyLabel = true;
      this.#labels.count(hash, buffer, from, to, line);
      label = to + 1;
    }
    this.examples++;
    if (emptyLabel) this.#note("empty-label", line, start + shift);
    if (crlf) this.#note("carriage-return", line, start + shift);
    if ((flags & CAPITAL) !== 0) this.linesWithCapitals++;
    if ((flags & ATTACHED) !== 0 || state === states.mark * 8) this.linesWithAttachedPunctuation++;
    return true;
  }

  /** Scans the line that starts at `start`; returns where the next one does. `shift` turns positions into offsets. */
  #line(buffer: Buffer, start: number, end: number, shift: number): number {
    const line = ++this.lines;
    let at = start;
    let labels = 0;
    let words = 0;
    let seen = 0;
    let attached = false;
    let emptyLabel = false;
    let odd = false;
    for (;;) {
      // Separators before the next word.
      let kind = 0;
      for (; at < end; at++) {
        kind = classes[buffer[at] as number] as number;
        if (kind !== SEPARATOR) break;
        if (buffer[at] === BLANK) {
          if (at === start || buffer[at - 1] === BLANK) odd = true;
        } else if (!(buffer[at] === RETURN && (at + 1 === end || buffer[at + 1] === lineFeed))) {
          odd = true;
        }
      }
      if (at >= end || (kind & FEED) !== 0) break;
      const word = at;
      let bits = 0;
      for (; at < end; at++) {
        kind = classes[buffer[at] as number] as number;
        if ((kind & SEPARATOR) !== 0) break;
        bits |= kind;
      }
      if (buffer[word] === UNDERSCORE && startsWithPrefix(buffer, word, at)) {
        labels++;
        if (at === word + prefix.length) emptyLabel = true;
        this.#labels.count(hashOf(buffer, word + prefix.length, at), buffer, word + prefix.length, at, line);
      } else {
        words++;
        seen |= bits;
        if ((bits & PUNCTUATION) !== 0 && at - word > 1) {
          if (((classes[buffer[at - 1] as number] as number) & PUNCTUATION) !== 0) attached = true;
        }
      }
    }
    const feed = at;
    const lineOffset = start + shift;
    const crlf = feed > start && buffer[feed - 1] === RETURN;
    const textEnd = crlf ? feed - 1 : feed;
    // A blank at the end of the line, or before its CR.
    if (textEnd > start && ((classes[buffer[textEnd - 1] as number] as number) & SEPARATOR) !== 0) odd = true;
    if (labels === 0 && words === 0) this.#note("blank-line", line, lineOffset);
    else if (labels === 0) this.#note("no-label", line, lineOffset);
    else if (words === 0) this.#note("no-text", line, lineOffset);
    else this.examples++;
    if (emptyLabel) this.#note("empty-label", line, lineOffset);
    if (crlf) this.#note("carriage-return", line, lineOffset);
    if (odd && labels + words > 0) this.#note("odd-separator", line, lineOffset);
    if ((seen & UPPER) !== 0) this.linesWithCapitals++;
    if (attached) this.linesWithAttachedPunctuation++;
    return feed + 1;
  }

  #note(kind: ScanFaultKind, line: number, byteOffset: number): void {
    const count = (this.faultCounts[kind] ?? 0) + 1;
    this.faultCounts[kind] = count;
    if (count <= this.#maxFaults) this.faults.push({ kind, line, byteOffset });
  }

  #noteInvalidUtf8({ buffer, start, end, byteOffset }: LineBlock): void {
    let line = this.lines + 1;
    for (let from = start; from < end; line++) {
      const feed = buffer.indexOf(lineFeed, from);
      const to = feed < 0 || feed >= end ? end : feed + 1;
      if (!isUtf8(buffer.subarray(from, to))) this.#note("invalid-utf8", line, byteOffset + from - start);
      from = to;
    }
  }
}

function startsWithPrefix(buffer: Buffer, start: number, end: number): boolean {
  if (end - start < prefix.length) return false;
  for (let index = 1; index < prefix.length; index++) {
    if (buffer[start + index] !== prefix[index]) return false;
  }
  return true;
}

const HASH_START = 0x811c9dc5 | 0;
const HASH_FACTOR = 0x01000193;

function hashOf(buffer: Buffer, start: number, end: number): number {
  let hash = HASH_START;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (buffer[at] as number), HASH_FACTOR);
  return hash;
}

/** Counters by the bytes of a label; a text is made of a label once, not once per line. */
class LabelCounts {
  #slots = new Int32Array(1024).fill(-1);
  readonly #hashes: number[] = [];
  readonly #names: Buffer[] = [];
  readonly #counts: number[] = [];
  /** Line that a label was last counted for: a label that stands twice on a line counts once. */
  readonly #lastLines: number[] = [];

  count(hash: number, buffer: Buffer, start: number, end: number, line: number): void {
    const id = this.#find(hash, buffer, start, end);
    if (this.#lastLines[id] === line) return;
    this.#lastLines[id] = line;
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
  }

  /** Lines for each label, most frequent first, then in order of their UTF-16 units. */
  sorted(): Map<string, number> {
    const pairs = this.#names.map((name, id) => [name.toString("utf8"), this.#counts[id] ?? 0] as const);
    pairs.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return new Map(pairs);
  }

  #find(hash: number, buffer: Buffer, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = this.#slots[slot] as number;
      if (id < 0) break;
      if (this.#hashes[id] === hash) {
        const name = this.#names[id] as Buffer;
        if (sameBytes(name, buffer, start, end)) return id;
      }
      slot = (slot + 1) & mask;
    }
    const id = this.#names.length;
    this.#slots[slot] = id;
    this.#hashes.push(hash);
    this.#names.push(Buffer.from(buffer.subarray(start, end)));
    this.#counts.push(0);
    this.#lastLines.push(0);
    if (this.#names.length * 2 > this.#slots.length) this.#grow();
    return id;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (const [id, hash] of this.#hashes.entries()) {
      let slot = (hash ^ (hash >>> 15)) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

/** In a loop, as labels are short: a call of the library costs more than it saves. */
function sameBytes(name: Buffer, buffer: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let index = 0; index < name.length; index++) {
    if (name[index] !== buffer[start + index]) return false;
  }
  return true;
}
