import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { hyperparameterTable } from "../../src/estimators/hyperparameters/schema-fields.js";
import {
  type AlgorithmDefinition,
  blazingTextAlgorithm,
  deepARAlgorithm,
  imageClassificationAlgorithm,
} from "../../src/estimators/index.js";

const root = new URL("../../", import.meta.url);

const rows: readonly (readonly [string, AlgorithmDefinition, object])[] = [
  ["BlazingText, supervised", blazingTextAlgorithm, { mode: "supervised" }],
  ["BlazingText, word vectors", blazingTextAlgorithm, { mode: "batch_skipgram" }],
  ["DeepAR", deepARAlgorithm, {}],
  ["ImageClassification", imageClassificationAlgorithm, {}],
];

describe.each(rows)("tuning of %s", (_, definition, hyperparameters) => {
  const tuning = definition.tuning?.(hyperparameters as never);

  it("optimises metrics that the algorithm marks as objectives", () => {
    const objectives = definition.metrics.filter(({ objective }) => objective).map(({ name }) => name);
    expect(tuning?.objectives.length).toBeGreaterThan(0);
    for (const name of tuning?.objectives ?? []) expect(objectives).toContain(name);
  });

  it("varies hyperparameters that the algorithm has, within what it accepts", () => {
    const { variants, discriminator } = hyperparameterTable(definition.hyperparameters);
    const mode = Reflect.get(hyperparameters, "mode");
    const variant = variants.find(({ tag }) => discriminator === undefined || tag === mode);
    expect(variant).toBeDefined();
    for (const [name, rule] of Object.entries(tuning?.hyperparameters ?? {})) {
      if (name === discriminator) continue;
      const field = variant?.fields.get(name);
      expect(field, name).toBeDefined();
      if (rule.kind === "categorical") for (const value of rule.values) expect(field?.values, name).toContain(value);
      else {
        expect(rule.min, name).toBeLessThan(rule.max);
        expect(rule.min, name).toBeGreaterThanOrEqual(
          field?.minimum ?? field?.exclusiveMinimum ?? Number.NEGATIVE_INFINITY,
        );
        expect(rule.max, name).toBeLessThanOrEqual(
          field?.maximum ?? field?.exclusiveMaximum ?? Number.POSITIVE_INFINITY,
        );
        if (rule.kind === "integer") expect(field?.kind, name).toBe("integer");
      }
    }
  });
});

describe("docs/tuning.md", () => {
  it("quotes its code from its example", async () => {
    const flat = (text: string): string => text.replaceAll(/^[ \t]+/gmu, "");
    const page = await readFile(new URL("docs/tuning.md", root), "utf8");
    const example = flat(await readFile(new URL("examples/tune-blazingtext.ts", root), "utf8"));
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gsu)].map((match) => flat(match[1] ?? ""));
    expect(blocks).toHaveLength(4);
    for (const block of blocks) expect(example).toContain(block);
  });
});
