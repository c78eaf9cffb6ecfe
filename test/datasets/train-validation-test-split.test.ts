import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shuffled, trainValidationTestSplit } from "../../src/datasets/index.js";
import { ValidationError } from "../../src/errors/index.js";

const letters = [..."abcdefghij"];

describe("trainValidationTestSplit", () => {
  it("gives this split for seed 7, on every machine", () => {
    const { train, validation, test } = trainValidationTestSplit(letters, { validation: 0.2, test: 0.2, seed: 7 });

    expect([train, validation, test].map((part) => part.join(""))).toEqual(["bhgijf", "cd", "ae"]);
  });

  it("uses seed 0 when none is given", () => {
    expect(trainValidationTestSplit(letters, { test: 3 })).toEqual(
      trainValidationTestSplit(letters, { test: 3, seed: 0 }),
    );
    expect(trainValidationTestSplit(letters).train.join("")).toBe("chiedfjabg");
  });

  it("puts every row into exactly one part of the asked size", () => {
    const asked = fc.record({ rows: fc.integer({ min: 1, max: 200 }), seed: fc.integer(), shuffle: fc.boolean() });
    const share = fc.double({ min: 0, max: 0.49, noNaN: true });
    fc.assert(
      fc.property(asked, share, share, ({ rows, seed, shuffle }, validation, test) => {
        const sizes = [Math.round(validation * rows), Math.round(test * rows)];
        fc.pre((sizes[0] ?? 0) + (sizes[1] ?? 0) < rows);
        const all = [...Array(rows).keys()];
        const parts = trainValidationTestSplit(all, { validation, test, seed, shuffle });

        expect([parts.validation.length, parts.test.length]).toEqual(sizes);
        expect([...parts.train, ...parts.validation, ...parts.test].sort((a, b) => a - b)).toEqual(all);
      }),
    );
  });

  it("takes beginning, middle and end without a shuffle", () => {
    expect(trainValidationTestSplit([1, 2, 3, 4, 5], { validation: 2, test: 1, shuffle: false })).toEqual({
      train: [1, 2],
      validation: [3, 4],
      test: [5],
    });
  });

  it("keeps the proportion of the classes in every part when it stratifies", () => {
    const rows = Array.from({ length: 2000 }, (_, id) => ({ id, label: id % 10 === 0 ? "rare" : "usual" }));
    const parts = trainValidationTestSplit(rows, { validation: 0.2, test: 0.2, stratifyBy: ({ label }) => label });
    const rare = (part: typeof rows): number => part.filter(({ label }) => label === "rare").length;

    expect([parts.train.length, parts.validation.length, parts.test.length]).toEqual([1200, 400, 400]);
    expect([rare(parts.train), rare(parts.validation), rare(parts.test)]).toEqual([120, 40, 40]);
  });

  it("meets the sizes and loses no row when classes do not come out even", () => {
    const labels = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.nat(30), fc.nat(30), (all, validation, test) => {
        fc.pre(validation + test < all.length);
        const rows = all.map((label, id) => ({ label, id }));
        const parts = trainValidationTestSplit(rows, { validation, test, stratifyBy: ({ label }) => label });
        const ids = [...parts.train, ...parts.validation, ...parts.test].map(({ id }) => id);

        expect([parts.validation.length, parts.test.length]).toEqual([validation, test]);
        expect(ids.sort((a, b) => a - b)).toEqual([...all.keys()]);
      }),
    );
  });

  it("refuses sizes that are no sizes, all faults together", () => {
    const split = (): unknown => trainValidationTestSplit(letters, { validation: -1, test: 1.5 });

    expect(split).toThrow(ValidationError);
    expect(split).toThrow(/validation must be .* got -1\n.*test must be .* got 1\.5/u);
  });

  it("refuses an unknown option and a seed that is not a whole number", () => {
    expect(() => trainValidationTestSplit(letters, { tests: 0.2 } as never)).toThrow('did you mean "test"?');
    expect(() => trainValidationTestSplit(letters, { seed: 0.5 })).toThrow("seed must be a whole number, got 0.5");
  });

  it("splits no rows into three empty parts", () => {
    expect(trainValidationTestSplit([], { validation: 0.2, test: 0.2 })).toEqual({
      train: [],
      validation: [],
      test: [],
    });
  });
});

describe("shuffled", () => {
  it("gives this order for seed 7, on every machine, and leaves the rows alone", () => {
    expect(shuffled(letters, 7).join("")).toBe("bhgijfcdae");
    expect(letters.join("")).toBe("abcdefghij");
  });

  it("puts every row on every place about equally often", () => {
    const places = [0, 0, 0, 0, 0];
    for (let seed = 0; seed < 5000; seed++) {
      const place = shuffled([0, 1, 2, 3, 4], seed).indexOf(0);
      places[place] = (places[place] ?? 0) + 1;
    }

    for (const count of places) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
