import type * as z from "zod";
import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { nearest, shown } from "../../internal/options.js";
import { received } from "./encode-hyperparameters.js";
import {
  allowedText,
  type HyperparameterTable,
  type HyperparameterVariant,
  hyperparameterTable,
  variantOf,
} from "./schema-fields.js";

/**
 * Checks hyperparameters against the schema of an algorithm and returns a copy that holds only the keys that are set.
 *
 * @remarks Keys whose value is `undefined` count as not set. Defaults are not filled in: the service applies its own.
 *
 * @param algorithm - name of the algorithm for messages
 * @param variantCode - code that messages about a hyperparameter of another variant end with
 * @throws {@link ValidationError} `INVALID_HYPERPARAMETERS` with every fault: unknown keys with the nearest known one,
 * wrong types, values out of range, combinations that cannot work
 * @public
 */
export function parseHyperparameters<S extends z.ZodType>(
  schema: S,
  values: unknown,
  algorithm: string,
  variantCode?: string,
): z.output<S> {
  const given = isRecord(values)
    ? Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
    : values;
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issues = isRecord(given)
    ? explain(result.error.issues, given, hyperparameterTable(schema), algorithm, variantCode)
    : [{ path: [], message: `the hyperparameters of ${algorithm} must be an object; got ${shown(values)}` }];
  throw new ValidationError(`${algorithm} hyperparameters`, issues, "INVALID_HYPERPARAMETERS");
}

/** Zod's issues in the words of this library, one per fault. */
function explain(
  issues: readonly z.core.$ZodIssue[],
  given: Readonly<Record<string, unknown>>,
  table: HyperparameterTable,
  algorithm: string,
  variantCode: string | undefined,
): ValidationIssue[] {
  const variant = variantOf(table, given);
  const explained: ValidationIssue[] = [];
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") {
      explained.push(...issue.keys.map((key) => unknownKey(key, table, variant, algorithm, variantCode)));
      continue;
    }
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    const key = String(path[0] ?? "");
    // A message of the schema's own says more than the range does.
    const message =
      issue.code === "custom" || issue.message.startsWith("hyperparameter ")
        ? issue.message
        : fieldFault(key, given, allowedFor(key, table, variant), algorithm);
    explained.push({ path, message });
  }
  return explained;
}

function fieldFault(
  key: string,
  given: Readonly<Record<string, unknown>>,
  allowed: string | undefined,
  algorithm: string,
): string {
  const subject = `hyperparameter ${shown(key)} of ${algorithm}`;
  if (!Object.hasOwn(given, key)) return `${subject} is required${allowed ? `: ${allowed}` : ""} [GEN-01]`;
  const value = given[key];
  const hint =
    typeof value === "string" &&
    value.trim() !== "" &&
    /^(?:an integer|a number)/u.test(allowed ?? "") &&
    Number.isFinite(Number(value))
      ? `; write ${Number(value)} without quotes`
      : "";
  return `${subject} must be ${allowed ?? "valid"}; got ${received(value)}${hint}`;
}

function allowedFor(
  key: string,
  table: HyperparameterTable,
  variant: HyperparameterVariant | undefined,
): string | undefined {
  if (key === table.discriminator) return `one of ${table.variants.map(({ tag }) => JSON.stringify(tag)).join(", ")}`;
  const field = variant?.fields.get(key);
  return field && allowedText(field);
}

function unknownKey(
  key: string,
  table: HyperparameterTable,
  variant: HyperparameterVariant | undefined,
  algorithm: string,
  variantCode: string | undefined,
): ValidationIssue {
  const owners = table.variants.filter((other) => other.fields.has(key)).map(({ tag }) => JSON.stringify(tag));
  const known = [...(variant?.fields.keys() ?? [])];
  // A part of a name is as good a hint as a misspelt one: "window" for "window_size".
  const suggestion = nearest(key, known) ?? known.find((name) => key.length > 2 && name.includes(key));
  let message: string;
  if (owners.length > 0) {
    message = `hyperparameter ${shown(key)} of ${algorithm} belongs to ${table.discriminator} ${owners.join(", ")}, not to ${JSON.stringify(variant?.tag)}; remove it${variantCode === undefined ? "" : ` [${variantCode}]`}`;
  } else if (suggestion) {
    message = `unknown hyperparameter ${shown(key)} of ${algorithm}; did you mean "${suggestion}"? [GEN-01]`;
  } else {
    message = `unknown hyperparameter ${shown(key)} of ${algorithm}; known: ${known.join(", ")} [GEN-01]`;
  }
  return { path: [key], message };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
