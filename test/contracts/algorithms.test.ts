import { access, readdir, readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ValidationError, type ValidationIssue } from "../../src/errors/index.js";
import {
  type HyperparameterField,
  type HyperparameterVariant,
  hyperparameterTable,
} from "../../src/estimators/hyperparameters/schema-fields.js";
import {
  type AlgorithmDefinition,
  BlazingText,
  blazingTextAlgorithm,
  DeepAR,
  decodeHyperparameters,
  deepARAlgorithm,
  encodeHyperparameters,
  ImageClassification,
  imageClassificationAlgorithm,
  parseHyperparameters,
} from "../../src/estimators/index.js";
import { trainingInstances } from "../../src/estimators/instance-types.js";
import { imageUris } from "../../src/images/index.js";
import { Session } from "../../src/session/index.js";

// What every algorithm must fulfil. A new folder under src/estimators fails here until it has a row.

interface Row {
  readonly folder: string;
  readonly definition: AlgorithmDefinition;
  /** The class, and options and inputs that are just enough. */
  readonly make: (options: object) => { readonly options: object; toRequest(inputs: unknown): Promise<unknown> };
  readonly options: { readonly hyperparameters: object; readonly instanceType: string };
  readonly inputs: object;
  /** Values of required hyperparameters that go together, where the smallest legal ones do not. */
  readonly required?: Readonly<Record<string, unknown>>;
  /** Values of hyperparameters that rules about several of them would refuse too often. */
  readonly values?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
}

const rows: readonly Row[] = [
  {
    folder: "blazingtext",
    definition: blazingTextAlgorithm,
    make: (options) => new BlazingText(options as never) as never,
    options: { hyperparameters: { mode: "supervised" }, instanceType: "ml.c5.xlarge" },
    inputs: { train: "s3://bucket/train.txt", validation: "s3://bucket/validation.txt" },
  },
  {
    folder: "deepar",
    definition: deepARAlgorithm,
    make: (options) => new DeepAR(options as never) as never,
    options: {
      hyperparameters: { time_freq: "H", prediction_length: 24, context_length: 24, epochs: 10 },
      instanceType: "ml.c5.2xlarge",
    },
    inputs: { train: "s3://bucket/train.json", test: "s3://bucket/test.json" },
    required: { time_freq: "H" },
    // The container takes blanks around it, which an encoded text can hold only in part.
    values: { time_freq: fc.constantFrom("M", "W", "2D", "H", "15min") },
  },
  {
    folder: "image-classification",
    definition: imageClassificationAlgorithm,
    make: (options) => new ImageClassification(options as never) as never,
    options: {
      hyperparameters: { num_classes: 10, num_training_samples: 480 },
      instanceType: "ml.g4dn.xlarge",
    },
    inputs: { train: "s3://bucket/train.rec", validation: "s3://bucket/validation.rec" },
    required: { num_classes: 10, num_training_samples: 480 },
    values: {
      num_training_samples: fc.integer({ min: 100, max: 1_000_000 }),
      mini_batch_size: fc.integer({ min: 1, max: 100 }),
      image_shape: fc.constantFrom("3,224,224", "1,28,28"),
      resize: fc.integer({ min: 224, max: 1000 }),
      epochs: fc.integer({ min: 30, max: 1000 }),
      checkpoint_frequency: fc.integer({ min: 1, max: 30 }),
      lr_scheduler_step: fc.constantFrom("10", "10,20"),
    },
  },
];

const root = new URL("../../", import.meta.url);
const session = new Session({ region: "eu-west-1", role: "arn:aws:iam::111122223333:role/r", defaultBucket: "bucket" });

describe("algorithms", () => {
  it("are all listed here", async () => {
    const folders = await readdir(new URL("src/estimators/", root), { withFileTypes: true });
    const found: string[] = [];
    for (const folder of folders.filter((entry) => entry.isDirectory())) {
      const files = await readdir(new URL(`src/estimators/${folder.name}/`, root));
      if (files.includes("algorithm.ts")) found.push(folder.name);
    }
    expect(found.sort()).toEqual(rows.map((row) => row.folder).sort());
  });
});

