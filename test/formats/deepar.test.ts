import { readdir, readFile, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DeepARInput,
  type DeepARSeries,
  deepARFormatByName,
  encodeDeepAR,
  readDeepAR,
  writeDeepAR,
} from "../../src/formats/index.js";
import { NumberScanner } from "../../src/formats/number-scanner.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const start = "2024-01-01 00:00:00";

/** Numbers of all kinds that are written in different ways; no -0, which JSON writes as 0. */
const number = fc.oneof(
  fc.integer(),
  fc.integer({ min: -30_000, max: 30_000 }).map((hundredths) => hundredths / 100),
  fc.constantFrom(
    0,
    2 ** 31,
    -(2 ** 31),
    2 ** 31 - 1,
    21474836.47,
    -21474836.48,
    0.1,
    0.29,
    1e21,
    5e-324,
    1.7976931348623157e308,
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);
const value = fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constant(null) });
/** Lists of one kind of number are the usual case, and each kind is written in its own way. */
const values = fc.oneof(
  fc.array(value, { minLength: 1, maxLength: 30 }),
  fc.array(fc.integer({ min: -9_999, max: 9_999 }), { minLength: 1, maxLength: 30 }),
  fc.array(
    fc.integer({ min: -999_999, max: 999_999 }).map((hundredths) => hundredths / 100),
    { minLength: 1, maxLength: 30 },
  ),
);
const table = fc
  .record({ categories: fc.nat({ max: 3 }), features: fc.nat({ max: 3 }) })
  .chain(({ categories, features }) =>
    fc.array(
      values.chain((list) =>
        fc.record({
          start: fc.constantFrom(start, "0001-12-31 23:59:59", "9999-01-01 00:00:00"),
          values: fc.constant(list),
          categories:
            categories === 0
              ? fc.constant(undefined)
              : fc.array(fc.nat(), { minLength: categories, maxLength: categories }),
          dynamicFeatures:
            features === 0
              ? fc.constant(undefined)
              : fc.array(fc.array(number, { minLength: list.length, maxLength: list.length }), {
                  minLength: features,
                  maxLength: features,
                }),
        }),
      ),
      { maxLength: 8 },
    ),
  );

/** What is read of a series that was written. */
const asRead = ({ start: from, values: list, categories, dynamicFeatures }: DeepARInput): DeepARSeries => ({
  start: from,
  values: Float64Array.from(list as number[], (one) => (one === null ? Number.NaN : one)),
  categories,
  dynamicFeatures: dynamicFeatures?.map((feature) => Float64Array.from(feature)),
});

