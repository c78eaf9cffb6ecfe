import { describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import {
  BytesDeserializer,
  CsvDeserializer,
  CsvSerializer,
  type Deserializer,
  type DeserializerOptions,
  IdentitySerializer,
  JsonDeserializer,
  JsonLinesDeserializer,
  JsonLinesSerializer,
  JsonSerializer,
  LibSvmSerializer,
  NumpyDeserializer,
  NumpySerializer,
  type Serializer,
  type SerializerOptions,
  StringDeserializer,
  StringSerializer,
} from "../../src/serializers/index.js";

describe("every serializer", () => {
  it("sends the content type of the Python SDK unless told otherwise", () => {
    const makers: ((options?: SerializerOptions) => Serializer<never>)[] = [
      (options) => new CsvSerializer(options),
      (options) => new IdentitySerializer(options),
      (options) => new JsonLinesSerializer(options),
      (options) => new JsonSerializer(options),
      (options) => new LibSvmSerializer(options),
      (options) => new NumpySerializer(options),
      (options) => new StringSerializer(options),
    ];
    expect(makers.map((make) => make().contentType)).toEqual([
      "text/csv",
      "application/octet-stream",
      "application/jsonlines",
      "application/json",
      "text/libsvm",
      "application/x-npy",
      "text/plain",
    ]);
    for (const make of makers) expect(make({ contentType: "a/b" }).contentType).toBe("a/b");
  });

  it("has a deserializer that asks for the content type of the Python SDK unless told otherwise", () => {
    const makers: ((options?: DeserializerOptions) => Deserializer)[] = [
      (options) => new BytesDeserializer(options),
      (options) => new CsvDeserializer(options),
      (options) => new JsonDeserializer(options),
      (options) => new JsonLinesDeserializer(options),
      (options) => new NumpyDeserializer(options),
      (options) => new StringDeserializer(options),
    ];
    expect(makers.map((make) => make().accept)).toEqual([
      "*/*",
      "text/csv",
      "application/json",
      "application/jsonlines",
      "application/x-npy",
      "application/json",
    ]);
    for (const make of makers) expect(make({ accept: "a/b" }).accept).toBe("a/b");
  });
});

describe("IdentitySerializer", () => {
  it("passes text and bytes through and refuses the rest", () => {
    const body = Buffer.from([1, 2]);
    expect(new IdentitySerializer().serialize(body)).toBe(body);
    expect(new IdentitySerializer().serialize("a")).toBe("a");
    expect(() => new IdentitySerializer().serialize({ a: 1 } as never)).toThrow("give the predictor a serializer");
  });
});

describe("StringSerializer and LibSvmSerializer", () => {
  it("take text only", () => {
    expect(new StringSerializer().serialize("é")).toBe("é");
    expect(new LibSvmSerializer().serialize("1 1:0.5")).toBe("1 1:0.5");
    expect(() => new StringSerializer().serialize(1 as never)).toThrow(ValidationError);
    expect(() => new LibSvmSerializer().serialize([[1]] as never)).toThrow(ValidationError);
  });
});

describe("BytesDeserializer and StringDeserializer", () => {
  it("give the body as it came, and as text", () => {
    const body = Buffer.from("é");
    expect(new BytesDeserializer().deserialize(body)).toBe(body);
    expect(new StringDeserializer().deserialize(body, "text/plain")).toBe("é");
    expect(new StringDeserializer().deserialize(Buffer.from("é", "latin1"), "text/plain; charset=latin1")).toBe("é");
  });
});
