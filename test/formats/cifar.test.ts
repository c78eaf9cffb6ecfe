import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readCifar10, readCifar100 } from "../../src/formats/index.js";
import { faultOf, inPieces } from "./support.js";

/** Planes whose values say where they come from: red 0 and up, green 100 and up, blue 200. */
const planes = Buffer.from([
  ...Array.from({ length: 1024 }, (_, at) => at % 100),
  ...Array.from({ length: 1024 }, (_, at) => 100 + (at % 100)),
  ...Array.from({ length: 1024 }, () => 200),
]);
const record = (...labels: number[]): Buffer => Buffer.concat([Buffer.from(labels), planes]);

describe("readCifar10", () => {
  it("gives pixels and class numbers, however the bytes are cut", async () => {
    const file = Buffer.concat(Array.from({ length: 300 }, (_, at) => record(at % 10)));
    const images = await readCifar10(inPieces(file, [1000, 70_000])).toArray();

    expect(images.map(({ label }) => label)).toEqual(Array.from({ length: 300 }, (_, at) => at % 10));
    expect(images[299]).toMatchObject({ width: 32, height: 32, channels: 3 });
    expect([...(images[299]?.data.subarray(0, 6) ?? [])]).toEqual([0, 100, 200, 1, 101, 200]);
    expect([...(images[0]?.data.subarray(-3) ?? [])]).toEqual([23, 123, 200]);
  });

  it("reads compressed files", async () => {
    expect(await readCifar10(gzipSync(record(3))).toArray()).toMatchObject([{ label: 3 }]);
  });

  it("names image and byte of a file that is cut short or another one", async () => {
    const short = Buffer.concat([record(1), record(2).subarray(0, 100)]);
    const other = Buffer.concat([record(1), record(10)]);

    expect(await faultOf(readCifar10(short).toArray())).toMatchObject({ record: 2, byteOffset: 3073 });
    const error = await faultOf(readCifar10(other).toArray());
    expect(error.message).toBe("CIFAR-10 (image 2, byte 3073): the class number 10 is not below 10; another file?");
  });
});

describe("readCifar100", () => {
  it("gives both class numbers", async () => {
    expect(await readCifar100(Buffer.concat([record(19, 99), record(0, 4)])).toArray()).toMatchObject([
      { coarseLabel: 19, label: 99 },
      { coarseLabel: 0, label: 4 },
    ]);
    expect(await faultOf(readCifar100(record(20, 1)).toArray())).toMatchObject({ record: 1, byteOffset: 0 });
  });
});
