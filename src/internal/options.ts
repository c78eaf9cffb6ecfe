import { ValidationError, type ValidationIssue } from "../errors/index.js";

/** Text for a message: JSON, shortened to about 60 characters. */
export function shown(value: unknown): string {
  let text: string;
  if (typeof value === "function") text = "a function";
  else if (typeof value === "bigint") text = `${value}n`;
  else {
    try {
      text = JSON.stringify(value) ?? String(value);
    } catch {
      text = String(value);
    }
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The candidate nearest to `key` by edit distance, when one is near enough to be a likely typing error. */
export function nearest(key: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(key.length / 3)) + 1;
  const wanted = simplified(key);
  for (const candidate of candidates) {
    const distance = editDistance(wanted, simplified(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `learningRate` and `learning_rate` count as the same word. */
function simplified(text: string): string {
  return text.replaceAll(/[_\-\s]/gu, "").toLowerCase();
}

/** Letters to change, add or drop; `limit` when it is that many or more. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return Math.min(previous[b.length] ?? limit, limit);
}

/** Issues for the keys of `options` that are not in `known`, each with the nearest known key. */
export function unknownKeyIssues(options: object, known: readonly string[], subject: string): ValidationIssue[] {
  const issues: ValidationIssue[] = [];
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const suggestion = nearest(key, known);
    issues.push({
      path: [key],
      message: `unknown option "${key}" of ${subject}${suggestion ? `; did you mean "${suggestion}"?` : `; known options: ${known.join(", ")}`}`,
    });
  }
  return issues;
}

/**
 * Refuses unknown keys.
 *
 * @throws ValidationError `INVALID_OPTIONS` naming every unknown key and the nearest known one
 */
export function checkKnownKeys(options: object, known: readonly string[], subject: string): void {
  const issues = unknownKeyIssues(options, known, subject);
  if (issues.length > 0) throw new ValidationError(subject, issues);
}
