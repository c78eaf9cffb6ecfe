import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { LabelIndex, type RecordSource } from "../formats/index.js";
import { nearest, shown } from "../internal/options.js";
import { forEachRecord } from "./for-each-record.js";

/**
 * Codes for the groups that series belong to: DeepAR takes whole numbers from 0 without gaps, one for each feature. Keep
 * its JSON beside the model: a forecast needs the same codes as the training.
 *
 * @example
 * ```ts
 * const encoder = await CategoryEncoder.fit(products, { brand: (p) => p.brand, size: (p) => p.size });
 * encoder.encode({ brand: "acme", size: "small" }); // [0, 2]
 * encoder.cardinality; // [12, 3], the hyperparameter of DeepAR
 * await writeFile("categories.json", JSON.stringify(encoder));
 * ```
 * @public
 */
export class CategoryEncoder<Name extends string = string> {
  /** Names of the features in the order of their codes. */
  readonly features: readonly Name[];
  readonly #indexes: ReadonlyMap<Name, LabelIndex>;

  /**
   * @param indexes - the names of the groups of each feature; the order of the features is that of the codes
   * @throws {@link ValidationError} `INVALID_INPUT` without features or for one without groups
   */
  constructor(indexes: Readonly<Record<Name, LabelIndex>>) {
    this.features = Object.freeze(Object.keys(indexes) as Name[]);
    this.#indexes = new Map(this.features.map((name) => [name, indexes[name]]));
    const issues: ValidationIssue[] = this.features
      .filter((name) => indexes[name].size === 0)
      .map((name) => ({ path: [name], message: `the feature "${name}" has no groups` }));
    if (this.features.length === 0) issues.push({ path: [], message: "at least one feature is needed" });
    if (issues.length > 0) throw new ValidationError("CategoryEncoder", issues, "INVALID_INPUT");
  }

  /**
   * Goes through records once and numbers the groups of each feature.
   *
   * @remarks
   * The codes depend only on which groups occur, not on their order: they follow the UTF-16 units of the names. Fit on what
   * the model is trained with, since a code that no series has is refused by the service. Memory grows with the number of
   * groups.
   *
   * @param features - for each feature the name of the group of a record
   * @throws {@link ValidationError} `INVALID_INPUT` for a name that is empty or no text
   */
  static async fit<T, Name extends string>(
    records: RecordSource<T>,
    features: Readonly<Record<Name, (record: T) => string>>,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<CategoryEncoder<Name>> {
    const names = Object.keys(features) as Name[];
    const groups = new Map(names.map((name) => [name, new Set<string>()]));
    let number = 0;
    const visit = (record: T): void => {
      number++;
      for (const name of names) {
        const group: unknown = features[name](record);
        if (typeof group !== "string" || group === "") {
          const message = `record ${number}: the feature "${name}" needs a name, got ${shown(group)}`;
          throw new ValidationError("CategoryEncoder", [{ path: [name], message }], "INVALID_INPUT");
        }
        groups.get(name)?.add(group);
      }
    };
    await forEachRecord(records, visit, options.signal);
    const indexes = names.map((name) => [name, LabelIndex.from(groups.get(name) ?? [])] as const);
    return new CategoryEncoder(Object.fromEntries(indexes) as Record<Name, LabelIndex>);
  }

  /**
   * Takes what {@link CategoryEncoder.toJSON} gave.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` when it is something else
   */
  static fromJSON(value: unknown): CategoryEncoder {
    const features = (value as { readonly features?: unknown } | null | undefined)?.features;
    if (!Array.isArray(features)) {
      const message = `expected { features: [{ name, classes }, ...] }, got ${shown(value)}`;
      throw new ValidationError("category table", [{ path: [], message }], "INVALID_INPUT");
    }
    const indexes = features.map((feature: { readonly name?: unknown } | null) => {
      const name = feature?.name;
      if (typeof name !== "string" || name === "") {
        const message = `a feature needs a name, got ${shown(name)}`;
        throw new ValidationError("category table", [{ path: ["features"], message }], "INVALID_INPUT");
      }
      return [name, LabelIndex.fromJSON(feature)] as const;
    });
    return new CategoryEncoder(Object.fromEntries(indexes));
  }

  /** Number of groups of each feature: the hyperparameter `cardinality`. */
  get cardinality(): number[] {
    return this.features.map((name) => this.index(name).size);
  }

  /**
   * The groups of a feature and their codes.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` for an unknown feature
   */
  index(feature: Name): LabelIndex {
    const index = this.#indexes.get(feature);
    if (index !== undefined) return index;
    const near = nearest(feature, this.features);
    const hint = near === undefined ? `there are ${this.features.join(", ")}` : `did you mean "${near}"?`;
    const message = `unknown feature ${shown(feature)}; ${hint}`;
    throw new ValidationError("CategoryEncoder", [{ path: [], message }], "INVALID_INPUT");
  }

  /**
   * The codes of a series, for {@link TimeSeries.categories}.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` naming every group that was not there when the encoder was fitted: a
   * model cannot predict it
   */
  encode(groups: Readonly<Record<Name, string>>): number[] {
    const unseen = this.unseen(groups);
    if (unseen.length > 0) {
      const issues = unseen.map((name) => {
        const near = nearest(String(groups[name]), this.index(name).names);
        const hint = near === undefined ? `${this.index(name).size} groups are known` : `did you mean ${shown(near)}?`;
        return {
          path: [name],
          message: `the feature "${name}" had no group ${shown(groups[name])} in training; ${hint}`,
        };
      });
      throw new ValidationError("CategoryEncoder", issues, "INVALID_INPUT");
    }
    return this.features.map((name) => this.index(name).id(groups[name]));
  }

  /** The features whose group is not known, to leave such series out before {@link CategoryEncoder.encode}. */
  unseen(groups: Readonly<Record<Name, string>>): Name[] {
    return this.features.filter((name) => !this.index(name).has(groups[name]));
  }

  /**
   * The names of the groups of a series.
   *
   * @throws {@link ValidationError} `INVALID_INPUT` for a code that is not in the table or another number of codes
   */
  decode(codes: readonly number[]): Record<Name, string> {
    if (codes.length !== this.features.length) {
      const message = `${codes.length} codes for ${this.features.length} features`;
      throw new ValidationError("CategoryEncoder", [{ path: [], message }], "INVALID_INPUT");
    }
    const entries = this.features.map((name, position) => [name, this.index(name).name(codes[position] as number)]);
    return Object.fromEntries(entries) as Record<Name, string>;
  }

  toJSON(): { features: readonly { readonly name: Name; readonly classes: readonly string[] }[] } {
    return { features: this.features.map((name) => ({ name, classes: this.index(name).names })) };
  }
}
