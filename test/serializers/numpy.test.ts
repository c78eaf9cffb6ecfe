import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, ValidationError } from "../../src/errors/index.js";
import { type NpyType, NumpyDeserializer, NumpySerializer } from "../../src/serializers/index.js";

// Files written by numpy.save of NumPy 2.4.6.
const HEAD = "k05VTVBZAQB2AHsnZGVzY3InOiAn";
const SPACES = "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg";
const written = {
  "int64 (3,)": `${HEAD}PGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg${SPACES}IAoBAAAAAAAAAAIAAAAAAAAAAwAAAAAAAAA=`,
  "float64 (2, 2)": `${HEAD}PGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9${SPACES}IAoAAAAAAAD4PwAAAAAAAABAAAAAAAAACEAAAAAAAADQvw==`,
  "float32 (1,)": `${HEAD}PGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsKSwgfSAg${SPACES}IAoAAAA/`,
  "uint8 (2, 3)": `${HEAD}fHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9${SPACES}IAoBAgMEBQY=`,
  "bool (2,)": `${HEAD}fGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg${SPACES}IAoBAA==`,
  "int16 big-endian": `${HEAD}PmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg${SPACES}IAoAAf/+`,
  "fortran (2, 3, 2)":
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAABgAAAAIAAAAIAAAABAAAAAoAAAABAAAABwAAAAMAAAAJAAAABQAAAAsAAAA=",
  "scalar ()":
    "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAcQA==",
} as const;
const file = (name: keyof typeof written): Buffer => Buffer.from(written[name], "base64");
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

describe("NumpySerializer", () => {
  const npy = new NumpySerializer();

  it("writes the bytes that numpy.save writes", () => {
    expect(npy.contentType).toBe("application/x-npy");
    expect(base64(npy.serialize([1, 2, 3]))).toBe(written["int64 (3,)"]);
    expect(
      base64(
        npy.serialize([
          [1.5, 2],
          [3, -0.25],
        ]),
      ),
    ).toBe(written["float64 (2, 2)"]);
    expect(base64(npy.serialize(Float32Array.of(0.5)))).toBe(written["float32 (1,)"]);
    expect(base64(npy.serialize({ data: Buffer.from([1, 2, 3, 4, 5, 6]), shape: [2, 3] }))).toBe(
      written["uint8 (2, 3)"],
    );
    expect(base64(npy.serialize([true, false]))).toBe(written["bool (2,)"]);
    expect(base64(npy.serialize({ data: Float64Array.of(7), shape: [] }))).toBe(written["scalar ()"]);
  });

  it("pads long headers as NumPy does", () => {
    const headerBytes = (dimensions: number): number =>
      npy.serialize({ data: Uint8Array.of(0), shape: new Array<number>(dimensions).fill(1) }).length - 1;
    expect([12, 13, 14, 15, 18].map(headerBytes)).toEqual([128, 128, 128, 192, 192]);
  });

  it("converts to the element type that it was told", () => {
    const bytes = new NumpySerializer({ dtype: "float32" }).serialize([0.5]);
    expect(base64(bytes)).toBe(written["float32 (1,)"]);
  });

  it("refuses numbers that do not fit, uneven rows, other values and nothing", () => {
    const as = (dtype: NpyType) => new NumpySerializer({ dtype });
    expect(() => as("uint8").serialize([1, 256])).toThrow("256 (element 1) does not fit uint8");
    expect(() => as("int32").serialize([0.5])).toThrow("0.5 (element 0) does not fit int32");
    expect(() => as("float32").serialize([1e300])).toThrow("does not fit float32");
    expect(() => as("uint64").serialize([-1n])).toThrow("-1n (element 0) does not fit uint64");
    expect(() => npy.serialize([2 ** 60, 1])).toThrow("does not fit int64");
    expect(() => npy.serialize([[1, 2], [3]])).toThrow("[1] must be a list of 2 like the first one; got [3]");
    expect(() => npy.serialize([1, "2"] as never)).toThrow('[1] must be a number; got "2"');
    expect(() => npy.serialize([])).toThrow("the array is empty");
    expect(() => npy.serialize({ data: Float64Array.of(1), shape: [2] })).toThrow(
      "shape [2] needs 2 numbers, but data holds 1",
    );
    expect(() => npy.serialize("1" as never)).toThrow(ValidationError);
  });
});

describe("NumpyDeserializer", () => {
  const numpy = new NumpyDeserializer();
  const read = (name: keyof typeof written) => numpy.deserialize(file(name), "application/x-npy");

  it("reads what numpy.save wrote", () => {
    expect(read("int64 (3,)")).toEqual({ dtype: "int64", shape: [3], data: BigInt64Array.of(1n, 2n, 3n) });
    expect(read("float64 (2, 2)")).toEqual({
      dtype: "float64",
      shape: [2, 2],
      data: Float64Array.of(1.5, 2, 3, -0.25),
    });
    expect(read("bool (2,)")).toEqual({ dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) });
    expect(read("scalar ()")).toEqual({ dtype: "float64", shape: [], data: Float64Array.of(7) });
  });

  it("turns big-endian numbers and Fortran order around", () => {
    expect(read("int16 big-endian").data).toEqual(Int16Array.of(1, -2));
    expect(read("fortran (2, 3, 2)")).toEqual({
      dtype: "int32",
      shape: [2, 3, 2],
      data: Int32Array.from({ length: 12 }, (_, index) => index),
    });
  });

  it("reads CSV and JSON by the media type of the answer, whatever its parameters", () => {
    const table = { dtype: "float64", shape: [2, 2], data: Float64Array.of(1, 2, 3, 4.5) };
    expect(numpy.deserialize(Buffer.from("1,2\n3,4.5\n"), "text/csv; charset=utf-8")).toEqual(table);
    expect(numpy.deserialize(Buffer.from("[[1,2],[3,4.5]]"), "Application/JSON;charset=utf-8")).toEqual(table);
  });

  it("refuses damaged files, other element types and other content types", () => {
    const damaged = file("int64 (3,)");
    expect(() => numpy.deserialize(damaged.subarray(0, -1), "application/x-npy")).toThrow(
      "needs 24 bytes, but 23 are there",
    );
    expect(() => numpy.deserialize(damaged.subarray(0, 100), "application/x-npy")).toThrow("header is cut off");
    expect(() => numpy.deserialize(Buffer.from("PK"), "application/x-npy")).toThrow("does not begin like a .npy file");
    const objects = Buffer.from(file("int64 (3,)").toString("latin1").replace("<i8", "|O8"), "latin1");
    expect(() => numpy.deserialize(objects, "application/x-npy")).toThrow('element type "|O8" is not supported');
    expect(() => numpy.deserialize(Buffer.from("[[1],[2,3]]"), "application/json")).toThrow("no regular array");
    expect(() => numpy.deserialize(damaged, "application/x-npz")).toThrow(DecodeError);
  });

  it("reads back what NumpySerializer wrote, for every shape and type", () => {
    const arrays = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
        fc.constantFrom(Float64Array, Float32Array, Int32Array, BigInt64Array, Uint16Array),
      )
      .chain(([shape, type]) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return fc.uint8Array({ minLength: size * 8, maxLength: size * 8 }).map((bytes) => ({
          shape,
          data: new type(bytes.slice(0, size * type.BYTES_PER_ELEMENT).buffer),
        }));
      });
    fc.assert(
      fc.property(arrays, (array) => {
        const body = new NumpySerializer().serialize(array);
        const got = numpy.deserialize(body, "application/x-npy");
        expect(got.shape).toEqual(array.shape);
        expect(got.data).toEqual(array.data);
      }),
    );
  });
});
