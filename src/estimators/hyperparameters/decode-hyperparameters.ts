import type * as z from "zod";
import type { HyperparameterWireRules } from "./encode-hyperparameters.js";
import { type HyperparameterField, hyperparameterTable, variantOf } from "./schema-fields.js";

/**
 * Hyperparameters read back from their wire texts.
 *
 * @public
 */
export interface DecodedHyperparameters {
  /** Typed values of the keys whose text could be read. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys that the schema knows, but whose text is not of its type. */
  readonly unreadable: readonly string[];
  /** Keys that the schema does not know, for example what a tuning job adds. */
  readonly unknown: readonly string[];
}

/**
 * Reads the wire texts of hyperparameters into typed values, as tolerant as the containers are: booleans as
 * `True`, `true` or `1`, numbers in any decimal form, lists as JSON or comma text.
 *
 * @remarks Checks types only, not ranges; nothing is thrown. Keys that are not given stay away: no defaults are filled in.
 *
 * @param wire - `HyperParameters` of DescribeTrainingJob, or of the container's `hyperparameters.json`
 * @public
 */
export function decodeHyperparameters(
  schema: z.ZodType,
  wire: Readonly<Record<string, string>>,
  rules: HyperparameterWireRules = {},
): DecodedHyperparameters {
  const fields = variantOf(hyperparameterTable(schema), wire)?.fields ?? new Map<string, HyperparameterField>();
  const values: Record<string, unknown> = {};
  const unreadable: string[] = [];
  const unknown: string[] = [];
  for (const [key, text] of Object.entries(wire)) {
    const field = fields.get(key);
    if (!field) {
      unknown.push(key);
      continue;
    }
    const value = decodeValue(field, text, { ...rules, ...rules.keys?.[key] });
    if (value === undefined) unreadable.push(key);
    else values[key] = value;
  }
  return { values, unreadable, unknown };
}

/** The typed value of one wire text; undefined when it is not of the field's type. */
export function decodeValue(field: HyperparameterField, text: string, rules: HyperparameterWireRules = {}): unknown {
  switch (field.kind) {
    case "string":
      return text;
    case "boolean":
      return decodeBoolean(text);
    case "integer":
      return /^\s*[+-]?\d+\s*$/u.test(text) ? Number(text) : undefined;
    case "number":
      return decodeNumber(text);
    case "list":
      return decodeList(field, text, rules);
  }
}

function decodeBoolean(text: string): boolean | undefined {
  switch (text.trim().toLowerCase()) {
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      return undefined;
  }
}

function decodeNumber(text: string): number | undefined {
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/iu.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function decodeList(field: HyperparameterField, text: string, rules: HyperparameterWireRules): unknown[] | undefined {
  const members = rules.lists === "comma" ? text.split(",") : jsonMembers(text);
  if (!members) return undefined;
  if (!field.items) return members;
  const items = field.items;
  const values = members.map((member) => decodeValue(items, member, rules));
  return values.includes(undefined) ? undefined : values;
}

/** Members of a JSON list as texts, so that one reader serves both spellings of lists. */
function jsonMembers(text: string): string[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list)
      ? list.map((member) => (typeof member === "string" ? member : JSON.stringify(member)))
      : undefined;
  } catch {
    return undefined;
  }
}