describe.each(rows)("algorithm $folder", ({ folder, definition, make, options, inputs, ...row }) => {
  const schema = definition.hyperparameters as z.ZodType<Record<string, unknown>>;
  const table = hyperparameterTable(schema);
  const cases = table.variants.flatMap((variant) =>
    [...variant.fields.values()].map((field) => ({ tag: variant.tag, key: field.name, variant, field })),
  );

  function parse(values: object): Record<string, unknown> {
    return parseHyperparameters(schema, values, definition.name);
  }

  function issuesOf(values: object): readonly ValidationIssue[] {
    try {
      parse(values);
    } catch (error) {
      if (ValidationError.is(error)) return error.issues;
      throw error;
    }
    return [];
  }

  const tagged = (variant: HyperparameterVariant): Record<string, unknown> =>
    table.discriminator === undefined ? {} : { [table.discriminator]: variant.tag };

  /** Legal values of the required fields, so that one field at a time can be looked at. */
  const minimal = (variant: HyperparameterVariant): Record<string, unknown> => ({
    ...Object.fromEntries(
      [...variant.fields.values()].filter((field) => field.required).map((field) => [field.name, legalValue(field)]),
    ),
    ...row.required,
    ...tagged(variant),
  });

  it("has a page, an example and a snapshot of its hyperparameters", async () => {
    await access(new URL(`docs/algorithms/${folder}.md`, root));
    await access(new URL(`examples/train-${folder}.ts`, root));
    const text = `${JSON.stringify(z.toJSONSchema(schema, { io: "input" }), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../../api/hyperparameters/${folder}.json`);
  });

  it("documents every hyperparameter in the source and on its page", async () => {
    const source = await readFile(new URL(`src/estimators/${folder}/hyperparameters.ts`, root), "utf8");
    const page = await readFile(new URL(`docs/algorithms/${folder}.md`, root), "utf8");
    for (const key of new Set(cases.map((item) => item.key))) {
      expect(source, key).toMatch(new RegExp(`\\*/\\s+(?:readonly )?${key}\\??:`, "u"));
      expect(page, key).toContain(`\`${key}\``);
    }
  });

  it("quotes the code of its page from its example", async () => {
    const flat = (text: string): string => text.replaceAll(/^[ \t]+/gmu, "");
    const page = await readFile(new URL(`docs/algorithms/${folder}.md`, root), "utf8");
    const example = flat(await readFile(new URL(`examples/train-${folder}.ts`, root), "utf8"));
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gsu)].map((match) => flat(match[1] ?? ""));
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(example).toContain(block);
  });

  it("accepts its own defaults", () => {
    for (const variant of table.variants) {
      const defaults = Object.fromEntries(
        [...variant.fields.values()]
          .filter((field) => field.defaultValue !== undefined)
          .map((field) => [field.name, field.defaultValue]),
      );
      expect(issuesOf({ ...minimal(variant), ...defaults })).toEqual([]);
    }
  });

  it.each(cases)("enforces the bounds of $key ($tag)", ({ key, variant, field }) => {
    const bad = badValues(field);
    expect(bad.length).toBeGreaterThan(0);
    for (const value of bad) {
      const issues = issuesOf({ ...minimal(variant), [key]: value });
      expect(
        issues.some((issue) => issue.path[0] === key),
        `${key}: ${String(value)}`,
      ).toBe(true);
    }
    for (const value of edgeValues(field)) {
      // Only a rule about several keys may object to an edge, and it shows no value.
      const issues = issuesOf({ ...minimal(variant), [key]: value });
      expect(issues.filter((issue) => issue.message.includes("; got"))).toEqual([]);
    }
  });

  it.each(cases)("suggests $key for a misspelt $key ($tag)", ({ key, variant }) => {
    if (key === table.discriminator) return;
    const [issue] = issuesOf({ ...minimal(variant), [`${key}x`]: 1 });
    expect(issue?.message).toContain(`did you mean "${key}"?`);
  });

  it("reads back from the wire what it wrote, for any legal hyperparameters", () => {
    const legal = fc.oneof(
      ...table.variants.map((variant) => arbitrary(variant, row.values).map((hp) => ({ ...hp, ...tagged(variant) }))),
    );
    fc.assert(
      fc.property(legal, (values) => {
        fc.pre(issuesOf(values).length === 0);
        const wire = encodeHyperparameters(parse(values), definition.wire);
        expect(decodeHyperparameters(schema, wire, definition.wire)).toEqual({
          values: parse(values),
          unreadable: [],
          unknown: [],
        });
      }),
      { numRuns: 300 },
    );
  });

  it("leaves options and inputs as they are", async () => {
    const before = structuredClone({ options, inputs });
    const estimator = make({ ...deepFreeze(structuredClone(options)), session });
    const frozen = deepFreeze(structuredClone(inputs));
    await estimator.toRequest(frozen);
    expect({ options, inputs }).toEqual(before);
  });

  it("shares no state between two estimators of the same options", async () => {
    const shared = { ...structuredClone(options), session };
    const first = make(shared);
    const second = make(shared);
    const untouched = await second.toRequest(inputs);
    const request = (await first.toRequest(inputs)) as { HyperParameters: Record<string, string> };
    for (const key of Object.keys(request.HyperParameters)) request.HyperParameters[key] = "changed";
    for (const key of Object.keys(shared.hyperparameters)) Reflect.set(shared.hyperparameters, key, "changed");
    const again = await second.toRequest(inputs);
    const withoutName = (body: unknown) => ({ ...(body as object), TrainingJobName: "" });
    expect(withoutName(again)).toEqual(withoutName(untouched));
  });

  it("has an image in every region of its table", () => {
    const regions = imageUris.regions(definition.image);
    expect(regions.length).toBeGreaterThan(20);
    for (const region of regions) {
      expect(imageUris.retrieve(definition.image, { region })).toMatch(
        /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+\/[a-z-]+:\S+$/u,
      );
    }
  });

  it("trains on instance types that the API knows", () => {
    const known: readonly string[] = trainingInstances();
    for (const variant of table.variants) {
      const { types, maxCount } = definition.instances(parse(minimal(variant)));
      expect(types.length).toBeGreaterThan(0);
      expect(types.filter((type) => !known.includes(type))).toEqual([]);
      expect(maxCount).toBeGreaterThanOrEqual(1);
    }
  });

  it("describes metrics whose expressions have one group", () => {
    for (const { name, regex } of definition.metrics) {
      expect(name).toMatch(/^[a-z]+:\w+(?::\w+)?$/u);
      expect(new RegExp(`${regex}|`, "u").exec("")).toHaveLength(2);
    }
  });
});

