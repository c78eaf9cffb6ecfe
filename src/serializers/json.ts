import { DecodeError } from "../errors/index.js";
import { shown } from "../internal/options.js";
import { decodeText, invalidInput, isNumberArray } from "./content.js";
import type { Deserializer, DeserializerOptions, Serializer, SerializerOptions } from "./serializer.js";

/**
 * Writes a value as JSON, content type `application/json`.
 *
 * @remarks
 * Compact, UTF-8. Arrays of numbers such as `Float32Array` become lists. What JSON cannot hold is refused instead of
 * silently changed: NaN, infinities, bigint, functions, Map and Set, undefined inside a list, bytes.
 *
 * @public
 */
export class JsonSerializer<In = unknown> implements Serializer<In> {
  readonly contentType: string;

  constructor(options: SerializerOptions = {}) {
    this.contentType = options.contentType ?? "application/json";
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` naming the place of a value that JSON cannot hold */
  serialize(value: In): string {
    return toJson(value, "JsonSerializer");
  }
}

/**
 * Writes one JSON text per line, content type `application/jsonlines`.
 *
 * @remarks A text is sent as it is, a list (or any iterable) gives one line per item, any other object is one line.
 * Lines are joined by `\n`, with none at the end.
 *
 * @public
 */
export class JsonLinesSerializer<In = unknown> implements Serializer<string | Iterable<In> | In> {
  readonly contentType: string;

  constructor(options: SerializerOptions = {}) {
    this.contentType = options.contentType ?? "application/jsonlines";
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` for an empty list or a value that JSON cannot hold */
  serialize(value: string | Iterable<In> | In): string {
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null) {
      throw invalidInput("JsonLinesSerializer", `expected text, an object or a list of values; got ${shown(value)}`);
    }
    const items: Iterable<unknown> = Symbol.iterator in value ? (value as Iterable<unknown>) : [value];
    const lines: string[] = [];
    for (const item of items) lines.push(toJson(item, "JsonLinesSerializer", [lines.length]));
    if (lines.length === 0) throw invalidInput("JsonLinesSerializer", "there is nothing to send: the list is empty");
    return lines.join("\n");
  }
}

/**
 * Reads a JSON body.
 *
 * @remarks The type parameter is a promise of the caller; nothing is checked against it.
 *
 * @public
 */
export class JsonDeserializer<Out = unknown> implements Deserializer<Out> {
  readonly accept: string;

  constructor(options: DeserializerOptions = {}) {
    this.accept = options.accept ?? "application/json";
  }

  /** @throws {@link DecodeError} `DECODE_FAILED` when the body is empty or no JSON */
  deserialize(body: Uint8Array, contentType: string): Out {
    return parseJson(decodeText(body, contentType), "the body is not JSON", body, contentType) as Out;
  }
}

/**
 * Reads one JSON text per line into a list. Blank lines are skipped; an empty body is an empty list.
 *
 * @public
 */
export class JsonLinesDeserializer<Out = unknown> implements Deserializer<Out[]> {
  readonly accept: string;

  constructor(options: DeserializerOptions = {}) {
    this.accept = options.accept ?? "application/jsonlines";
  }

  /** @throws {@link DecodeError} `DECODE_FAILED` naming the first line that is no JSON */
  deserialize(body: Uint8Array, contentType: string): Out[] {
    const values: Out[] = [];
    for (const [index, line] of decodeText(body, contentType).split("\n").entries()) {
      if (line.trim() === "") continue;
      values.push(parseJson(line, `line ${index + 1} is not JSON`, body, contentType) as Out);
    }
    return values;
  }
}

function parseJson(text: string, problem: string, body: Uint8Array, contentType: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = text.trim() === "" ? "it is empty" : cause instanceof Error ? cause.message : String(cause);
    throw new DecodeError(`${problem}: ${reason}`, { contentType, body, cause });
  }
}

/** JSON text of a value; refuses what JSON cannot hold. */
function toJson(value: unknown, serializer: string, path: readonly (string | number)[] = []): string {
  const found: Found = { arrays: false };
  try {
    inspect(value, [...path], serializer, found);
    const text: string | undefined = JSON.stringify(
      value,
      // A replacer makes stringify several times slower, so it is there only when it is needed.
      found.arrays
        ? (_key, item: unknown) => (isNumberArray(item) ? Array.from(item as Float64Array) : item)
        : undefined,
    );
    if (text !== undefined) return text;
  } catch (error) {
    // Too deep for the stack, or a circle.
    if (!(error instanceof RangeError)) throw error;
    throw invalidInput(serializer, "the value refers to itself or is nested too deeply");
  }
  throw invalidInput(serializer, `${shown(value)} has no JSON form`);
}

interface Found {
  arrays: boolean;
}

function inspect(value: unknown, path: (string | number)[], serializer: string, found: Found): void {
  const refuse = (reason: string): never => {
    const place = path.length === 0 ? "the value" : path.join(".");
    throw invalidInput(serializer, `${place} ${reason}`, [...path]);
  };
  switch (typeof value) {
    case "number":
      if (!Number.isFinite(value)) refuse(`is ${value}, which JSON cannot hold; use null or leave it out`);
      return;
    case "bigint":
      refuse(`is a bigint (${value}n), which JSON cannot hold; use a number or a text`);
      return;
    case "function":
    case "symbol":
      refuse(`is a ${typeof value}, which JSON cannot hold`);
      return;
    case "object":
      break;
    default:
      return;
  }
  if (value === null) return;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "number" ? Number.isFinite(item) : typeof item === "string") continue;
      path.push(index);
      if (item === undefined) refuse("is undefined; use null");
      inspect(item, path, serializer, found);
      path.pop();
    }
  } else if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    if (!isNumberArray(value) || value instanceof Uint8Array) {
      refuse("holds bytes, which JSON cannot; send bytes with IdentitySerializer");
      return;
    }
    found.arrays = true;
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "number" && Number.isFinite(item)) continue;
      path.push(index);
      inspect(item, path, serializer, found);
      path.pop();
    }
  } else if (value instanceof Map || value instanceof Set) {
    refuse(`is a ${value instanceof Map ? "Map" : "Set"}, which JSON cannot hold; use an object or a list`);
  } else if (typeof (value as { toJSON?: unknown }).toJSON !== "function") {
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      if (typeof item === "string") continue;
      path.push(key);
      inspect(item, path, serializer, found);
      path.pop();
    }
  }
}
