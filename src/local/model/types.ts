/** `[least, most]`; null where the model sets no bound. */
export type Bounds = readonly [number | null, number | null];

/** One shape of the trimmed AWS model. The keys are short because the generated file holds hundreds of them. */
export type Shape =
  | {
      readonly t: "structure";
      /** Member name to shape name. */
      readonly m: Readonly<Record<string, string>>;
      /** Required members. */
      readonly req?: readonly string[];
    }
  | { readonly t: "list"; readonly of: string; readonly len?: Bounds }
  | { readonly t: "map"; readonly key: string; readonly value: string; readonly len?: Bounds }
  | StringShape
  | { readonly t: "integer" | "long" | "float" | "double"; readonly range?: Bounds }
  | { readonly t: "boolean" | "timestamp" | "blob" };

/** A string with its constraints. */
export interface StringShape {
  readonly t: "string";
  readonly enum?: readonly string[];
  /** In code points. */
  readonly len?: Bounds;
  /** Java regular expression, as the service quotes it. */
  readonly pat?: string;
  /** True when the value must not appear in messages. */
  readonly secret?: boolean;
}

/** The trimmed model of one service: one direction of its operations. */
export interface ServiceModel {
  /** Operation name to the name of its root shape. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}
