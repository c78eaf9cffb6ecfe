import * as z from "zod";

/** What a schema says about one hyperparameter, reduced to what messages, the encoder and the decoder need. */
export interface HyperparameterField {
  readonly name: string;
  readonly kind: "integer" | "number" | "boolean" | "string" | "list" | "union";
  readonly required: boolean;
  /** Allowed values when they are a closed set. */
  readonly values?: readonly (string | number | boolean)[] | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  /** Regular expression that a text has to match. */
  readonly pattern?: string | undefined;
  /** The kind of the members of a list. */
  readonly items?: HyperparameterField | undefined;
  /** What a value may be, when it may be of several kinds. */
  readonly alternatives?: readonly HyperparameterField[] | undefined;
  /** What the service takes when the key is not sent. */
  readonly defaultValue?: unknown;
}

/** One alternative of a schema; a schema without a discriminator has exactly one. */
export interface HyperparameterVariant {
  /** Value of the discriminator that selects this variant; undefined when there is no discriminator. */
  readonly tag: string | undefined;
  readonly fields: ReadonlyMap<string, HyperparameterField>;
}

/** A hyperparameter schema as data. */
export interface HyperparameterTable {
  /** Key that tells the variants apart, for example `mode`. */
  readonly discriminator: string | undefined;
  readonly variants: readonly HyperparameterVariant[];
}

interface JsonSchema {
  readonly type?: string | undefined;
  readonly const?: string | number | boolean | undefined;
  readonly enum?: readonly (string | number | boolean)[] | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly pattern?: string | undefined;
  readonly default?: unknown;
  readonly items?: JsonSchema | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
}

/**
 * Reads the table out of a zod schema by way of its JSON schema, the one description that zod keeps stable.
 * Takes a strict object, or a discriminated union of strict objects.
 */
export function hyperparameterTable(schema: z.ZodType): HyperparameterTable {
  const root = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  if (!root.oneOf) return { discriminator: undefined, variants: [{ tag: undefined, fields: fieldsOf(root) }] };
  const discriminator = commonConstant(root.oneOf);
  return {
    discriminator,
    variants: root.oneOf.map((variant) => ({
      tag: discriminator === undefined ? undefined : String(variant.properties?.[discriminator]?.const),
      fields: fieldsOf(variant),
    })),
  };
}

/** The variant that a record selects; the first one when there is only one; undefined when the tag fits none. */
export function variantOf(
  table: HyperparameterTable,
  values: Readonly<Record<string, unknown>>,
): HyperparameterVariant | undefined {
  if (table.discriminator === undefined) return table.variants[0];
  const tag = values[table.discriminator];
  return table.variants.find((variant) => variant.tag === tag);
}

/** What a field allows, as the end of a sentence: `an integer in [1, 2147483647]`. */
export function allowedText(field: HyperparameterField): string {
  if (field.alternatives) return field.alternatives.map(allowedText).join(", or ");
  if (field.kind === "boolean" && !field.values) return "true or false";
  if (field.values) {
    const values = field.values.map((value) => JSON.stringify(value));
    return values.length === 1 ? `${values[0]}` : `one of ${values.join(", ")}`;
  }
  if (field.kind === "string") return field.pattern ? `a text that matches ${field.pattern}` : "a text";
  if (field.kind === "list") return field.items ? `a list, each ${allowedText(field.items)}` : "a list";
  const article = field.kind === "integer" ? "an integer" : "a number";
  const low = field.minimum ?? field.exclusiveMinimum;
  const high = field.maximum ?? field.exclusiveMaximum;
  if (low === undefined && high === undefined) return article;
  if (high === undefined) return `${article} ${field.minimum === undefined ? "above" : "of at least"} ${low}`;
  if (low === undefined) return `${article} ${field.maximum === undefined ? "below" : "of at most"} ${high}`;
  return `${article} in ${field.minimum === undefined ? "(" : "["}${low}, ${high}${field.maximum === undefined ? ")" : "]"}`;
}

function fieldsOf(object: JsonSchema): ReadonlyMap<string, HyperparameterField> {
  const required = object.required ?? [];
  return new Map(
    Object.entries(object.properties ?? {}).map(([name, schema]) => [
      name,
      fieldOf(name, schema, required.includes(name)),
    ]),
  );
}

function fieldOf(name: string, schema: JsonSchema, required: boolean): HyperparameterField {
  const values = schema.const !== undefined ? [schema.const] : schema.enum;
  return {
    name,
    kind: kindOf(schema, values),
    required,
    values,
    minimum: schema.minimum,
    exclusiveMinimum: schema.exclusiveMinimum,
    maximum: schema.maximum,
    exclusiveMaximum: schema.exclusiveMaximum,
    pattern: schema.pattern,
    items: schema.items ? fieldOf(name, schema.items, false) : undefined,
    alternatives: schema.anyOf?.map((alternative) => fieldOf(name, alternative, false)),
    defaultValue: schema.default,
  };
}

function kindOf(
  schema: JsonSchema,
  values: readonly (string | number | boolean)[] | undefined,
): HyperparameterField["kind"] {
  if (schema.type === "integer" || schema.type === "number" || schema.type === "boolean") return schema.type;
  if (schema.type === "array") return "list";
  if (schema.anyOf) return "union";
  const sample = values?.[0];
  if (typeof sample === "boolean" || typeof sample === "number") return typeof sample as "boolean" | "number";
  return "string";
}

/** The key that every variant fixes to one constant: the discriminator. */
function commonConstant(variants: readonly JsonSchema[]): string | undefined {
  const first = variants[0]?.properties ?? {};
  return Object.keys(first).find((key) => {
    const tags = variants.map((variant) => variant.properties?.[key]?.const);
    return tags.every((tag) => typeof tag === "string") && new Set(tags).size === tags.length;
  });
}
