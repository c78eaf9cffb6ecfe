import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, ValidationError } from "../../src/errors/index.js";
import {
  JsonDeserializer,
  JsonLinesDeserializer,
  JsonLinesSerializer,
  JsonSerializer,
} from "../../src/serializers/index.js";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("JsonSerializer", () => {
  const json = new JsonSerializer();

  it("writes compact JSON and leaves letters as they are", () => {
    expect(json.contentType).toBe("application/json");
    expect(json.serialize({ instances: ["héllo"], configuration: { k: 1 } })).toBe(
      '{"instances":["héllo"],"configuration":{"k":1}}',
    );
    expect(json.serialize("text")).toBe('"text"');
  });

  it("writes arrays of numbers as lists, at any depth", () => {
    expect(json.serialize({ a: [Float64Array.of(1, 2.5)], b: Int8Array.of(-1) })).toBe('{"a":[[1,2.5]],"b":[-1]}');
  });

  it("drops undefined members and uses toJSON, as JSON.stringify does", () => {
    expect(json.serialize({ a: undefined, at: new Date(0) })).toBe('{"at":"1970-01-01T00:00:00.000Z"}');
  });

  it.each([
    ["NaN in a list", { instances: [[1, Number.NaN]] }, "instances.0.1 is NaN"],
    ["an infinity in an array of numbers", [Float32Array.of(Number.POSITIVE_INFINITY)], "0.0 is Infinity"],
    ["a bigint", { id: 1n }, "id is a bigint (1n)"],
    ["a function", [() => 1], "0 is a function"],
    ["undefined in a list", [1, undefined], "1 is undefined; use null"],
    ["bytes", Buffer.from("x"), "the value holds bytes"],
    ["a Map", { m: new Map() }, "m is a Map"],
    ["nothing at all", undefined, "undefined has no JSON form"],
  ])("refuses %s and says where", (_what, value, message) => {
    expect(() => json.serialize(value)).toThrow(message);
    expect(() => json.serialize(value)).toThrow(ValidationError);
  });

  it("refuses a value that refers to itself", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    expect(() => json.serialize(circle)).toThrow("refers to itself");
  });

  it("is undone by JsonDeserializer for every JSON value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = json.serialize(value);
        expect(text).toBe(JSON.stringify(value));
        expect(new JsonDeserializer().deserialize(bytes(text), "application/json")).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe("JsonLinesSerializer", () => {
  const lines = new JsonLinesSerializer();

  it("writes one line per item, without a line end after the last", () => {
    expect(lines.contentType).toBe("application/jsonlines");
    expect(lines.serialize([{ source: "a" }, { source: "b" }])).toBe('{"source":"a"}\n{"source":"b"}');
    expect(lines.serialize(new Set([1, 2]))).toBe("1\n2");
  });

  it("writes an object as one line and text as it is", () => {
    expect(lines.serialize({ source: "a" })).toBe('{"source":"a"}');
    expect(lines.serialize('{"source":"a"}\n')).toBe('{"source":"a"}\n');
  });

  it("refuses an empty list, a bare number, and names the line of a bad value", () => {
    expect(() => lines.serialize([])).toThrow("the list is empty");
    expect(() => lines.serialize(7)).toThrow("expected text, an object or a list of values; got 7");
    expect(() => lines.serialize([{ a: 1 }, { a: Number.NaN }])).toThrow("1.a is NaN");
  });
});

describe("JsonDeserializer", () => {
  it("reads any content type, parameters and byte order mark included", () => {
    const json = new JsonDeserializer<{ a: number }>();
    expect(json.accept).toBe("application/json");
    expect(json.deserialize(bytes('\uFEFF{"a":1}'), "application/json; charset=utf-8").a).toBe(1);
  });

  it("names the content type and the start of a body that is no JSON", () => {
    const read = (): unknown => new JsonDeserializer().deserialize(bytes("<html>"), "text/html");
    expect(read).toThrow(DecodeError);
    expect(read).toThrow('(content type "text/html", body starts with "<html>")');
    expect(() => new JsonDeserializer().deserialize(bytes(""), "application/json")).toThrow("it is empty");
  });
});

describe("JsonLinesDeserializer", () => {
  it("skips blank lines; an empty body is an empty list", () => {
    const lines = new JsonLinesDeserializer();
    expect(lines.deserialize(bytes('{"a":1}\r\n\n[2]\n\n'), "application/jsonlines")).toEqual([{ a: 1 }, [2]]);
    expect(lines.deserialize(bytes(""), "application/jsonlines")).toEqual([]);
  });

  it("names the line that is no JSON", () => {
    expect(() => new JsonLinesDeserializer().deserialize(bytes("1\n\n{"), "application/jsonlines")).toThrow(
      "line 3 is not JSON",
    );
  });
});
