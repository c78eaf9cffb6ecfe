import type * as z from "zod";
import { decodeValue } from "./decode-value.js";
import type { HyperparameterWireRules } from "./encode-hyperparameters.js";
import {
  type HyperparameterField,
  type HyperparameterTable,
  type HyperparameterVariant,
  hyperparameterTable,
  variantOf,
} from "./schema-fields.js";

/** What a tuning job adds to the hyperparameters of its training jobs; every container takes it. */
const OBJECTIVE_KEY = "_tuning_objective_metric";

const CAUSE = " (caused by ValidationError)";

/**
 * Checks wire texts as a built-in algorithm's container does when it starts, and says what is wrong in its wording.
 *
 * @remarks
 * The three wordings (missing, closed set, range) are those of the containers' failure reasons. The patterns quoted in
 * range messages are this library's: the containers' own are not published.
 *
 * @returns one sentence per fault, in the order unknown, missing, values; empty when the container would start
 * @public
 */
export function containerFaults(
  schema: z.ZodType,
  wire: Readonly<Record<string, string>>,
  rules: HyperparameterWireRules = {},
): string[] {
  const table = hyperparameterTable(schema);
  const variant = variantOf(table, wire);
  if (!variant) return [discriminatorFault(table, wire)];
  const fields = variant.fields;
  const faults: string[] = [];

  const unknown = Object.keys(wire).filter((key) => !fields.has(key) && key !== OBJECTIVE_KEY);
  if (unknown.length > 0) {
    const names = unknown.map((key) => `'${key}'`).join(", ");
    faults.push(
      `Additional hyperparameters are not allowed (${names} ${unknown.length === 1 ? "was" : "were"} unexpected)${CAUSE}`,
    );
  }
  const missing = [...fields.values()].filter((field) => field.required && !Object.hasOwn(wire, field.name));
  if (missing.length > 0) faults.push(missingFault(missing.map((field) => field.name)));
  const before = faults.length;
  for (const [key, text] of Object.entries(wire)) {
    const field = fields.get(key);
    const fault = field && valueFault(field, text, { ...rules, ...rules.keys?.[key] });
    if (fault) faults.push(fault);
  }
  if (faults.length === before && missing.length === 0) faults.push(...combinationFaults(schema, variant, wire, rules));
  return faults;
}

function discriminatorFault(table: HyperparameterTable, wire: Readonly<Record<string, string>>): string {
  const name = table.discriminator ?? "";
  const value = wire[name];
  if (value === undefined) return missingFault([name]);
  return enumFault(
    name,
    value,
    table.variants.map(({ tag }) => tag ?? ""),
  );
}

function valueFault(field: HyperparameterField, text: string, rules: HyperparameterWireRules): string | undefined {
  const value = decodeValue(field, text, rules);
  if (field.values) {
    return field.values.some((allowed) => allowed === value)
      ? undefined
      : enumFault(field.name, text, field.values.map(containerSpelling));
  }
  switch (field.kind) {
    case "boolean":
      return value === undefined ? enumFault(field.name, text, ["True", "False"]) : undefined;
    case "string":
      return field.pattern && !new RegExp(field.pattern, "u").test(text)
        ? `The value '${text}' is not valid for the '${field.name}' hyperparameter which expects a string which matches the pattern '${field.pattern}'${CAUSE}`
        : undefined;
    case "union": {
      const faults = (field.alternatives ?? []).map((alternative) => valueFault(alternative, text, rules));
      return faults.includes(undefined) ? undefined : unionFault(field, text);
    }
    case "list":
      return value === undefined
        ? `The value '${text}' is not valid for the '${field.name}' hyperparameter which expects a list${CAUSE}`
        : undefined;
    default:
      return typeof value === "number" && inRange(field, value) ? undefined : rangeFault(field, text);
  }
}

/** Faults of keys together, which only the schema's own refinements know. */
function combinationFaults(
  schema: z.ZodType,
  variant: HyperparameterVariant,
  wire: Readonly<Record<string, string>>,
  rules: HyperparameterWireRules,
): string[] {
  const values: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(wire)) {
    const field = variant.fields.get(key);
    if (field) values[key] = decodeValue(field, text, { ...rules, ...rules.keys?.[key] });
  }
  const result = schema.safeParse(values);
  return result.success ? [] : result.error.issues.map((issue) => `${issue.message}${CAUSE}`);
}

function inRange(field: HyperparameterField, value: number): boolean {
  return (
    value >= (field.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (field.maximum ?? Number.POSITIVE_INFINITY) &&
    value > (field.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value < (field.exclusiveMaximum ?? Number.POSITIVE_INFINITY)
  );
}

function missingFault(names: readonly string[]): string {
  return `No value(s) were specified for ${names.map((name) => `'${name}'`).join(", ")} which are required hyperparameter(s)${CAUSE}`;
}

function enumFault(name: string, text: string, allowed: readonly string[]): string {
  return `The value '${text}' is not valid for the '${name}' hyperparameter which accepts one of the following: ${allowed.map((value) => `'${value}'`).join(", ")}${CAUSE}`;
}

function rangeFault(field: HyperparameterField, text: string): string {
  return expectedFault(field.name, text, rangeText(field));
}

function unionFault(field: HyperparameterField, text: string): string {
  const expected = (field.alternatives ?? []).map((alternative) => {
    if (alternative.values)
      return `one of ${alternative.values.map((value) => `'${containerSpelling(value)}'`).join(", ")}`;
    return alternative.kind === "list" ? "a list" : rangeText(alternative);
  });
  return expectedFault(field.name, text, expected.join("; or "));
}

function expectedFault(name: string, text: string, expected: string): string {
  return `The value '${text}' is not valid for the '${name}' hyperparameter which expects one of the following: ${expected}${CAUSE}`;
}

/** A range as the containers describe it: by a pattern of its texts, or in words. */
function rangeText(field: HyperparameterField): string {
  const low = field.minimum ?? field.exclusiveMinimum;
  const high = field.maximum ?? field.exclusiveMaximum;
  let range = field.kind === "integer" ? "an integer" : "a number";
  if (low !== undefined && high !== undefined) range += ` between ${low} and ${high}`;
  else if (low !== undefined) range += ` greater than ${low}`;
  else if (high !== undefined) range += ` less than ${high}`;
  const sign = low === undefined || low < 0 ? "-?" : "";
  const digits = low !== undefined && low >= 1 ? "[1-9][0-9]*" : "[0-9]+";
  const pattern = field.kind === "integer" ? `^(${sign}${digits})$` : `^(${sign}[0-9]+\\.?[0-9]*([eE][-+]?[0-9]+)?)$`;
  return `a string which matches the pattern '${pattern}'; or ${range}`;
}

function containerSpelling(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  return String(value);
}
