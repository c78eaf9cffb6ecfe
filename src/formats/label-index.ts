import { ValidationError } from "../errors/index.js";
import { nearest, shown } from "../internal/options.js";

/**
 * The class table: names of classes and their numbers, from 0 without gaps. Keep its JSON beside the model; without it
 * the answer `__label__3` says nothing.
 *
 * @example
 * ```ts
 * const classes = LabelIndex.from(rows.map(({ label }) => label)); // negative 0, positive 1
 * await writeFile("classes.json", JSON.stringify(classes));
 * LabelIndex.fromJSON(JSON.parse(await readFile("classes.json", "utf8"))).name(1); // "positive"
 * ```
 * @public
 */
export class LabelIndex {
  /** Names in the order of their numbers. */
  readonly names: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  /**
   * @param names - one name per class, the position is its number
   * @throws {@link ValidationError} `INVALID_INPUT` for empty or repeated names
   */
  constructor(names: readonly string[]) {
    const ids = new Map<string, number>();
    const issues = names.flatMap((name, id) => {
      const problem =
        typeof name !== "string" || name === ""
          ? `class ${id} needs a name, got ${shown(name)}`
          : ids.has(name)
            ? `class ${id} repeats the name ${shown(name)} of class ${ids.get(name)}`
            : undefined;
      ids.set(name, id);
      return problem === undefined ? [] : [{ path: [id], message: problem }];
    });
    if (issues.length > 0) throw new ValidationError("LabelIndex", issues, "INVALID_INPUT");
    this.names = Object.freeze([...names]);
    this.#ids = ids;
  }

  /**
   * The distinct labels in order of their UTF-16 units, so that the same labels give the same numbers in whatever order
   * they come.
   */
  static from(labels: Iterable<string>): LabelIndex {
    return new LabelIndex([...new Set(labels)].sort());
  }

  /**
   * Takes what {@link LabelIndex.toJSON} gave.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` when it is something else
   */
  static fromJSON(value: unknown): LabelIndex {
    const classes = (value as { readonly classes?: unknown } | null | undefined)?.classes;
    if (!Array.isArray(classes)) {
      const message = `expected { classes: [name, ...] }, got ${shown(value)}`;
      throw new ValidationError("class table", [{ path: [], message }], "INVALID_INPUT");
    }
    return new LabelIndex(classes);
  }

  /** Number of classes. */
  get size(): number {
    return this.names.length;
  }

  has(name: string): boolean {
    return this.#ids.has(name);
  }

  /**
   * The number of a class.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` for a name that is not in the table
   */
  id(name: string): number {
    const id = this.#ids.get(name);
    if (id === undefined) {
      const suggestion = nearest(name, this.names);
      const hint =
        suggestion === undefined ? `the table has ${this.size} classes` : `did you mean ${shown(suggestion)}?`;
      throw new ValidationError(
        "LabelIndex",
        [{ path: [], message: `unknown class ${shown(name)}; ${hint}` }],
        "INVALID_INPUT",
      );
    }
    return id;
  }

  /**
   * The name of a class.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` for a number that is not in the table
   */
  name(id: number): string {
    const name = this.names[id];
    if (name === undefined) {
      const message = `unknown class number ${shown(id)}; the table has 0 to ${this.size - 1}`;
      throw new ValidationError("LabelIndex", [{ path: [], message }], "INVALID_INPUT");
    }
    return name;
  }

  /** Numbers of many names. */
  encode(names: Iterable<string>): number[] {
    return Array.from(names, (name) => this.id(name));
  }

  /** Names of many numbers. */
  decode(ids: Iterable<number>): string[] {
    return Array.from(ids, (id) => this.name(id));
  }

  toJSON(): { classes: readonly string[] } {
    return { classes: this.names };
  }
}
