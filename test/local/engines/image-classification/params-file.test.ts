import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  ParamsFile,
  type WritableParam,
  writeParams,
} from "../../../../src/local/engines/image-classification/mxnet/params-file.js";

const folder = mkdtempSync(join(tmpdir(), "params-"));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, "test.params");

async function readAll(bytes?: Uint8Array): Promise<(WritableParam & { dataType: string })[]> {
  if (bytes) writeFileSync(path, bytes);
  const file = await ParamsFile.open(path, "test.params");
  try {
    const params = [];
    for (const entry of file.entries) {
      const data = new Float32Array(entry.size);
      await file.read(entry, data);
      params.push({ name: entry.name, shape: entry.shape, data, dataType: entry.dataType });
    }
    return params;
  } finally {
    await file.close();
  }
}

/** Bytes of little-endian 32-bit words. */
function words(...values: number[]): number[] {
  return values.flatMap((value) => [...new Uint8Array(Uint32Array.of(value).buffer)]);
}

const NAME_X = [...words(1, 0), ...words(5, 0), ...new TextEncoder().encode("arg:x")];
const LIST_OF_ONE = words(0x112, 0, 0, 0, 1, 0);

describe("writeParams", () => {
  it("writes the bytes that mx.nd.save writes", async () => {
    await writeParams(path, [{ name: "arg:x", shape: [1, 2], data: Float32Array.of(1, -2.5) }]);
    expect([...readFileSync(path)]).toEqual([
      ...LIST_OF_ONE,
      ...words(0xf993fac9, 0), // version 2, dense
      ...words(2, 1, 0, 2, 0), // two dimensions, 64 bits each
      ...words(1, 0, 0), // CPU 0, float32
      ...new Uint8Array(Float32Array.of(1, -2.5).buffer),
      ...NAME_X,
    ]);
    expect(readdirSync(folder)).toEqual(["test.params"]);
  });

  it("is read back as it was", async () => {
    const param = fc
      .record({
        name: fc.string({ unit: "binary", maxLength: 12 }),
        shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      })
      .chain(({ name, shape }) => {
        const length = shape.reduce((product, side) => product * side, 1);
        const data = fc.float32Array({ minLength: length, maxLength: length });
        return data.map((values) => ({ name, shape, data: values }));
      });
    await fc.assert(
      fc.asyncProperty(fc.array(param, { maxLength: 4 }), async (params) => {
        await writeParams(path, params);
        expect(await readAll()).toEqual(params.map((entry) => ({ ...entry, dataType: "float32" })));
      }),
      { numRuns: 25 },
    );
  });
});

describe("ParamsFile", () => {
  it("reads what older and newer versions of MXNet write", async () => {
    const numbers = new Uint8Array(Float32Array.of(7, 8).buffer);
    const heads = {
      legacy: words(1, 2), // one dimension of 32 bits
      version1: words(0xf993fac8, 1, 2, 0),
      version3: words(0xf993faca, 0, 1, 2, 0),
    };
    for (const head of Object.values(heads)) {
      const [param] = await readAll(Uint8Array.of(...LIST_OF_ONE, ...head, ...words(1, 0, 0), ...numbers, ...NAME_X));
      expect(param).toMatchObject({ name: "arg:x", shape: [2], data: Float32Array.of(7, 8) });
    }
  });

  it("reads half and double precision as float32", async () => {
    const head = words(0xf993fac9, 0, 1, 4, 0, 1, 0);
    const halves = new Uint8Array(Uint16Array.of(0x3e00, 0xc000, 0x7bff, 0x0001).buffer);
    const [half] = await readAll(Uint8Array.of(...LIST_OF_ONE, ...head, ...words(2), ...halves, ...NAME_X));
    expect(half).toMatchObject({ dataType: "float16", data: Float32Array.of(1.5, -2, 65504, 2 ** -24) });
    const doubles = new Uint8Array(Float64Array.of(Math.PI, 1, -1e-3, 0).buffer);
    const [double] = await readAll(Uint8Array.of(...LIST_OF_ONE, ...head, ...words(1), ...doubles, ...NAME_X));
    expect(double).toMatchObject({ dataType: "float64", data: Float32Array.of(Math.PI, 1, -1e-3, 0) });
  });

  it("reads arrays of several megabytes in pieces", async () => {
    const data = Float32Array.from({ length: 700_001 }, (_, index) => index);
    await writeParams(path, [{ name: "arg:large", shape: [700_001], data }]);
    const [param] = await readAll();
    expect(param && Buffer.compare(new Uint8Array(param.data.buffer), new Uint8Array(data.buffer))).toBe(0);
  });

  it("says where a file is damaged", async () => {
    const intact = Uint8Array.of(
      ...LIST_OF_ONE,
      ...words(0xf993fac9, 0, 1, 2, 0, 1, 0, 0),
      ...new Uint8Array(8),
      ...NAME_X,
    );
    expect(await readAll(intact)).toHaveLength(1);
    for (let length = 0; length < intact.length; length++) {
      await expect(readAll(intact.subarray(0, length))).rejects.toMatchObject({ code: "FORMAT_CORRUPT_INPUT" });
    }
    const changed = (at: number, value: number): Promise<unknown> => {
      const bytes = intact.slice();
      bytes[at] = value;
      return readAll(bytes);
    };
    await expect(changed(0, 0x13)).rejects.toThrow("not an NDArray list");
    await expect(changed(21, 1)).rejects.toThrow("the number of arrays is 1099511627777, more than the file can hold");
    await expect(changed(28, 1)).rejects.toThrow("array 0 is sparse");
    await expect(changed(33, 9)).rejects.toThrow("2305 dimensions");
    await expect(changed(38, 9)).rejects.toThrow("cut off");
    await expect(changed(52, 9)).rejects.toThrow("unknown data type 9");
    await expect(changed(52, 4)).rejects.toThrow('"arg:x" holds int32, not floating point numbers');
    await expect(changed(64, 0)).rejects.toThrow("1 arrays, but 0 names");
    await expect(changed(64, 2)).rejects.toThrow("the number of names is 2, more than the file can hold");
  });
});
