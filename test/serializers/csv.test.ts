import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, ValidationError } from "../../src/errors/index.js";
import { CsvDeserializer, CsvSerializer } from "../../src/serializers/index.js";

const csv = new CsvSerializer();
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("CsvSerializer", () => {
  it("sends finished text and bytes as they are", () => {
    expect(csv.contentType).toBe("text/csv");
    expect(csv.serialize("1,2\n")).toBe("1,2\n");
    expect(csv.serialize(bytes("1,2"))).toEqual(bytes("1,2"));
  });

  it("takes a list of values for one row, texts too", () => {
    expect(csv.serialize([1, 2.5, 1e-7, "x", true, null, undefined, 10n])).toBe("1,2.5,1e-7,x,True,,,10");
    expect(csv.serialize(["a", "b"])).toBe("a,b");
    expect(csv.serialize(Float32Array.of(0.5, 2))).toBe("0.5,2");
  });

  it("takes a list of lists for rows, without a line end after the last", () => {
    expect(
      csv.serialize([
        [1, 2],
        [3, 4],
      ]),
    ).toBe("1,2\n3,4");
    expect(csv.serialize([Float64Array.of(1, Number.NaN), Float64Array.of(Number.POSITIVE_INFINITY, -1)])).toBe(
      "1,nan\ninf,-1",
    );
  });

  it("quotes only what needs quotes", () => {
    expect(csv.serialize(["a,b", 'q"x', "line\nbreak", "plain text"])).toBe('"a,b","q""x","line\nbreak",plain text');
  });

  it("refuses an empty list, objects, and rows mixed with values", () => {
    expect(() => csv.serialize([])).toThrow("the list is empty");
    expect(() => csv.serialize([[1], 2] as never)).toThrow("row 1 is 2, not a list");
    expect(() => csv.serialize([[1, { a: 1 }]] as never)).toThrow(
      'row 0, column 1: a field must be text, a number, a boolean or null; got {"a":1}',
    );
    expect(() => csv.serialize(7 as never)).toThrow(ValidationError);
  });

  it("is undone by CsvDeserializer for every table of texts", () => {
    const table = fc.integer({ min: 1, max: 4 }).chain((columns) =>
      fc.array(
        fc.array(fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", "é") }), {
          minLength: columns,
          maxLength: columns,
        }),
        {
          minLength: 1,
        },
      ),
    );
    fc.assert(
      fc.property(table, (rows) => {
        const body = Buffer.from(csv.serialize(rows) as string);
        expect(new CsvDeserializer().deserialize(body, "text/csv")).toEqual(rows);
      }),
    );
  });
});

describe("CsvDeserializer", () => {
  const read = (text: string): string[][] => new CsvDeserializer().deserialize(bytes(text), "text/csv; charset=utf-8");

  it("gives rows of texts and keeps line breaks inside quotes", () => {
    expect(read('1,"a\nb"\n2,"say ""hi"""')).toEqual([
      ["1", "a\nb"],
      ["2", 'say "hi"'],
    ]);
  });

  it("takes every kind of line end, skips blank lines and a byte order mark", () => {
    expect(read("\uFEFFa,b\r\n\r\nc,\rd,e\n")).toEqual([
      ["a", "b"],
      ["c", ""],
      ["d", "e"],
    ]);
    expect(read("a,")).toEqual([["a", ""]]);
    expect(read('""')).toEqual([[""]]);
    expect(read("")).toEqual([]);
  });

  it("gives numbers when asked to", () => {
    const rows: number[][] = new CsvDeserializer({ numbers: true }).deserialize(
      bytes("1, 2.5,1e-7\nnan,,-inf"),
      "text/csv",
    );
    expect(rows).toEqual([
      [1, 2.5, 1e-7],
      [Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY],
    ]);
    expect(() => new CsvDeserializer({ numbers: true }).deserialize(bytes("1\nx"), "text/csv")).toThrow(
      'row 2, column 1: "x" is not a number',
    );
  });

  it("names the row of an open quote", () => {
    expect(() => read('a\n"b')).toThrow("row 2: the quote opened at character 3 is never closed");
    expect(() => read('"b')).toThrow(DecodeError);
  });

  it("reads the charset of the content type", () => {
    const body = Buffer.from("é", "latin1");
    expect(new CsvDeserializer().deserialize(body, 'text/csv; charset="ISO-8859-1"')).toEqual([["é"]]);
    expect(() => new CsvDeserializer().deserialize(body, "text/csv; charset=ebcdic")).toThrow(
      'unknown charset "ebcdic"',
    );
  });
});