describe("encodeDeepAR", () => {
  it("writes the bytes of JSON.stringify, from plain and from typed arrays", async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const expected = rows.map(({ start: from, values: target, categories: cat, dynamicFeatures: dynamic_feat }) =>
          JSON.stringify({ start: from, target, cat, dynamic_feat }),
        );
        const bytes = await bytesOf(encodeDeepAR(rows));

        expect(bytes.toString()).toBe(expected.map((line) => `${line}\n`).join(""));
        expect(await bytesOf(encodeDeepAR(rows.map(asRead)))).toEqual(bytes);
      }),
      { numRuns: 100 },
    );
  });

  it("writes the smallest record byte for byte as the service documents it", async () => {
    const bytes = await bytesOf(encodeDeepAR([{ start: "2020-01-01", values: [1, null] }]));

    expect(bytes.toString("hex")).toBe(
      "7b227374617274223a22323032302d30312d30312030303a30303a3030222c22746172676574223a5b312c6e756c6c5d7d0a",
    );
  });

  it("writes missing values as null or as text, on request", async () => {
    const rows = [
      { start, values: [1, Number.NaN, null] },
      { start, values: new Float64Array([Math.PI, Number.NaN]) },
    ];

    expect((await bytesOf(encodeDeepAR(rows, { missing: "NaN" }))).toString()).toBe(
      `{"start":"${start}","target":[1,"NaN","NaN"]}\n{"start":"${start}","target":[${Math.PI},"NaN"]}\n`,
    );
    expect((await bytesOf(encodeDeepAR(rows))).toString()).not.toContain("NaN");
  });

  it("refuses what DeepAR cannot take and names series, field and index", async () => {
    const faults: [series: unknown, field: string | undefined, message: string][] = [
      [{ start: "2024-01-01T00:00:00.000Z", values: [1] }, "start", "names a time zone"],
      [{ start: new Date(), values: [1] }, "start", "expected text"],
      [{ start, values: [1, Number.POSITIVE_INFINITY] }, "values[1]", "Infinity cannot be written"],
      [{ start, values: [0.5, undefined] }, "values[1]", "expected a number or null"],
      [{ start, values: [1, "2"] }, "values[1]", 'expected a number or null, got "2"'],
      [{ start, values: [1, 2n] }, "values[1]", "got 2n"],
      [{ start, values: new Array(2) }, "values[0]", "expected a number or null"],
      [{ start, values: [] }, "values", "no values"],
      [{ start, values: 5 }, "values", "expected a list of numbers, got 5"],
      [{ start, target: [5] }, "values", 'the field "target" of a file is called "values" here'],
      [{ start, values: [1], categories: ["a"] }, "categories[0]", "a CategoryEncoder gives the codes"],
      [{ start, values: [1], categories: [-1] }, "categories[0]", "a whole number from 0, got -1"],
      [{ start, values: [1, 2], dynamicFeatures: [[1, null]] }, "dynamicFeatures[0][1]", "a value is missing"],
      [{ start, values: [1, 2], dynamicFeatures: [[1, Number.NaN]] }, "dynamicFeatures[0][1]", "a value is missing"],
      [{ start, values: [1, 2], dynamicFeatures: [1] }, "dynamicFeatures[0]", "expected a list of numbers"],
      [7, undefined, "expected { start, values }"],
    ];
    for (const [series, field, message] of faults) {
      const error = await faultOf(bytesOf(encodeDeepAR([series as DeepARInput])));

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", format: "DeepAR", record: 1 });
      expect(error.field).toBe(field);
      expect(error.message).toContain(message);
    }
  });

  it("names both lengths when a dynamic feature does not fit, for training and for a forecast", async () => {
    const training = { start, values: [1, 2, 3], dynamicFeatures: [[1, 2, 3, 4, 5]] };
    const forecast = { predictionLength: 2 };
    const transposed = { start, values: [1, 2, 3], dynamicFeatures: [[1], [2], [3]] };

    const tooLong = await faultOf(bytesOf(encodeDeepAR([training])));
    expect(tooLong).toMatchObject({ record: 1, field: "dynamicFeatures[0]" });
    expect(tooLong.problem).toBe('5 values; needed are as many as "values" for training, 3');
    expect((await bytesOf(encodeDeepAR([training], forecast))).toString()).toContain('"dynamic_feat":[[1,2,3,4,5]]');
    const tooShort = await faultOf(bytesOf(encodeDeepAR([{ ...training, dynamicFeatures: [[1, 2, 3]] }], forecast)));
    expect(tooShort.problem).toBe('3 values; needed are as many as "values" and predictionLength, 3 + 2 = 5');
    expect((await faultOf(bytesOf(encodeDeepAR([transposed])))).message).toContain("is the table transposed?");
  });

  it("names the series when it has a name", async () => {
    for (const format of ["json", "parquet"] as const) {
      const rows = [{ start, values: [1], dynamicFeatures: [[1, 2]], itemId: "shop 7" }];
      const error = await faultOf(bytesOf(encodeDeepAR(rows, { format })));

      expect(error.problem).toBe('2 values; needed are as many as "values" for training, 1 (series "shop 7")');
    }
  });

  it("refuses a series with another number of categories or features than the first", async () => {
    const first = { start, values: [1], categories: [0], dynamicFeatures: [[1]] };
    const { categories: _, ...noCategories } = first;
    const { dynamicFeatures: __, ...noFeatures } = first;

    expect(await faultOf(bytesOf(encodeDeepAR([first, noCategories])))).toMatchObject({
      record: 2,
      field: "categories",
    });
    expect(await faultOf(bytesOf(encodeDeepAR([first, noFeatures])))).toMatchObject({
      record: 2,
      field: "dynamicFeatures",
      problem: "0 dynamic features, but the first series has 1; all series must have the same",
    });
  });

  it("takes a series without history for a forecast only", async () => {
    const cold = { start, values: [], categories: [3] };

    expect((await bytesOf(encodeDeepAR([cold], { predictionLength: 7 }))).toString()).toBe(
      `{"start":"${start}","target":[],"cat":[3]}\n`,
    );
    expect((await faultOf(bytesOf(encodeDeepAR([cold])))).message).toContain("can only be predicted");
  });

  it("refuses unknown options and values", () => {
    expect(() => encodeDeepAR([], { misssing: "NaN" } as object)).toThrow('did you mean "missing"?');
    expect(() => encodeDeepAR([], { missing: "nan" as "NaN" })).toThrow('missing must be "null" or "NaN"');
    expect(() => encodeDeepAR([], { format: "jsonl" as "json" })).toThrow('did you mean "json"?');
    expect(() => encodeDeepAR([], { predictionLength: -1 })).toThrow("predictionLength must be a whole number from 0");
  });

  it("compresses to the same bytes every time", async () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ start, values: [index, index / 3] }));
    const plain = await bytesOf(encodeDeepAR(rows));
    const zipped = await bytesOf(encodeDeepAR(rows, { format: "json.gz" }));

    expect(gunzipSync(zipped)).toEqual(plain);
    expect(await bytesOf(encodeDeepAR(rows, { format: "json.gz" }))).toEqual(zipped);
  });
});

