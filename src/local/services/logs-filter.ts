import { logsError } from "./logs-input.js";

/**
 * Test of a message against a filter pattern of terms: all plain terms must occur, at least one of those with `?` when there
 * are any, none of those with `-`. Terms are case-sensitive; quotes hold blanks together. `%regex%` is a regular expression.
 *
 * @throws ServiceError `InvalidParameterException` for patterns on JSON or columns, which local mode does not have
 */
export function filterMatcher(pattern: string): (message: string) => boolean {
  const text = pattern.trim();
  if (text === "" || text === '""') return () => true;
  if (/^[{[]/u.test(text)) {
    throw logsError("[local mode] Only filter patterns of terms are available, none on JSON fields or columns.");
  }
  const required: Matcher[] = [];
  const optional: Matcher[] = [];
  const forbidden: Matcher[] = [];
  for (const match of text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|(\S+))/gsu)) {
    const [, sign, phrase, expression, word] = match;
    const kind = sign === "?" ? optional : sign === "-" ? forbidden : required;
    kind.push(matcher(phrase === undefined ? word : phrase.replaceAll(/\\(.)/gsu, "$1"), expression));
  }
  return (message) =>
    required.every((matches) => matches(message)) &&
    (optional.length === 0 || optional.some((matches) => matches(message))) &&
    !forbidden.some((matches) => matches(message));
}

type Matcher = (message: string) => boolean;

function matcher(term: string | undefined, expression: string | undefined): Matcher {
  if (term !== undefined) return (message) => message.includes(term);
  try {
    const compiled = new RegExp(expression ?? "", "u");
    return (message) => compiled.test(message);
  } catch {
    throw logsError(`Invalid regular expression in the filter pattern: ${expression}`);
  }
}
