import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { SplitMethod, SplitOutput } from "./split-lines.js";

/** One output with its size. Exactly one of the three holds: share, rows, or neither for the rest. */
export interface Part {
  readonly name: string;
  readonly path: string;
  readonly share: number | undefined;
  readonly rows: number | undefined;
}

/** @throws ValidationError `INVALID_OPTIONS` listing every fault */
export function checkedParts(outputs: Readonly<Record<string, SplitOutput>>, method: SplitMethod): Part[] {
  const issues: ValidationIssue[] = [];
  const fault = (path: (string | number)[], message: string): void => {
    issues.push({ path, message });
  };
  if (!["random", "exact", "content"].includes(method)) {
    fault(["method"], `method must be "random", "exact" or "content", got ${shown(method)}`);
  }
  const entries = Object.entries(outputs ?? {});
  if (entries.length === 0) fault(["outputs"], "at least one output is needed");
  const names = new Map<string, string>();
  const parts = entries.map(([name, output]): Part => {
    issues.push(...unknownKeyIssues(output, ["path", "share", "rows"], `output "${name}"`));
    const { share, rows } = output;
    const path =
      typeof output.path === "string" ? output.path : output.path instanceof URL ? fileURLToPath(output.path) : "";
    if (path === "") fault(["outputs", name, "path"], `output "${name}" needs a path`);
    const full = resolve(path);
    const twin = names.get(full);
    if (twin !== undefined)
      fault(["outputs", name, "path"], `outputs "${twin}" and "${name}" have the same path "${path}"`);
    names.set(full, name);
    if (share !== undefined && !(share > 0 && share <= 1)) {
      fault(["outputs", name, "share"], `share of "${name}" must be above 0 and at most 1, got ${shown(share)}`);
    }
    if (rows !== undefined && (!Number.isSafeInteger(rows) || rows < 0)) {
      fault(["outputs", name, "rows"], `rows of "${name}" must be a whole number from 0, got ${shown(rows)}`);
    }
    if (rows !== undefined && method !== "exact") {
      fault(["outputs", name, "rows"], `rows of "${name}" need the method "exact"; give a share instead`);
    }
    if (rows !== undefined && share !== undefined) fault(["outputs", name], `"${name}" has both a share and rows`);
    return { name, path, share, rows };
  });
  const open = parts.filter((part) => part.share === undefined && part.rows === undefined);
  const sum = parts.reduce((total, part) => total + (part.share ?? 0), 0);
  const byShareOnly = parts.every((part) => part.rows === undefined);
  if (open.length > 1) {
    fault(
      ["outputs"],
      `only one output can get the rest; ${open.map((part) => `"${part.name}"`).join(" and ")} have no share`,
    );
  } else if (open.length === 0 && byShareOnly && Math.abs(sum - 1) > 1e-9) {
    fault(["outputs"], `the shares add up to ${sum}; leave one share out, and that output gets the rest`);
  } else if (sum > 1 + 1e-9) {
    fault(["outputs"], `the shares add up to ${sum}, more than 1`);
  }
  if (issues.length > 0) throw new ValidationError("splitLines", issues);
  return parts;
}

/** Shares of all parts, the rest included, as upper bounds in the order of the parts; the last is 1. */
export function upperBounds(parts: readonly Part[]): Float64Array {
  const rest = 1 - parts.reduce((total, part) => total + (part.share ?? 0), 0);
  const bounds = new Float64Array(parts.length);
  let sum = 0;
  parts.forEach((part, index) => {
    sum += part.share ?? rest;
    bounds[index] = sum;
  });
  bounds[parts.length - 1] = 1;
  return bounds;
}

/**
 * Exact sizes: shares of all rows, whole rows left over to the largest fractions, the rest to the open output.
 *
 * @throws ValidationError `INVALID_OPTIONS` when the sizes do not fit the number of rows
 */
export function rowsPerPart(parts: readonly Part[], total: number): number[] {
  const fixed = parts.reduce((sum, part) => sum + (part.rows ?? 0), 0);
  const hasOpen = parts.some((part) => part.share === undefined && part.rows === undefined);
  const exact = parts.map((part) => (part.share === undefined ? 0 : part.share * total));
  const shareSum = Math.round(exact.reduce((sum, rows) => sum + rows, 0));
  const sizes = parts.map((part, index) => part.rows ?? Math.floor((exact[index] ?? 0) + 1e-9));
  let spare = shareSum - sizes.reduce((sum, rows, index) => sum + (parts[index]?.share === undefined ? 0 : rows), 0);
  const fraction = (index: number): number => (exact[index] ?? 0) - (sizes[index] ?? 0);
  const byFraction = parts.map((_, index) => index).filter((index) => parts[index]?.share !== undefined);
  for (const index of byFraction.toSorted((a, b) => fraction(b) - fraction(a))) {
    if (spare <= 0) break;
    sizes[index] = (sizes[index] ?? 0) + 1;
    spare--;
  }
  const left = total - sizes.reduce((sum, rows) => sum + rows, 0);
  if (left < 0 || (!hasOpen && left > 0)) {
    const message = `the sizes ask for ${total - left} rows (${fixed} of them fixed), the source has ${total}; leave one size out, and that output gets the rest`;
    throw new ValidationError("splitLines", [{ path: ["outputs"], message }]);
  }
  return sizes.map((rows, index) => {
    const part = parts[index];
    return part?.share === undefined && part?.rows === undefined ? left : rows;
  });
}
