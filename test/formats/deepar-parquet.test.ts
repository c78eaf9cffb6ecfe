import { readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeepARInput, encodeDeepAR, inspectDeepAR, readDeepAR, writeDeepAR } from "../../src/formats/index.js";
import { bytesOf, faultOf, useFolder } from "./support.js";

const fixture = (name: string): URL => new URL(`../fixtures/deepar/${name}`, import.meta.url);
const start = "2024-01-01 00:00:00";
const missing = Number.NaN;

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const rows = fc
  .record({ categories: fc.nat({ max: 2 }), features: fc.nat({ max: 2 }) })
  .chain(({ categories, features }) =>
    fc.array(
      fc.array(fc.option(number), { minLength: 1, maxLength: 10 }).chain((values) =>
        fc.record({
          start: fc.constant(start),
          values: fc.constant(values),
          categories: fc.constant(categories === 0 ? undefined : Array.from({ length: categories }, (_, code) => code)),
          dynamicFeatures:
            features === 0
              ? fc.constant(undefined)
              : fc.array(fc.array(number, { minLength: values.length, maxLength: values.length }), {
                  minLength: features,
                  maxLength: features,
                }),
        }),
      ),
      { minLength: 1, maxLength: 10 },
    ),
  );

describe("writeDeepAR to Parquet", () => {
  const path = useFolder();

  it("writes a file that readDeepAR reads back, number for number", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (series) => {
        const file = path("train.parquet");
        expect(await writeDeepAR(file, series)).toMatchObject({ records: series.length, format: "parquet" });

        expect(await readDeepAR(file).toArray()).toEqual(
          series.map(({ values, dynamicFeatures, ...rest }) => ({
            ...rest,
            values: Float64Array.from(values, (value) => value ?? missing),
            dynamicFeatures: dynamicFeatures?.map((feature) => Float64Array.from(feature)),
          })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("writes large data in several groups of rows, which are read one at a time", async () => {
    const values = Float64Array.from({ length: 1000 }, (_, index) => index / 8);
    const series = Array.from({ length: 600 }, (_, index): DeepARInput => ({ start, values, categories: [index] }));
    await writeDeepAR(path("large.parquet"), series);
    const batches: number[][] = [];
    for await (const batch of readDeepAR(path("large.parquet")).batches())
      batches.push(batch.map(({ categories }) => categories?.[0] as number));

    expect(batches.length).toBeGreaterThan(1);
    expect(batches.flat()).toEqual(series.map((_, index) => index));
  });

  it("refuses the same series as for JSON", async () => {
    const work = bytesOf(encodeDeepAR([{ start, values: [1, Number.NEGATIVE_INFINITY] }], { format: "parquet" }));

    expect(await faultOf(work)).toMatchObject({ record: 1, field: "values[1]" });
  });
});

describe("readDeepAR of Parquet", () => {
  const path = useFolder();

  it("reads files of pyarrow in every compression: times as timestamps, missing values as null and NaN", async () => {
    for (const codec of ["snappy", "gzip", "none"]) {
      expect(await readDeepAR(fixture(`pyarrow-${codec}.parquet`)).toArray()).toEqual([
        {
          start: "2024-01-31 00:00:00",
          values: Float64Array.of(1.5, missing, missing, -3),
          categories: [0, 2],
          dynamicFeatures: [Float64Array.of(1, 2, 3, 4), Float64Array.of(0.5, 0.25, 0, 0)],
        },
        {
          start: "2024-02-01 05:00:00",
          values: Float64Array.of(0.1, 2, 3),
          categories: [1, 0],
          dynamicFeatures: [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)],
        },
      ]);
    }
  });

  it("reads bytes in memory, integers and files without the optional columns", async () => {
    const bytes = await readFile(fixture("pyarrow-plain.parquet"));
    const series = await readDeepAR(bytes).toArray();

    expect(series.map(({ values }) => Array.from(values))).toEqual([[1], [2, 3], []]);
    expect(series[0]).toMatchObject({
      start: "2024-01-31 00:00:00",
      categories: undefined,
      dynamicFeatures: undefined,
    });
  });

  it("looks at the content, not at the name", async () => {
    await writeFile(path("odd.json"), await readFile(fixture("pyarrow-plain.parquet")));

    expect(await readDeepAR(path("odd.json")).toArray()).toHaveLength(3);
    expect(await inspectDeepAR(path("odd.json"))).toMatchObject({ series: 3, observations: 3, integers: true });
  });

  it("says why a stream will not do", async () => {
    const bytes = await readFile(fixture("pyarrow-plain.parquet"));

    await expect(readDeepAR([bytes]).toArray()).rejects.toThrow("give its path or all its bytes");
  });

  it("names a file that is cut off", async () => {
    const bytes = (await readFile(fixture("pyarrow-plain.parquet"))).subarray(0, 900);

    expect(await faultOf(readDeepAR(bytes).toArray())).toMatchObject({
      code: "FORMAT_CORRUPT_INPUT",
      format: "DeepAR",
    });
  });

  it("names the row and the field that are no series", async () => {
    const error = await faultOf(readDeepAR(fixture("pyarrow-gzip.parquet"), { predictionLength: 1 }).toArray());

    expect(error).toMatchObject({ record: 1, field: "dynamic_feat[0]", byteOffset: undefined });
    expect(error.message).toContain("row 1");
    expect(error.message).toContain("4 + 1 = 5");
  });
});
