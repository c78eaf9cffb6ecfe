import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { shown } from "../../internal/options.js";

/**
 * A hyperparameter value that has a text form on the wire.
 *
 * @public
 */
export type HyperparameterValue = string | number | bigint | boolean | readonly (string | number | boolean)[];

/**
 * How an algorithm's container spells values that have more than one spelling.
 *
 * @public
 */
export interface HyperparameterWireRules {
  /**
   * Spelling of booleans.
   *
   * @defaultValue "True/False"
   */
  readonly booleans?: "True/False" | "1/0" | undefined;
  /**
   * Spelling of lists: JSON text (`[0.1, 0.5]`) or a comma list (`10,20`).
   *
   * @defaultValue "json"
   */
  readonly lists?: "json" | "comma" | undefined;
  /**
   * Reads the texts of closed sets whatever their case.
   *
   * @defaultValue false
   */
  readonly ignoreCase?: boolean | undefined;
  /** Exceptions for single keys. */
  readonly keys?: Readonly<Record<string, Omit<HyperparameterWireRules, "keys">>> | undefined;
}

/** Limits of the `HyperParameters` map of CreateTrainingJob (SageMaker API model). */
const MAX_ENTRIES = 100;
const MAX_KEY_LENGTH = 256;
const MAX_VALUE_LENGTH = 2500;

/**
 * Encodes hyperparameters to the texts that a training container parses.
 *
 * @remarks
 * Numbers take their shortest form that reads back to the same double, spelled like Python's `repr` (`0.05`, `1e-05`);
 * plain texts stay as they are, never quoted. Keys whose value is `undefined` are refused like `null`, objects and NaN:
 * each would reach the container as a text that nobody meant.
 *
 * @throws {@link ValidationError} `INVALID_HYPERPARAMETERS` naming every value that has no wire form, or a map above the
 * limits of the API: 100 entries, keys of 256 and values of 2500 characters, no line breaks.
 * @public
 */
export function encodeHyperparameters(
  values: Readonly<Record<string, unknown>>,
  rules: HyperparameterWireRules = {},
): Record<string, string> {
  const issues: ValidationIssue[] = [];
  const wire: Record<string, string> = {};
  const entries = Object.entries(values);
  if (entries.length > MAX_ENTRIES) {
    issues.push({ path: [], message: `${entries.length} hyperparameters; the API takes at most ${MAX_ENTRIES}` });
  }
  for (const [key, value] of entries) {
    const fault = (text: string): void => {
      issues.push({ path: [key], message: `hyperparameter ${shown(key)} ${text}` });
    };
    if (key === "" || key.length > MAX_KEY_LENGTH) fault(`needs a name of 1 to ${MAX_KEY_LENGTH} characters`);
    const text = encodeValue(value, { ...rules, ...rules.keys?.[key] });
    if (text === undefined)
      fault(`must be a text, a finite number, a boolean or a list of them; got ${received(value)}`);
    else if (text.length > MAX_VALUE_LENGTH)
      fault(`has ${text.length} characters; the API takes at most ${MAX_VALUE_LENGTH}`);
    else if (/[\r\n]/u.test(text)) fault(`holds a line break, which the API refuses; got ${shown(text)}`);
    else Object.defineProperty(wire, key, { value: text, enumerable: true, configurable: true, writable: true });
  }
  if (issues.length > 0) throw new ValidationError("hyperparameters", issues, "INVALID_HYPERPARAMETERS");
  return wire;
}

/**
 * Shortest decimal text of a finite number that reads back to the same double, spelled like Python's `repr` of the
 * value: whole numbers in digits, fractions with an exponent only below 0.0001.
 */
export function encodeNumber(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  // A fraction is below 2^52, so its exponent is never a large positive one.
  const [mantissa = "", exponent = ""] = value.toExponential().split("e");
  return Number(exponent) < -4 ? `${mantissa}e-${exponent.slice(1).padStart(2, "0")}` : String(value);
}

/** What was received, for messages; JSON would print NaN and the infinities as null. */
export function received(value: unknown): string {
  return typeof value === "number" ? String(value) : shown(value);
}

function encodeValue(value: unknown, rules: HyperparameterWireRules): string | undefined {
  if (Array.isArray(value)) return encodeList(value, rules);
  return encodeScalar(value, rules);
}

function encodeScalar(value: unknown, rules: HyperparameterWireRules): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? encodeNumber(value) : undefined;
  if (typeof value === "boolean") {
    if (rules.booleans === "1/0") return value ? "1" : "0";
    return value ? "True" : "False";
  }
  return undefined;
}

function encodeList(list: readonly unknown[], rules: HyperparameterWireRules): string | undefined {
  const comma = rules.lists === "comma";
  const parts = list.map((member) => {
    // Inside JSON text only JSON's own spellings are legal; a comma list cannot hold a comma.
    if (!comma && (typeof member === "string" || typeof member === "boolean")) return JSON.stringify(member);
    const text = encodeScalar(member, rules);
    return comma && text?.includes(",") ? undefined : text;
  });
  if (parts.includes(undefined)) return undefined;
  return comma ? parts.join(",") : `[${parts.join(", ")}]`;
}
