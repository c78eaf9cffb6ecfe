import { nearest } from "../../internal/options.js";
import { ServiceError } from "../core/contract.js";
import type { Bounds, ServiceModel, Shape, StringShape } from "./types.js";

/** What {@link RequestValidator.validate} reports besides faults. */
export interface ValidateOptions {
  /** Called for every member that the operation does not have; the service itself ignores such members. */
  readonly onUnknownMember?: ((path: string, suggestion: string | undefined) => void) | undefined;
}

/** Checks requests against a trimmed AWS model, in the words of the service. */
export class RequestValidator {
  readonly #model: ServiceModel;
  /** Compiled on first use; undefined where JavaScript has no such pattern. */
  readonly #patterns = new Map<string, RegExp | undefined>();

  constructor(model: ServiceModel) {
    this.#model = model;
  }

  /** True when the model knows the operation. */
  knows(operation: string): boolean {
    return Object.hasOwn(this.#model.operations, operation);
  }

  /**
   * Checks a request.
   *
   * @returns a copy of what the operation knows: without members it does not have, and without nulls, which mean absent
   * @throws ServiceError `SerializationException` for a wrong JSON type, `ValidationException` that lists every
   * violated constraint
   */
  validate(
    operation: string,
    input: Readonly<Record<string, unknown>>,
    options: ValidateOptions = {},
  ): Record<string, unknown> {
    const root = own(this.#model.operations, operation);
    if (root === undefined) return {};
    const walk = new Walk(this.#model, this.#patterns, options);
    walk.checkTypes(root, input, "");
    walk.checkValue(root, input, "");
    if (walk.faults.length === 0) return walk.known(root, input) as Record<string, unknown>;
    const count = walk.faults.length === 1 ? "1 validation error" : `${walk.faults.length} validation errors`;
    throw new ServiceError("ValidationException", `${count} detected: ${walk.faults.join("; ")}`);
  }
}

/**
 * A pattern of the model as a JavaScript regular expression that matches the whole value, or undefined for one of the
 * few patterns that JavaScript cannot express. The model's patterns are Java's.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const translated = pattern
    .replaceAll("\\p{Alnum}", "a-zA-Z0-9")
    .replaceAll("\\p{Print}", "\\x20-\\x7e")
    .replaceAll("\\p{ASCII}", "\\x00-\\x7f")
    .replaceAll(/\\[Az]/gu, "");
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(`^(?:${translated})$`, flags);
    } catch {
      // Escapes such as `\-` outside a class are an error only with the u flag.
    }
  }
  return undefined;
}

type Value = Readonly<Record<string, unknown>>;

class Walk {
  readonly faults: string[] = [];
  readonly #model: ServiceModel;
  readonly #patterns: Map<string, RegExp | undefined>;
  readonly #options: ValidateOptions;

  constructor(model: ServiceModel, patterns: Map<string, RegExp | undefined>, options: ValidateOptions) {
    this.#model = model;
    this.#patterns = patterns;
    this.#options = options;
  }

  /** The parser's part: JSON types. Stops at the first fault, as the service does. */
  checkTypes(shapeName: string, value: unknown, path: string): void {
    if (value === undefined || value === null) return;
    const shape = this.#shape(shapeName);
    switch (shape.t) {
      case "structure":
        if (!isObject(value)) throw serialization("Unexpected field type");
        for (const [key, member] of Object.entries(value)) {
          const name = own(shape.m, key);
          const at = join(path, lowerFirst(key));
          if (name === undefined) this.#options.onUnknownMember?.(at, nearest(key, Object.keys(shape.m)));
          else this.checkTypes(name, member, at);
        }
        return;
      case "list":
        if (!Array.isArray(value)) throw serialization("Expected list or null");
        value.forEach((item, index) => {
          this.checkTypes(shape.of, item, `${path}.${index + 1}.member`);
        });
        return;
      case "map":
        if (!isObject(value)) throw serialization("Expected map or null");
        for (const [key, item] of Object.entries(value)) this.checkTypes(shape.value, item, `${path}.${key}.member`);
        return;
      case "string":
      case "blob":
        if (typeof value !== "string") throw serialization(`${tokenOf(value)} can not be converted to a String`);
        return;
      case "boolean":
        if (typeof value !== "boolean") throw serialization(`${tokenOf(value)} can not be converted to a Boolean`);
        return;
      case "timestamp":
        if (typeof value !== "number")
          throw serialization(`${tokenOf(value)} can not be converted to milliseconds since epoch`);
        return;
      default: {
        const type = shape.t.charAt(0).toUpperCase() + shape.t.slice(1);
        if (typeof value !== "number")
          throw serialization(`${tokenOf(value)} can not be converted to ${article(type)}`);
        if ((shape.t === "integer" || shape.t === "long") && !Number.isInteger(value)) {
          throw serialization(`${value} can not be converted to ${article(type)}`);
        }
      }
    }
  }

  /** The model's part: constraints. Collects all faults. */
  checkValue(shapeName: string, value: unknown, path: string): void {
    if (value === undefined || value === null) return;
    const shape = this.#shape(shapeName);
    switch (shape.t) {
      case "structure":
        this.#checkStructure(shape, value as Value, path);
        return;
      case "list": {
        const items = value as readonly unknown[];
        for (const text of lengthFaults(items.length, shape.len)) this.#fault(value, path, text);
        const member = this.#shape(shape.of);
        if (isNested(member)) {
          for (const [index, item] of items.entries()) this.checkValue(shape.of, item, `${path}.${index + 1}.member`);
        } else if (items.some((item) => this.#scalarFaults(member, item).length > 0)) {
          this.#fault(value, path, `Member must satisfy constraint: [${allConstraints(member).join(", ")}]`);
        }
        return;
      }
      case "map": {
        const entries = Object.entries(value as Value);
        for (const text of lengthFaults(entries.length, shape.len)) this.#fault(value, path, text);
        const keyShape = this.#shape(shape.key);
        if (entries.some(([key]) => this.#scalarFaults(keyShape, key).length > 0)) {
          this.#fault(value, path, `Map keys must satisfy constraint: [${allConstraints(keyShape).join(", ")}]`);
        }
        const member = this.#shape(shape.value);
        if (isNested(member)) {
          for (const [key, item] of entries) this.checkValue(shape.value, item, `${path}.${key}.member`);
        } else if (entries.some(([, item]) => this.#scalarFaults(member, item).length > 0)) {
          this.#fault(value, path, `Map value must satisfy constraint: [${allConstraints(member).join(", ")}]`);
        }
        return;
      }
      default:
        for (const text of this.#scalarFaults(shape, value))
          this.#fault(value, path, text, shape.t === "string" && shape.secret);
    }
  }

  /** The part of a value that the model knows, copied. */
  known(shapeName: string, value: unknown): unknown {
    const shape = this.#shape(shapeName);
    if (shape.t === "list") {
      return (value as readonly unknown[]).filter(isPresent).map((item) => this.known(shape.of, item));
    }
    if (shape.t !== "structure" && shape.t !== "map") return value;
    const copy: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value as Value)) {
      const name = shape.t === "map" ? shape.value : own(shape.m, key);
      if (name !== undefined && isPresent(item)) copy.push([key, this.known(name, item)]);
    }
    return Object.fromEntries(copy);
  }

  #checkStructure(shape: Extract<Shape, { t: "structure" }>, value: Value, path: string): void {
    for (const [name, member] of Object.entries(shape.m)) {
      const given = own(value, name);
      const at = join(path, lowerFirst(name));
      if (given !== undefined && given !== null) this.checkValue(member, given, at);
      else if (shape.req?.includes(name)) {
        this.faults.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
      }
    }
  }

  /** Texts of the constraints that a scalar violates. */
  #scalarFaults(shape: Shape, value: unknown): string[] {
    if (value === null || value === undefined) return [];
    if (shape.t === "string") return this.#stringFaults(shape, value as string);
    if ("range" in shape) return boundFaults(value as number, shape.range, "Member must have value");
    return [];
  }

  #stringFaults(shape: StringShape, value: string): string[] {
    if (shape.enum) return shape.enum.includes(value) ? [] : [enumText(shape.enum)];
    const faults = lengthFaults(codePoints(value), shape.len);
    // Only text of about legal length meets a pattern: nothing can blow up on megabytes.
    const sane = value.length <= 2 * (shape.len?.[1] ?? 10_240);
    if (shape.pat !== undefined && sane && this.#pattern(shape.pat)?.test(value) === false) {
      faults.push(patternText(shape.pat));
    }
    return faults;
  }

  #pattern(pattern: string): RegExp | undefined {
    if (!this.#patterns.has(pattern)) this.#patterns.set(pattern, compilePattern(pattern));
    return this.#patterns.get(pattern);
  }

  #fault(value: unknown, path: string, constraint: string, secret = false): void {
    const shown = secret ? "" : ` '${javaText(value)}'`;
    this.faults.push(`Value${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
  }

  #shape(name: string): Shape {
    const shape = own(this.#model.shapes, name);
    if (!shape)
      throw new Error(`The trimmed model lacks the shape ${name}; regenerate it with scripts/trim-model.mjs.`);
    return shape;
  }
}

function isNested(shape: Shape): boolean {
  return shape.t === "structure" || shape.t === "list" || shape.t === "map";
}

/** Every constraint of a scalar shape; the service lists them all when one member of a collection violates one. */
function allConstraints(shape: Shape): string[] {
  if (shape.t === "string" && shape.enum) return [enumText(shape.enum)];
  const texts: string[] = [];
  const bounds = shape.t === "string" ? shape.len : "range" in shape ? shape.range : undefined;
  const subject = shape.t === "string" ? "Member must have length" : "Member must have value";
  if (bounds) {
    if (bounds[1] !== null) texts.push(`${subject} less than or equal to ${bounds[1]}`);
    if (bounds[0] !== null) texts.push(`${subject} greater than or equal to ${bounds[0]}`);
  }
  if (shape.t === "string" && shape.pat !== undefined) texts.push(patternText(shape.pat));
  return texts;
}

function lengthFaults(length: number, bounds: Bounds | undefined): string[] {
  return boundFaults(length, bounds, "Member must have length");
}

function boundFaults(value: number, bounds: Bounds | undefined, subject: string): string[] {
  const [least, most] = bounds ?? [null, null];
  if (most !== null && value > most) return [`${subject} less than or equal to ${most}`];
  if (least !== null && value < least) return [`${subject} greater than or equal to ${least}`];
  return [];
}

function enumText(values: readonly string[]): string {
  return `Member must satisfy enum value set: [${values.join(", ")}]`;
}

function patternText(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}

/** A value as Java's `toString` prints it: `{k=v}` and `[a, b]`. */
function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${javaText(item)}`)
      .join(", ")}}`;
  }
  return String(value);
}

function serialization(message: string): ServiceError {
  return new ServiceError("SerializationException", message);
}

/** The JSON token as the service's parser names it. */
function tokenOf(value: unknown): string {
  if (typeof value === "string") return "STRING_VALUE";
  if (typeof value === "number") return "NUMBER_VALUE";
  if (typeof value === "boolean") return value ? "TRUE_VALUE" : "FALSE_VALUE";
  return Array.isArray(value) ? "START_ARRAY" : "START_OBJECT";
}

function article(type: string): string {
  return /^[AEIOU]/u.test(type) ? `an ${type}` : `a ${type}`;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

function isObject(value: unknown): value is Value {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
