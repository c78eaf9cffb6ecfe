/**
 * One value of a metric.
 *
 * @public
 */
export interface MetricValue {
  /** Name by the job's metric definitions, for example `validation:accuracy`. */
  readonly name: string;
  readonly value: number;
  readonly at: Date;
}

/**
 * How to find a metric in a log: the first group of the pattern is the value.
 *
 * @public
 */
export interface MetricDefinition {
  readonly name: string;
  /** Regular expression as SageMaker takes it, for example `#validation_accuracy: ([0-9.]+)`. */
  readonly regex: string;
}

/** Finds metric values in log lines. Patterns that JavaScript cannot read are left out and named in `unreadable`. */
export class MetricReader {
  readonly unreadable: readonly string[];
  readonly #patterns: readonly { readonly name: string; readonly pattern: RegExp }[];

  constructor(definitions: readonly MetricDefinition[]) {
    const patterns: { name: string; pattern: RegExp }[] = [];
    const unreadable: string[] = [];
    const known = new Set<string>();
    for (const { name, regex } of definitions) {
      const id = `${name}\n${regex}`;
      if (known.has(id)) continue;
      known.add(id);
      const pattern = toPattern(regex);
      if (pattern) patterns.push({ name, pattern });
      else unreadable.push(name);
    }
    this.#patterns = patterns;
    this.unreadable = unreadable;
  }

  /** The values of all metrics that the line holds. */
  read(line: string, at: Date): MetricValue[] {
    const values: MetricValue[] = [];
    for (const { name, pattern } of this.#patterns) {
      const text = pattern.exec(line)?.[1];
      if (text === undefined || text.trim() === "") continue;
      const value = Number(text);
      if (!Number.isNaN(value)) values.push({ name, value, at });
    }
    return values;
  }
}

/** SageMaker's patterns are written in Python's dialect; the two spellings that differ are translated. */
function toPattern(regex: string): RegExp | undefined {
  const flags = /^\(\?([ims]+)\)/u.exec(regex);
  const source = (flags ? regex.slice(flags[0].length) : regex).replaceAll("(?P<", "(?<");
  try {
    return new RegExp(source, flags?.[1] ?? "");
  } catch {
    return undefined;
  }
}
