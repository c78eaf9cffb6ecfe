import { shown } from "../internal/options.js";
import { decodeText, invalidInput } from "./content.js";
import type { Deserializer, DeserializerOptions, Serializer, SerializerOptions } from "./serializer.js";

/**
 * Sends a text or bytes unchanged, content type `application/octet-stream`.
 *
 * @public
 */
export class IdentitySerializer implements Serializer<Uint8Array | string> {
  readonly contentType: string;

  constructor(options: SerializerOptions = {}) {
    this.contentType = options.contentType ?? "application/octet-stream";
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` for anything but text and bytes */
  serialize(value: Uint8Array | string): Uint8Array | string {
    if (typeof value === "string" || value instanceof Uint8Array) return value;
    throw invalidInput(
      "IdentitySerializer",
      `expected text or bytes, got ${shown(value)}; give the predictor a serializer`,
    );
  }
}

/**
 * Sends a text, content type `text/plain`.
 *
 * @public
 */
export class StringSerializer implements Serializer<string> {
  readonly contentType: string;

  constructor(options: SerializerOptions = {}) {
    this.contentType = options.contentType ?? "text/plain";
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` for anything but text */
  serialize(value: string): string {
    if (typeof value === "string") return value;
    throw invalidInput("StringSerializer", `expected text, got ${shown(value)}`);
  }
}

/**
 * Sends finished LibSVM text (`label index:value …`), content type `text/libsvm`.
 *
 * @public
 */
export class LibSvmSerializer implements Serializer<string> {
  readonly contentType: string;

  constructor(options: SerializerOptions = {}) {
    this.contentType = options.contentType ?? "text/libsvm";
  }

  /** @throws {@link ValidationError} `INVALID_INPUT` for anything but text */
  serialize(value: string): string {
    if (typeof value === "string") return value;
    throw invalidInput("LibSvmSerializer", `expected text in LibSVM form, got ${shown(value)}`);
  }
}

/**
 * Gives the body as it came.
 *
 * @public
 */
export class BytesDeserializer implements Deserializer<Uint8Array> {
  readonly accept: string;

  constructor(options: DeserializerOptions = {}) {
    this.accept = options.accept ?? "*/*";
  }

  deserialize(body: Uint8Array): Uint8Array {
    return body;
  }
}

/**
 * Gives the body as text, by the charset of its content type; UTF-8 when it names none.
 *
 * @public
 */
export class StringDeserializer implements Deserializer<string> {
  readonly accept: string;

  constructor(options: DeserializerOptions = {}) {
    this.accept = options.accept ?? "application/json";
  }

  /** @throws {@link DecodeError} `DECODE_FAILED` for an unknown charset */
  deserialize(body: Uint8Array, contentType: string): string {
    return decodeText(body, contentType);
  }
}
