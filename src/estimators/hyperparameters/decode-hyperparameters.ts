import type * as z from "zod";
import { decodeValue } from "./decode-value.js";
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