describe("readDeepAR", () => {
  it("reads back what was written, number for number, however the bytes are cut", async () => {
    await fc.assert(
      fc.asyncProperty(table, pieceSizes, fc.constantFrom("null", "NaN"), async (rows, sizes, missing) => {
        const bytes = await bytesOf(encodeDeepAR(rows, { missing }));

        expect(await readDeepAR(inPieces(bytes, sizes)).toArray()).toEqual(rows.map(asRead));
        expect(await readDeepAR(inPieces(gzipSync(bytes), sizes)).toArray()).toEqual(rows.map(asRead));
      }),
      { numRuns: 50 },
    );
  });

  it("gives the same series as JSON.parse for every way to write JSON", async () => {
    const lines = [
      `{"start": "${start}", "target": [1, 2.50, -3e-2, 1E3, 0.1], "cat": [1], "dynamic_feat": [[1, 2, 3, 4, 5]]}`,
      `\t{ "dynamic_feat" : [ [ 1 ] ] , "target" : [ 1 ] , "cat" : 1 , "start" : "2024-01-01" } \r`,
      `{"item_id":"a","start":"2024\\u002d01-01 00:00:00","target":[],"cat":[],"dynamic_feat":[]}`,
      `{"start":"${start}","target":[123456789012345678,0.00000000000000000000000012,12345678901234567890.5]}`,
    ];
    const series = await readDeepAR({ text: lines.join("\n\n") }).toArray();

    expect(series).toEqual([
      {
        start,
        values: Float64Array.of(1, 2.5, -0.03, 1000, 0.1),
        categories: [1],
        dynamicFeatures: [Float64Array.of(1, 2, 3, 4, 5)],
      },
      { start, values: Float64Array.of(1), categories: [1], dynamicFeatures: [Float64Array.of(1)] },
      { start, values: Float64Array.of(), categories: undefined, dynamicFeatures: undefined },
      {
        start,
        values: Float64Array.of(Number("123456789012345678"), 1.2e-25, Number("12345678901234567890.5")),
        categories: undefined,
        dynamicFeatures: undefined,
      },
    ]);
  });

  it("takes null, NaN as text and the bare NaN of Python as missing", async () => {
    const text = `{"start":"${start}","target":[null, "NaN", NaN,1]}\n{"target": [ NaN , 2 ], "start": "2024-01-01"}\n`;
    const series = await readDeepAR({ text }).toArray();

    expect(series.map((one) => Array.from(one.values))).toEqual([
      [Number.NaN, Number.NaN, Number.NaN, 1],
      [Number.NaN, 2],
    ]);
  });

  it("names line, byte, field and index of what is no series", async () => {
    const faults: [line: string, field: string | undefined, message: string][] = [
      [`{"start":"${start}"}`, "target", "the field is missing"],
      ['{"target":[1]}', "start", "the field is missing"],
      ['{"timestamp":"2024-01-01","value":3}', "start", "a line is a whole series, not one point"],
      ['{"start":"2024-01-01T00:00:00Z","target":[1]}', "start", "names a time zone"],
      ['{"start":"2024-02-30","target":[1]}', "start", "2024-02 has no day 30"],
      [`{"start":"${start}","target":[1,"x"]}`, "target[1]", 'expected a number or null, got "x"'],
      [`{"start":"${start}","target":{"0":1}}`, "target", "expected a list of numbers"],
      [`{"start":"${start}","target":[1,Infinity]}`, undefined, "not JSON"],
      [`{"start":"${start}","target":[01]}`, undefined, "not JSON"],
      [`{"start":"${start}","target":[1.]}`, undefined, "not JSON"],
      [`{"start":"${start}","target":[-]}`, undefined, "not JSON"],
      [`{"start":"${start}","target":[1,]}`, undefined, "not JSON"],
      [`{"start":"${start}","target":[1]`, undefined, "not JSON"],
      [`{"start":"${start}","target":[1]}}`, undefined, "not JSON"],
      [`{'start':'${start}','target':[1]}`, undefined, "single quotes"],
      [`{"start":"${start}","target":[1],"cat":[0.5]}`, "cat[0]", "a whole number from 0, got 0.5"],
      [`{"start":"${start}","target":[1],"cat":["a"]}`, "cat[0]", "a whole number from 0"],
      [`{"start":"${start}","target":[1],"dynamic_feat":[1]}`, "dynamic_feat[0]", "expected a list of numbers"],
      [`{"start":"${start}","target":[1,2],"dynamic_feat":[[1,null]]}`, "dynamic_feat[0][1]", "a value is missing"],
      [
        `{"start":"${start}","target":[1,2],"dynamic_feat":[[1]]}`,
        "dynamic_feat[0]",
        '1 values; needed are at least as many as "target", 2',
      ],
      [`{"start":"${start}","target":[1],"dynamic_feat":[[1],[1,2]]}`, "dynamic_feat[1]", "all features alike"],
      ["[1,2]", undefined, "expected an object with start and target"],
    ];
    const good = `{"start":"${start}","target":[1]}\n`;
    for (const [line, field, message] of faults) {
      const error = await faultOf(readDeepAR({ text: `${good}\n${line}\n${good}` }).toArray());

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 3, byteOffset: good.length + 1 });
      expect(error.field).toBe(field);
      expect(error.message).toContain(message);
    }
  });

  it("holds dynamic features against a prediction length that is given", async () => {
    const text = `{"start":"${start}","target":[1],"dynamic_feat":[[1,2]]}\n`;

    expect(await readDeepAR({ text }, { predictionLength: 1 }).toArray()).toHaveLength(1);
    expect(await readDeepAR({ text }).toArray()).toHaveLength(1);
    expect((await faultOf(readDeepAR({ text }, { predictionLength: 0 }).toArray())).problem).toBe(
      '2 values; needed are as many as "target" for training, 1',
    );
  });

  it("names a compressed file that is cut off or damaged", async () => {
    const zipped = gzipSync(Buffer.from(`{"start":"${start}","target":[1]}\n`.repeat(1000)));
    const damaged = Buffer.from(zipped);
    damaged.fill(0x55, 30, 60);

    for (const bytes of [zipped.subarray(0, zipped.length - 20), damaged]) {
      const error = await faultOf(readDeepAR(bytes).toArray());
      expect(error.code).toBe("FORMAT_CORRUPT_INPUT");
      expect(error.message).toContain("damaged or cut off");
    }
  });

  it("stops waiting for a source that hangs when the signal aborts, compressed or not", async () => {
    const plain = Buffer.from(`{"start":"${start}","target":[1]}\n`.repeat(10));
    for (const bytes of [plain, gzipSync(plain).subarray(0, 40)]) {
      const controller = new AbortController();
      async function* source() {
        yield bytes;
        controller.abort("enough");
        await new Promise(() => undefined);
      }
      await expect(readDeepAR(source(), { signal: controller.signal }).toArray()).rejects.toBe("enough");
    }
  });

  it("closes the source when the loop is left early, compressed or not", async () => {
    const plain = Buffer.from(`{"start":"${start}","target":[1]}\n`.repeat(20_000));
    for (const bytes of [plain, gzipSync(plain, { level: 0 })]) {
      let resolve: (value: true) => void = () => undefined;
      const closed = new Promise<true>((done) => {
        resolve = done;
      });
      async function* source() {
        try {
          for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
        } finally {
          resolve(true);
        }
      }
      for await (const series of readDeepAR(source())) {
        expect(series.start).toBe(start);
        break;
      }
      expect(await closed).toBe(true);
    }
  });
});

