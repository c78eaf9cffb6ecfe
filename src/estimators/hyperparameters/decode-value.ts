import type { HyperparameterWireRules } from "./encode-hyperparameters.js";
import type { HyperparameterField } from "./schema-fields.js";

/** The typed value of one wire text; undefined when it is not of the field's type. */
export function decodeValue(field: HyperparameterField, text: string, rules: HyperparameterWireRules = {}): unknown {
  switch (field.kind) {
    case "string":
      return rules.ignoreCase ? (sameWithoutCase(field, text) ?? text) : text;
    case "boolean":
      return decodeBoolean(text);
    case "integer":
      return /^\s*[+-]?\d+\s*$/u.test(text) ? Number(text) : undefined;
    case "number":
      return decodeNumber(text);
    case "list":
      return decodeList(field, text, rules);
    case "union":
      return decodeUnion(field, text, rules);
  }
}

/** The first alternative that can be meant. */
function decodeUnion(field: HyperparameterField, text: string, rules: HyperparameterWireRules): unknown {
  for (const alternative of field.alternatives ?? []) {
    const value = decodeValue(alternative, text, rules);
    const isLegal = alternative.values === undefined || alternative.values.some((legal) => legal === value);
    if (value !== undefined && isLegal) return value;
  }
  return undefined;
}

/** The value of a closed set that is this text but for upper and lower case. */
function sameWithoutCase({ values }: HyperparameterField, text: string): unknown {
  if (values?.includes(text)) return text;
  return values?.find((value) => String(value).toLowerCase() === text.toLowerCase());
}

/** `True`, `true` and `1` alike. */
export function decodeBoolean(text: string): boolean | undefined {
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

/** A number in any decimal form. */
export function decodeNumber(text: string): number | undefined {
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
