import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors/index.js";
import { blazingTextBatch } from "../../../src/estimators/index.js";

async function encoded(texts: Parameters<typeof blazingTextBatch.encode>[0]): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of blazingTextBatch.encode(texts)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const failure = async (work: Promise<unknown>): Promise<FormatError> => {
  const error = await work.then(() => undefined).catch((reason: unknown) => reason);
  if (FormatError.is(error)) return error;
  throw error;
};

describe("blazingTextBatch.encode", () => {
  it("writes one source per line, with what the record carries besides", async () => {
    expect(await encoded(['say "hi"', { source: "two\nlines", k: 2, id: 7, note: undefined }])).toBe(
      '{"source":"say \\"hi\\""}\n{"source":"two\\nlines","k":2,"id":7}\n',
    );
  });

  it("keeps any text in its place", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" })), async (texts) => {
        const lines = (await encoded(texts)).split("\n").slice(0, -1);
        expect(lines.map((line) => (JSON.parse(line) as { source: string }).source)).toEqual(texts);
      }),
      { numRuns: 50 },
    );
  });

  it("takes texts from a stream", async () => {
    async function* stream() {
      yield "a";
      yield "b";
    }
    expect(await encoded(stream())).toBe('{"source":"a"}\n{"source":"b"}\n');
  });

  it("names the line of what is no text", async () => {
    const error = await failure(encoded(["a", 5 as never]));
    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2 });
    expect(error.message).toContain("got 5");
    expect(await failure(encoded([{ source: "a", k: 0 }]))).toMatchObject({ record: 1, field: "k" });
    expect(await failure(encoded([{ text: "a" } as never]))).toMatchObject({ record: 1, field: "source" });
  });
});

describe("blazingTextBatch.decode", () => {
  it("reads the output of a real batch transform in order", async () => {
    const file = new URL("./fixtures/transform-output.jsonl", import.meta.url);
    const found = await blazingTextBatch.decode(file).toArray();
    expect(found.map(({ label, probability }) => `${label} ${probability.toFixed(4)}`)).toEqual([
      "negative 0.6093",
      "negative 0.6484",
      "positive 0.5026",
      "negative 0.7443",
      "negative 0.6708",
      "negative 0.5629",
      "negative 0.6374",
      "negative 0.7534",
      "positive 0.8219",
      "positive 0.9115",
    ]);
    const bytes = await readFile(file);
    expect(await blazingTextBatch.decode(bytes).toArray()).toEqual(found);
  });

  it("reads answers that were joined with their input", async () => {
    const text = '{"id":1,"source":"a","SageMakerOutput":{"label":["__label__x"],"prob":[0.5]}}\n';
    expect((await blazingTextBatch.decode({ text }).toArray()).map(({ label }) => label)).toEqual(["x"]);
  });

  it("names the line that is no answer", async () => {
    const text = '{"label":["__label__x"],"prob":[0.5]}\n{"label":["__label__x"]}\n';
    const error = await failure(blazingTextBatch.decode({ text }).toArray());
    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2 });
    expect(error.message).toContain('the lists "label" and "prob"');
  });
});
