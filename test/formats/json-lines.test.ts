import { readdir, readFile, writeFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeJsonLines, readJsonLines, writeJsonLines } from "../../src/formats/index.js";
import { bytesOf, faultOf, inPieces, pieceSizes, useFolder } from "./support.js";

const value = fc.jsonValue({ noUnicodeString: false }).map((parsed) => JSON.parse(JSON.stringify(parsed)) as unknown);

describe("writeJsonLines", () => {
  const path = useFolder();

  it("writes a file that readJsonLines reads back, value for value", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 20 }), async (values) => {
        expect(await writeJsonLines(path("rows.jsonl"), values)).toMatchObject({ records: values.length });
        expect(await readJsonLines(path("rows.jsonl")).toArray()).toEqual(values);
      }),
      { numRuns: 40 },
    );
  });

  it("leaves no file when the source fails, and an old file untouched", async () => {
    async function* failing() {
      yield { id: 1 };
      throw new Error("source broke");
    }

    await expect(writeJsonLines(path("new.jsonl"), failing())).rejects.toThrow("source broke");
    expect(await readdir(path())).toEqual([]);

    await writeFile(path("old.jsonl"), "older");
    await expect(writeJsonLines(path("old.jsonl"), failing())).rejects.toThrow("source broke");
    expect(await readFile(path("old.jsonl"), "utf8")).toBe("older");
    expect(await readdir(path())).toEqual(["old.jsonl"]);
  });

  it("does not touch the disk when the signal is aborted beforehand", async () => {
    const signal = AbortSignal.abort(new Error("enough"));

    await expect(writeJsonLines(path("a", "rows.jsonl"), [{ id: 1 }], { signal })).rejects.toThrow("enough");
    expect(await readdir(path())).toEqual([]);
  });
});

describe("encodeJsonLines", () => {
  it("writes the bytes of JSON.stringify", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 10 }), async (values) => {
        const expected = values.map((one) => `${JSON.stringify(one)}\n`).join("");

        expect((await bytesOf(encodeJsonLines(values))).toString()).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });

  it("escapes half of a surrogate pair, so that it comes back", async () => {
    const bytes = await bytesOf(encodeJsonLines([{ source: "cut \ud83d" }]));

    expect(bytes.toString()).toBe('{"source":"cut \\ud83d"}\n');
    expect(await readJsonLines(bytes).toArray()).toEqual([{ source: "cut \ud83d" }]);
  });

  it("refuses what has no JSON form and names record and field path", async () => {
    const faults: [record: unknown, field: string | undefined, message: string][] = [
      [{ a: { b: [1, Number.NaN] } }, "a.b[1]", "NaN has no JSON form"],
      [{ a: Number.POSITIVE_INFINITY }, "a", "Infinity has no JSON form"],
      [{ a: undefined }, "a", "undefined has no JSON form"],
      [[1, undefined], "[1]", "undefined has no JSON form"],
      [{ a: { id: 1n } }, "a.id", "the BigInt 1n has no JSON form"],
      [{ a: new Map([[1, 2]]) }, "a", "a Map has no JSON form"],
      [{ a: () => 1 }, "a", "a function has no JSON form"],
      [{ a: [new Date(Number.NaN)] }, "a[0]", "an invalid Date has no JSON form"],
      [new Date(Number.NaN), undefined, "an invalid Date has no JSON form"],
      [undefined, undefined, "undefined has no JSON form"],
    ];
    for (const [record, field, message] of faults) {
      const error = await faultOf(bytesOf(encodeJsonLines([{ fine: true }, record])));

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", format: "JSON Lines", record: 2 });
      expect(error.field).toBe(field);
      expect(error.message).toContain(message);
    }
  });

  it("asks every value for its own form as JSON.stringify does: with its key, once, before its kind is looked at", async () => {
    class Form {
      readonly key: string;
      constructor(key: string) {
        this.key = key;
      }
      toJSON(): string {
        return "asked twice";
      }
    }
    const keyed = { toJSON: (key: string) => new Form(key) };
    const form = <T extends object>(value: T): T => Object.assign(value, { toJSON: (key: string) => `form of ${key}` });
    const records = [
      keyed,
      { a: keyed, b: [keyed, [keyed]] },
      form([1, 2]),
      {
        list: form([1]),
        call: form(() => 1),
        day: new Date(0),
        text: Object("ab"),
        number: Object(2),
        no: Object(false),
      },
      Object.assign(Object(1), { extra: 1 }),
    ];

    for (const undefinedFields of ["error", "omit"] as const) {
      const bytes = await bytesOf(encodeJsonLines(records, { undefinedFields }));

      expect(bytes.toString()).toBe(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
    }
  });

  it("refuses a record that contains itself", async () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;

    expect((await faultOf(bytesOf(encodeJsonLines([circle])))).message).toContain("perhaps in a circle");
  });

  it("leaves undefined properties out when the options say so", async () => {
    const record = { a: undefined, b: 1, c: { toJSON: () => undefined } };
    const bytes = await bytesOf(encodeJsonLines([record], { undefinedFields: "omit" }));

    expect(bytes.toString()).toBe('{"b":1}\n');
  });
});