describe("writeDeepAR", () => {
  const path = useFolder();

  it("rejects with the reason of an abort, whatever it is, while the source hangs", async () => {
    for (const name of ["a.json", "a.json.gz", "a.parquet"]) {
      const controller = new AbortController();
      async function* source() {
        yield { start, values: [1] };
        controller.abort("enough");
        await new Promise(() => undefined);
      }
      await expect(writeDeepAR(path(name), source(), { signal: controller.signal })).rejects.toBe("enough");
    }
    expect(await readdir(path())).toEqual([]);
  });

  const rows = [{ start, values: [1, 2.25, null] }];

  it("chooses the kind of file by its name and says whether the service will know it", async () => {
    const kinds: [name: string, format: string, needsContentType: boolean][] = [
      ["train.json", "json", false],
      ["train.json.gz", "json.gz", false],
      ["train.parquet", "parquet", false],
      ["train.jsonl", "json", true],
      ["train.gz", "json.gz", true],
    ];
    for (const [name, format, needsContentType] of kinds) {
      const result = await writeDeepAR(path("new", name), rows);

      expect(result).toMatchObject({ path: path("new", name), records: 1, format, needsContentType });
      expect(result.bytes).toBe((await readFile(path("new", name))).length);
      expect(await readDeepAR(path("new", name)).toArray()).toEqual(
        rows.map((row) => asRead({ ...row, categories: undefined })),
      );
    }
    expect(await writeDeepAR(path("x.json"), rows, { format: "json.gz" })).toMatchObject({ needsContentType: true });
  });

  it("leaves no file when the source fails or the signal aborts, and an old file untouched", async () => {
    for (const name of ["old.json", "old.json.gz", "old.parquet"]) {
      await writeFile(path(name), "older");
      const controller = new AbortController();
      function* endless() {
        for (let index = 0; ; index++) {
          if (index === 20_000) controller.abort(new Error("enough"));
          yield { start, values: [index] };
        }
      }
      async function* failing() {
        yield { start, values: [1] };
        throw new Error("source broke");
      }

      await expect(writeDeepAR(path(name), failing())).rejects.toThrow("source broke");
      await expect(writeDeepAR(path(name), endless(), { signal: controller.signal })).rejects.toThrow("enough");
      expect(await readFile(path(name), "utf8")).toBe("older");
    }
    expect((await readdir(path())).sort()).toEqual(["old.json", "old.json.gz", "old.parquet"]);
  });

  it("takes series only as their bytes are asked for", async () => {
    let taken = 0;
    function* endless() {
      for (;;) yield { start, values: [taken++, 0.5] };
    }
    for (const [format, most] of [
      ["json", 10_000],
      ["json.gz", 50_000],
      ["parquet", 200_000],
    ] as const) {
      taken = 0;
      for await (const chunk of encodeDeepAR(endless(), { format })) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(most);
    }
  });

  it("hands out series long before the source is at its end", async () => {
    let given = 0;
    async function* endless() {
      const line = Buffer.from(`{"start":"${start}","target":[1,2.5]}\n`.repeat(100));
      for (;;) {
        given += line.length;
        yield line;
      }
    }
    for await (const batch of readDeepAR(endless()).batches()) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(given).toBeLessThan(600_000);
  });
});

