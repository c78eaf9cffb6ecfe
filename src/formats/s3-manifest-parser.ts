import { FormatError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { isS3Uri } from "../internal/s3-uri.js";
import { type ByteSource, openBytes } from "./byte-source.js";

const blockBytes = 64 * 1024;
/** S3 keys have at most 1024 bytes, six times that when every one is escaped. */
const maxTokenBytes = 16 * 1024;

/**
 * The URIs of `[{"prefix": "…"}, "…", …]`, in batches. A JSON parser for this form only, because a manifest may be larger
 * than the memory and stand on one line.
 */
export async function* manifestUris(
  source: ByteSource,
  format: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[], void, void> {
  const reader = await openBytes(source, signal);
  const parser = new ManifestParser(format, reader.name);
  try {
    let buffer = Buffer.allocUnsafe(blockBytes);
    let filled = 0;
    for (;;) {
      const count = await reader.read(buffer, filled);
      filled += count;
      const uris: string[] = [];
      const used = parser.parse(buffer.subarray(0, filled), count === 0, uris);
      if (uris.length > 0) yield uris;
      if (count === 0) return;
      buffer.copyWithin(0, used, filled);
      filled -= used;
      if (filled === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    }
  } finally {
    await reader.close();
  }
}

/** What may come next. The prefix object is taken apart like the rest. */
type State = "[" | "{" | "key" | ":" | "prefix" | "}" | ", or ]" | "name" | "end";

const expectations: Readonly<Record<State, string>> = {
  "[": 'a manifest begins with [{"prefix": "s3://…"}',
  "{": 'the first entry must be {"prefix": "s3://…"}',
  key: 'the first entry must be {"prefix": "s3://…"}',
  ":": "expected a colon",
  prefix: "the prefix must be an S3 URI as text",
  "}": "the prefix object has no other keys",
  ", or ]": "expected a comma or the closing bracket",
  name: "expected a name as text, which is appended to the prefix",
  end: "something follows the closing bracket",
};

class ManifestParser {
  #state: State = "[";
  #prefix = "";
  #entry = 1;
  #position = 0;
  readonly #format: string;
  readonly #source: string | undefined;

  constructor(format: string, source: string | undefined) {
    this.#format = format;
    this.#source = source;
  }

  /** Takes whole tokens; the number of bytes used. */
  parse(bytes: Buffer, last: boolean, uris: string[]): number {
    let at = this.#position === 0 && bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
    for (;;) {
      while (at < bytes.length && isBlank(bytes[at] as number)) at++;
      if (at === bytes.length) break;
      const end = tokenEnd(bytes, at);
      if (end < 0) {
        // A text that goes on in the next block.
        if (last || bytes.length - at > maxTokenBytes) throw this.#fault("a text without end", at);
        break;
      }
      this.#take(bytes, at, end, uris);
      at = end;
    }
    if (last && this.#state !== "end") {
      throw this.#fault(`the manifest ends too early: ${expectations[this.#state]}`, at);
    }
    this.#position += at;
    return at;
  }

  #take(bytes: Buffer, at: number, end: number, uris: string[]): void {
    const state = this.#state;
    const token = bytes.toString("utf8", at, end);
    const fault = (): FormatError => this.#fault(`${expectations[state]}, got ${shown(token.slice(0, 40))}`, at);
    if (token.startsWith('"') && (state === "key" || state === "prefix" || state === "name")) {
      let text: string;
      try {
        text = JSON.parse(token) as string;
      } catch {
        throw this.#fault(`${shown(token.slice(0, 40))} is no JSON text`, at);
      }
      if (state === "key") {
        if (text !== "prefix") throw fault();
        this.#state = ":";
      } else if (state === "prefix") {
        if (!isS3Uri(text)) throw fault();
        this.#prefix = text;
        this.#state = "}";
      } else {
        if (text === "") throw this.#fault("the name is empty", at);
        uris.push(this.#prefix + text);
        this.#state = ", or ]";
      }
    } else if (state === ", or ]" && (token === "," || token === "]")) {
      this.#state = token === "," ? "name" : "end";
      this.#entry++;
    } else if (token === state) {
      this.#state = ({ "[": "{", "{": "key", ":": "prefix", "}": ", or ]" } as Record<string, State>)[state] as State;
    } else {
      throw fault();
    }
  }

  #fault(problem: string, at: number): FormatError {
    return new FormatError(problem, {
      code: "FORMAT_INVALID_RECORD",
      format: this.#format,
      source: this.#source,
      record: this.#entry,
      unit: "record",
      byteOffset: this.#position + at,
    });
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Where the token that begins at `at` ends: a text behind its quote, all else after one byte. -1 when it is not all there. */
function tokenEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0x22) return at + 1;
  for (let end = at + 1; end < bytes.length; end++) {
    if (bytes[end] === 0x5c) end++;
    else if (bytes[end] === 0x22) return end + 1;
  }
  return -1;
}