describe("readJsonLines", () => {
  it("gives the same values however the bytes are cut", async () => {
    const bytes = Buffer.from('\ufeff{"a":"é😀"}\r\n\r\n[1,\t2]\n"last"');
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (sizes) => {
        expect(await readJsonLines(inPieces(bytes, sizes)).toArray()).toEqual([{ a: "é😀" }, [1, 2], "last"]);
      }),
      { numRuns: 60 },
    );
  });

  it("takes text chunks that are cut inside a character", async () => {
    expect(await readJsonLines(['{"a":"\ud83d', '\ude00"}\n']).toArray()).toEqual([{ a: "😀" }]);
  });

  it("names line and byte of a line that is not JSON, and says what is probably wrong", async () => {
    const faults: [line: string, message: string][] = [
      ['{"a":', 'not JSON: "{\\"a\\":"'],
      ["{'a':1}", "single quotes"],
      ["{“a”:1}", "curly quotes"],
      ['{"a":1},', "a comma after the value"],
      ['{"a":1}{"b":2}', "more than one value on the line"],
      ["{", "spread over several lines"],
    ];
    for (const [line, message] of faults) {
      const error = await faultOf(readJsonLines({ text: `"é"\n\n${line}\n1\n` }).toArray());

      expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 3, byteOffset: 6 });
      expect(error.message).toContain("line 3, byte 6");
      expect(error.message).toContain(message);
    }
  });

  it("gives out the lines before one that is too long, and names line and byte of that one", async () => {
    const text = `\ufeff1\n"é"\n${"x".repeat(20)}\n2\n`;
    for (const cut of [1, 7, 100]) {
      const bytes = Buffer.from(text);
      const chunks = Array.from({ length: Math.ceil(bytes.length / cut) }, (_, i) =>
        bytes.subarray(i * cut, (i + 1) * cut),
      );
      const read: unknown[] = [];
      const work = (async () => {
        for await (const value of readJsonLines(chunks, { maxLineBytes: 10 })) read.push(value);
      })();

      expect(await faultOf(work)).toMatchObject({ code: "FORMAT_CORRUPT_INPUT", record: 3, byteOffset: 10 });
      expect(read).toEqual([1, "é"]);
    }
  });

  it("names line and byte of a fault far behind the first block", async () => {
    const good = '{"source":"some words of text"}\n';
    const error = await faultOf(readJsonLines({ text: `${good.repeat(20_000)}oops\n` }).toArray());

    expect(error).toMatchObject({ record: 20_001, byteOffset: good.length * 20_000 });
  });

  it("names line and byte of a line that is not UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from('"é"\n'), Buffer.from([0x22, 0xc3, 0x22, 0x0a])]);

    expect(await faultOf(readJsonLines(bytes).toArray())).toMatchObject({
      code: "FORMAT_CORRUPT_INPUT",
      record: 2,
      byteOffset: 5,
    });
  });

  it("skips empty lines, or refuses them when asked to", async () => {
    const source = { text: "1\n\n2\n" };

    expect(await readJsonLines(source).toArray()).toEqual([1, 2]);
    expect(await faultOf(readJsonLines(source, { blankLines: "error" }).toArray())).toMatchObject({
      code: "FORMAT_INVALID_RECORD",
      record: 2,
      byteOffset: 2,
    });
  });

  it("lets `parse` make the records, and names the line that it refuses", async () => {
    const parse = (value: unknown, line: number): string => {
      if (typeof value !== "string") throw new TypeError("no text");
      return `${line}:${value}`;
    };

    expect(await readJsonLines({ text: '"a"\n"b"\n' }, { parse }).toArray()).toEqual(["1:a", "2:b"]);
    const error = await faultOf(readJsonLines({ text: '"a"\n2\n' }, { parse }).toArray());
    expect(error).toMatchObject({ record: 2, byteOffset: 4 });
    expect(error.message).toContain("the record was refused: no text");
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it("hands out the records of earlier pieces before it reports a fault, and closes the source", async () => {
    let closed = false;
    async function* source() {
      try {
        yield Buffer.from("1\n2\n");
        yield Buffer.from("oops\n");
        yield Buffer.from("3\n");
      } finally {
        closed = true;
      }
    }
    const seen: unknown[] = [];
    const loop = async (): Promise<void> => {
      for await (const one of readJsonLines(source())) seen.push(one);
    };

    expect((await faultOf(loop())).record).toBe(3);
    expect(seen).toEqual([1, 2]);
    expect(closed).toBe(true);
  });
});
