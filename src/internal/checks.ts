import type { ValidationIssue } from "../errors/index.js";
import { nearest, shown } from "./options.js";

/** A fault when `value` is set and not one of `allowed`. */
export function enumIssues(value: unknown, allowed: readonly string[], name: string): ValidationIssue[] {
  if (value === undefined || allowed.includes(value as string)) return [];
  const near = typeof value === "string" ? nearest(value, allowed) : undefined;
  return [
    {
      path: [name],
      message:
        `${name} must be one of ${allowed.map((item) => `"${item}"`).join(", ")}; got ${shown(value)}` +
        (near ? `; did you mean "${near}"?` : ""),
    },
  ];
}

/** A fault when `value` is set and not a text of 1 to `maxLength` characters. */
export function textIssues(value: unknown, name: string, maxLength: number): ValidationIssue[] {
  if (value === undefined) return [];
  if (typeof value === "string" && value.length >= 1 && value.length <= maxLength) return [];
  return [{ path: [name], message: `${name} must be a text of 1 to ${maxLength} characters; got ${shown(value)}` }];
}

/** A fault when `value` is set and not an integer in [min, max]. */
export function integerIssues(value: unknown, name: string, min: number, max: number): ValidationIssue[] {
  if (value === undefined) return [];
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return [];
  return [{ path: [name], message: `${name} must be an integer in [${min}, ${max}]; got ${shown(value)}` }];
}
