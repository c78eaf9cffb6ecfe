import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../../../src/errors/index.js";
import { Dictionary } from "../../../../src/local/engines/blazingtext/fasttext/dictionary.js";
import { filePieces } from "../../../../src/local/engines/blazingtext/fasttext/file-pieces.js";
import { CompactMatrix, type WritableRows } from "../../../../src/local/engines/blazingtext/fasttext/matrix.js";
import type { FastTextModel, ModelSettings } from "../../../../src/local/engines/blazingtext/fasttext/model.js";
import { readModel } from "../../../../src/local/engines/blazingtext/fasttext/read-model.js";
import { writeModel } from "../../../../src/local/engines/blazingtext/fasttext/write-model.js";

const fixtures = `${import.meta.dirname}/../../../fixtures/fasttext`;
const DENSE = [
  "words.bin",
  "trigrams.bin",
  "subwords.bin",
  "hierarchical-softmax.bin",
  "negative-sampling.bin",
  "one-vs-all.bin",
  "skipgram.bin",
];
const SETTINGS: ModelSettings = {
  dimension: 100,
  windowSize: 5,
  epochs: 5,
  minCount: 2,
  negatives: 5,
  wordNgrams: 2,
  loss: "softmax",
  kind: "supervised",
  buckets: 2_000_000,
  minCharacters: 0,
  maxCharacters: 0,
  updateRate: 100,
  samplingThreshold: 1e-4,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fasttext-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

function read(bytes: Uint8Array, pieceBytes = 1 << 16): Promise<FastTextModel> {
  return readModel(pieces(bytes, pieceBytes), { sizeBytes: bytes.length, source: "model.bin" });
}

async function rewritten(model: FastTextModel): Promise<Buffer> {
  const path = join(folder, "rewritten.bin");
  const { settings, dictionary, input, output } = model;
  await writeModel(path, { settings, dictionary, input: input as CompactMatrix, output: output as CompactMatrix });
  return readFileSync(path);
}

async function faultOf(bytes: Uint8Array): Promise<FormatError> {
  const error: unknown = await read(bytes).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FormatError);
  return error as FormatError;
}

function dictionaryOf(words: readonly string[], labels: readonly string[]): Dictionary {
  const entries = [...words, ...labels].map((word) => new TextEncoder().encode(word));
  const starts = Uint32Array.from([0, ...entries.keys()], (_, index) =>
    entries.slice(0, index).reduce((sum, entry) => sum + entry.length, 0),
  );
  return new Dictionary({
    bytes: Buffer.concat(entries),
    starts,
    counts: new Float64Array(entries.length).fill(3),
    wordCount: words.length,
    tokenCount: entries.length * 3,
  });
}

function rowsOf(rows: number, columns: number, values: ReadonlyMap<number, readonly number[]>): WritableRows {
  const matrix = new CompactMatrix(rows, columns);
  for (const [row, numbers] of [...values].sort(([a], [b]) => a - b)) {
    const { block, position } = matrix.addStoredRow(row);
    block.set(numbers, position);
  }
  return matrix;
}

