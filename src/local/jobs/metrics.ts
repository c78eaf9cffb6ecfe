import type { MetricDefinition } from "./protocol.js";

/** Reads metrics from log lines. */
export class MetricReader {
  readonly #readers: readonly { readonly name: string; readonly regex: RegExp }[];

  /** @throws SyntaxError when an expression is not one in JavaScript either */
  constructor(definitions: readonly MetricDefinition[]) {
    this.#readers = definitions.map(({ Name, Regex }) => ({ name: Name, regex: compileMetricRegex(Regex) }));
  }

  /** Name and value of every metric in the line, in the order of the definitions. */
  read(line: string): [string, number][] {
    const found: [string, number][] = [];
    for (const { name, regex } of this.#readers) {
      const match = regex.exec(line);
      if (!match) continue;
      const value = Number((match[1] ?? match[0]).trim());
      if (Number.isFinite(value)) found.push([name, value]);
    }
    return found;
  }
}

/** Metric definitions are written in Python's regular expressions. */
export function compileMetricRegex(text: string): RegExp {
  const insensitive = text.startsWith("(?i)");
  const translated = (insensitive ? text.slice(4) : text)
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\(\?P=(\w+)\)/gu, "\\k<$1>");
  return new RegExp(translated, insensitive ? "i" : "");
}
