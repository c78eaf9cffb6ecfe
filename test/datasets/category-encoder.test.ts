import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CategoryEncoder, LabelIndex } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";

const products = [
  { brand: "zeta", size: "small" },
  { brand: "acme", size: "large" },
  { brand: "acme", size: "small" },
  { brand: "mega", size: "small" },
];
const features = { brand: (p: { brand: string }) => p.brand, size: (p: { size: string }) => p.size };

describe("CategoryEncoder", () => {
  it("numbers the groups of each feature from 0 without gaps, in whatever order they come", async () => {
    const encoder = await CategoryEncoder.fit(products, features);

    expect(encoder.features).toEqual(["brand", "size"]);
    expect(encoder.cardinality).toEqual([3, 2]);
    expect(products.map((product) => encoder.encode(product))).toEqual([
      [2, 1],
      [0, 0],
      [0, 1],
      [1, 1],
    ]);
    const reversed = await CategoryEncoder.fit(products.toReversed(), features);
    expect(reversed.toJSON()).toEqual(encoder.toJSON());
  });

  it("decodes what it encoded, also after a way through JSON", async () => {
    const record = fc.record({ brand: fc.string({ minLength: 1 }), size: fc.string({ minLength: 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
        async function* stream() {
          yield* records;
        }
        const fitted = await CategoryEncoder.fit(stream(), features);
        const loaded = CategoryEncoder.fromJSON(JSON.parse(JSON.stringify(fitted)));
        for (const one of records) {
          const codes = fitted.encode(one);
          expect(codes.every((code, feature) => code < (fitted.cardinality[feature] ?? 0))).toBe(true);
          expect(loaded.encode(one)).toEqual(codes);
          expect(loaded.decode(codes)).toEqual(one);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("refuses groups that training did not have, all of them, and names the nearest", async () => {
    const encoder = await CategoryEncoder.fit(products, features);
    const unseen = { brand: "acmee", size: "medium" };

    expect(encoder.unseen(unseen)).toEqual(["brand", "size"]);
    expect(encoder.unseen({ brand: "acme", size: "large" })).toEqual([]);
    let error: unknown;
    try {
      encoder.encode(unseen);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues).toEqual([
      { path: ["brand"], message: 'the feature "brand" had no group "acmee" in training; did you mean "acme"?' },
      { path: ["size"], message: 'the feature "size" had no group "medium" in training; 2 groups are known' },
    ]);
  });

  it("refuses codes, features and tables that are none", async () => {
    const encoder = await CategoryEncoder.fit(products, features);

    expect(() => encoder.decode([0])).toThrow("1 codes for 2 features");
    expect(() => encoder.decode([0, 9])).toThrow("unknown class number 9");
    expect(() => encoder.index("brandd" as "brand")).toThrow('did you mean "brand"?');
    expect(() => CategoryEncoder.fromJSON({})).toThrow("expected { features");
    expect(() => CategoryEncoder.fromJSON({ features: [{ classes: ["a"] }] })).toThrow("a feature needs a name");
    expect(() => new CategoryEncoder({ a: new LabelIndex([]) })).toThrow('the feature "a" has no groups');
    expect(() => new CategoryEncoder({})).toThrow("at least one feature is needed");
    await expect(CategoryEncoder.fit([{ brand: "" }], { brand: (p) => p.brand })).rejects.toThrow(
      'record 1: the feature "brand" needs a name, got ""',
    );
  });
});