describe("readModel and writeModel", () => {
  it.each(DENSE)("write %s of C++ fastText back byte for byte", async (name) => {
    const bytes = readFileSync(`${fixtures}/${name}`);
    expect(await rewritten(await read(bytes))).toEqual(bytes);
  });

  it("read the same whatever the pieces of the file are", async () => {
    const bytes = readFileSync(`${fixtures}/trigrams.bin`);
    for (const pieceBytes of [1, 7, 24, 1000]) expect(await rewritten(await read(bytes, pieceBytes))).toEqual(bytes);
  });

  it("keep rows that are all zero out of memory and any other row intact", async () => {
    const row = fc.array(fc.float({ noNaN: true }), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.tuple(fc.nat(40), row), { selector: ([at]) => at }), async (filled) => {
        const settings = { ...SETTINGS, dimension: 3, buckets: 40 };
        const input = rowsOf(41, 3, new Map(filled));
        const output = rowsOf(1, 3, new Map([[0, [1, 2, 3]]]));
        const path = join(folder, "some-rows.bin");
        await writeModel(path, { settings, dictionary: dictionaryOf(["a"], ["__label__b"]), input, output });
        const bytes = readFileSync(path);
        const model = await read(bytes, 50);
        expect(await rewritten(model)).toEqual(bytes);
        // Minus zero has a bit set: it counts as a value.
        const stored = filled.filter(([, values]) => values.some((value) => !Object.is(Math.fround(value), 0)));
        expect((model.input as CompactMatrix).storedRows).toBe(stored.length);
      }),
      { numRuns: 50 },
    );
  });

  it("spend disk space and memory on the rows in use alone", async () => {
    const path = join(folder, "many-buckets.bin");
    const numbers = Array.from({ length: 100 }, (_, column) => column / 7);
    const input = rowsOf(200_001, 100, new Map([0, 5, 100_000, 200_000].map((row) => [row, numbers])));
    const output = rowsOf(1, 100, new Map());
    await writeModel(path, {
      settings: { ...SETTINGS, buckets: 200_000 },
      dictionary: dictionaryOf(["a"], ["__label__b"]),
      input,
      output,
    });
    const { size, blocks } = statSync(path);
    expect(size).toBeGreaterThan(80_000_000);
    expect(blocks * 512).toBeLessThan(1_000_000);

    const file = await open(path);
    const before = process.memoryUsage().arrayBuffers;
    const model = await readModel(filePieces(file), { sizeBytes: size });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
    await file.close();
    expect((model.input as CompactMatrix).storedRows).toBe(4);
    const sum = new Float32Array(100);
    model.input.addRows(Int32Array.of(200_000), 1, sum);
    expect([...sum]).toEqual([...Float32Array.from(numbers)]);
  });

  it("take the character n-grams of a version 11 classifier for unused", async () => {
    const bytes = readFileSync(`${fixtures}/words.bin`);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    view.setInt32(4, 11, true);
    view.setInt32(8 + 10 * 4, 6, true);
    const model = await read(bytes);
    expect(model.version).toBe(11);
    expect(model.settings.maxCharacters).toBe(0);
  });
});

describe("readModel on files that are not whole models", () => {
  it("says what the file starts with when it is no model at all", async () => {
    const error = await faultOf(Buffer.from(`{"not": "a model", "padding": "${"x".repeat(100)}"}`));
    expect(error.code).toBe("FORMAT_CORRUPT_INPUT");
    expect(error.message).toContain("not a fastText model: it starts with 0x6f6e227b");
    expect(error.message).toContain("model.bin");
  });

  it("refuses an empty file and newer versions", async () => {
    expect((await faultOf(new Uint8Array(0))).message).toContain("the file has 0 bytes");
    const bytes = readFileSync(`${fixtures}/words.bin`);
    bytes[4] = 13;
    expect((await faultOf(bytes)).message).toContain("version 13 of the format");
  });

  it("notices every place where a file may be cut off", async () => {
    const bytes = readFileSync(`${fixtures}/words.bin`);
    for (let length = 0; length < bytes.length; length += 13) {
      expect((await faultOf(bytes.subarray(0, length))).byteOffset).toBeLessThanOrEqual(length);
    }
    const short = await faultOf(bytes.subarray(0, bytes.length - 1));
    expect(short.message).toContain("the output matrix needs");
  });

  it("notices every place where a quantized file may be cut off", async () => {
    const bytes = readFileSync(`${fixtures}/pruned.ftz`);
    for (let length = 0; length < bytes.length; length += 401) {
      expect((await faultOf(bytes.subarray(0, length))).byteOffset).toBeLessThanOrEqual(length);
    }
  });

  it("refuses settings and shapes that cannot be, before it takes memory for them", async () => {
    const changed = (offset: number, value: number): Buffer => {
      const bytes = readFileSync(`${fixtures}/words.bin`);
      new DataView(bytes.buffer, bytes.byteOffset).setInt32(offset, value, true);
      return bytes;
    };
    expect((await faultOf(changed(8, 0))).message).toContain("impossible settings: dimension 0");
    expect((await faultOf(changed(8 + 6 * 4, 9))).message).toContain("loss 9");
    expect((await faultOf(changed(8 + 8 * 4, 2_000_000_000))).message).toContain("the input matrix has");
    expect((await faultOf(changed(64, 2_000_000_000))).message).toContain("impossible dictionary");
  });

  it("never answers random damage with anything but a model or a format error", async () => {
    const whole = readFileSync(`${fixtures}/pruned.ftz`);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (offset, value) => {
        const bytes = Uint8Array.from(whole);
        bytes[offset] = value;
        const outcome: unknown = await read(bytes).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
      }),
      { numRuns: 300 },
    );
  });
});

describe("filePieces", () => {
  it("gives a file in pieces of the wanted size", async () => {
    const path = join(folder, "pieces.txt");
    writeFileSync(path, "abcdefg");
    const file = await open(path);
    const found: string[] = [];
    for await (const piece of filePieces(file, 3)) found.push(Buffer.from(piece).toString());
    await file.close();
    expect(found).toEqual(["abc", "def", "g"]);
  });
});