function legalValue(field: HyperparameterField): unknown {
  if (field.defaultValue !== undefined) return field.defaultValue;
  if (field.values) return field.values[0];
  if (field.kind === "boolean") return true;
  if (field.kind === "string") return "a";
  if (field.kind === "list") return [];
  if (field.alternatives?.[0]) return legalValue(field.alternatives[0]);
  return Math.max(field.minimum ?? 1, (field.exclusiveMinimum ?? 0) + 1);
}

/** Values just outside what the schema allows, and values of other types. */
function badValues(field: HyperparameterField): unknown[] {
  const bad: unknown[] = [null, {}, Number.NaN];
  // What is wrong for numbers and lists; a text that is wrong for one alternative may be right for another.
  if (field.alternatives) return field.alternatives.filter(({ kind }) => kind !== "string").flatMap(badValues);
  if (field.kind !== "string") bad.push("text");
  if (field.kind === "string") bad.push(1, true);
  if (field.pattern !== undefined) bad.push("", "text");
  if (field.kind === "boolean") bad.push(1, 0, "True");
  if (field.kind === "integer" || field.kind === "number") bad.push("1", true, Number.POSITIVE_INFINITY);
  if (field.kind === "integer") bad.push(1.5);
  if (field.minimum !== undefined) bad.push(field.minimum - 1);
  if (field.maximum !== undefined) bad.push(field.maximum + 1);
  if (field.exclusiveMinimum !== undefined) bad.push(field.exclusiveMinimum);
  if (field.exclusiveMaximum !== undefined) bad.push(field.exclusiveMaximum);
  if (field.values && field.kind === "string") bad.push(`${field.values[0]}x`);
  return bad;
}

function edgeValues(field: HyperparameterField): unknown[] {
  if (field.values) return [...field.values];
  if (field.alternatives) return field.alternatives.flatMap(edgeValues);
  return [field.minimum, field.maximum, field.defaultValue].filter((value) => value !== undefined);
}

/** Any legal hyperparameters of one variant; each optional key may be missing. */
function arbitrary(variant: HyperparameterVariant, own: Row["values"]): fc.Arbitrary<Record<string, unknown>> {
  const fields = [...variant.fields.values()];
  const model = Object.fromEntries(fields.map((field) => [field.name, own?.[field.name] ?? valueArbitrary(field)]));
  return fc.record(model, { requiredKeys: fields.filter((field) => field.required).map((field) => field.name) });
}

function valueArbitrary(field: HyperparameterField): fc.Arbitrary<unknown> {
  if (field.values) return fc.constantFrom(...field.values);
  if (field.alternatives) return fc.oneof(...field.alternatives.map(valueArbitrary));
  switch (field.kind) {
    case "boolean":
      return fc.boolean();
    case "integer":
      return fc.integer({ min: field.minimum ?? -1000, max: Math.min(field.maximum ?? 1_000_000, 2 ** 31 - 1) });
    case "number":
      return fc.double({
        min: field.minimum ?? field.exclusiveMinimum ?? -1e6,
        minExcluded: field.exclusiveMinimum !== undefined,
        max: field.maximum ?? field.exclusiveMaximum ?? 1e6,
        maxExcluded: field.exclusiveMaximum !== undefined,
        noNaN: true,
      });
    case "list":
      return fc.array(valueArbitrary(field.items ?? { name: "", kind: "integer", required: true }));
    default:
      return fc.stringMatching(new RegExp(field.pattern ?? "^[a-z0-9]{1,20}$", "u"));
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