describe("deepARFormatByName", () => {
  it("knows the three endings of the service and no other", () => {
    expect(deepARFormatByName("a/train.json")).toBe("json");
    expect(deepARFormatByName("train.json.gz")).toBe("json.gz");
    expect(deepARFormatByName(new URL("file:///a/train.parquet"))).toBe("parquet");
    for (const name of ["train.jsonl", "train.gz", "json", "train.JSON", "train.csv"])
      expect(deepARFormatByName(name)).toBeUndefined();
  });
});

describe("NumberScanner", () => {
  const scanned = (text: string): number | undefined => {
    const bytes = Buffer.from(`${text}]`);
    const scanner = new NumberScanner();
    return scanner.scan(bytes, 0, bytes.length) < 0 ? undefined : scanner.list()[0];
  };

  it("reads the shortest text of a double as that double", () => {
    let left = 0;
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 1e-3, max: 1e9 }), fc.boolean(), (size, negative) => {
        const number = negative ? -size : size;
        const read = scanned(JSON.stringify(number));
        if (read === undefined) left++;
        else expect(read).toBe(number);
      }),
      { numRuns: 5000 },
    );
    // What is left to JSON.parse would cost its time.
    expect(left).toBeLessThan(50);
  });

  it("reads lists of short integers with other numbers between them as JSON.parse does", async () => {
    const number = fc.oneof(
      fc.integer({ min: -1200, max: 1200 }).map(String),
      fc.constantFrom("-0", "0.5", "12.25", "2147483648", "-1e3", "100000"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(number, { maxLength: 30 }), async (numbers) => {
        const list = `[${numbers.join(",")}]`;
        const [series] = await readDeepAR({ text: `{"start":"2024-01-01 00:00:00","target":${list}}` }).toArray();

        expect(series?.values).toEqual(Float64Array.from(JSON.parse(list)));
      }),
    );
    for (const list of ["[01,2]", "[-,1]", "[1,,2]", "[1,]", "[12"]) {
      const text = `{"start":"2024-01-01 00:00:00","target":${list}}`;
      expect((await faultOf(readDeepAR({ text }).toArray())).code).toBe("FORMAT_INVALID_RECORD");
    }
  });

  it("rounds decimal numbers of up to 18 digits as Number does, or leaves them to JSON.parse", () => {
    const digits = fc
      .integer({ min: 1, max: 18 })
      .chain((count) =>
        fc.tuple(
          fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }),
          fc.integer({ min: 0, max: count - 1 }),
        ),
      );
    fc.assert(
      fc.property(digits, ([list, whole]) => {
        const text = list.join("");
        const number = `${BigInt(text.slice(0, whole) || "0")}.${text.slice(whole)}`;
        const read = scanned(number);

        if (read !== undefined) expect(read).toBe(Number(number));
        else expect(list.length).toBeGreaterThan(15);
      }),
      { numRuns: 5000 },
    );
  });

  it("does not round numbers in the middle of two doubles by luck", () => {
    // 2^53 + 1, with decimals behind it that decide.
    for (const text of ["9007199254740993.0", "9007199254740993.1", "9007199254740992.9", "4503599627370496.75"]) {
      const read = scanned(text);
      if (read !== undefined) expect(read).toBe(Number(text));
    }
    expect(scanned("9007199254740993.1")).toBe(9007199254740994);
  });
});
