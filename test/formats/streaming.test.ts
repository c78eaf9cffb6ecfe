import { readdirSync, readlinkSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  encodeIdx,
  encodeImageList,
  encodeImageRecords,
  encodeS3Manifest,
  listImages,
  packImages,
  type RecordStream,
  readCifar10,
  readIdx,
  readIdxImages,
  readIdxItems,
  readImageHeader,
  readImageList,
  readImageRecords,
  readRecordIO,
  readS3Manifest,
  writeIdx,
  writeImageList,
  writeImageRecords,
} from "../../src/formats/index.js";
import { bytesOf, useFolder } from "./support.js";

const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const image = Buffer.concat([png, Buffer.alloc(20_000)]);
const count = 500;

function* times<T>(made: (index: number) => T, taken?: { items: number }): Generator<T> {
  for (let index = 0; index < count; index++) {
    if (taken) taken.items = index + 1;
    yield made(index);
  }
}

/** A file of about 10 MB of every kind. */
const files: Readonly<
  Record<
    string,
    { bytes: () => AsyncIterable<Uint8Array>; read: (source: AsyncIterable<Uint8Array>) => RecordStream<unknown> }
  >
> = {
  readRecordIO: {
    bytes: () => encodeImageRecords(times((id) => ({ id, labels: 0, image }))),
    read: (source) => readRecordIO(source),
  },
  readImageRecords: {
    bytes: () => encodeImageRecords(times((id) => ({ id, labels: 0, image }))),
    read: (source) => readImageRecords(source),
  },
  readIdxItems: {
    bytes: () => encodeIdx({ type: "int32", shape: [count, 5000], items: times(() => new Int32Array(5000)) }),
    read: (source) => readIdxItems(source),
  },
  readIdxImages: {
    bytes: () => encodeIdx({ type: "uint8", shape: [count, 100, 200], items: times(() => new Uint8Array(20_000)) }),
    read: (source) => readIdxImages(source),
  },
  readCifar10: {
    bytes: () =>
      (async function* () {
        for (let part = 0; part < 10; part++) yield Buffer.alloc(3073 * 300);
      })(),
    read: (source) => readCifar10(source),
  },
  readImageList: {
    bytes: () => encodeImageList(times((index) => ({ index, labels: 0, path: `${"folder/".repeat(2000)}a.png` }))),
    read: (source) => readImageList(source),
  },
  readS3Manifest: {
    bytes: () =>
      encodeS3Manifest(
        "s3://b/",
        times((index) => `s3://b/${"folder/".repeat(2000)}${index}`),
      ),
    read: (source) => readS3Manifest(source),
  },
};

describe.each(Object.entries(files))("%s", (_, { bytes, read }) => {
  it("asks for no more than about two blocks before it hands out records, and closes the source when left", async () => {
    const whole = await bytesOf(bytes());
    expect(whole.length).toBeGreaterThan(6_000_000);
    let given = 0;
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (let at = 0; at < whole.length; at += 50_000) {
          given = at + 50_000;
          yield whole.subarray(at, at + 50_000);
        }
      } finally {
        closed = true;
      }
    }

    for await (const _ of read(source())) break;
    expect(given).toBeLessThan(2_500_000);
    expect(closed).toBe(true);
  });
});

describe("writers of image formats", () => {
  const path = useFolder();

  it.each<[string, (taken: { items: number }) => AsyncIterable<Uint8Array>]>([
    ["encodeImageRecords", (taken) => encodeImageRecords(times((id) => ({ id, labels: 0, image }), taken))],
    [
      "encodeIdx",
      (taken) =>
        encodeIdx({ type: "uint8", shape: [count, 20_000], items: times(() => new Uint8Array(20_000), taken) }),
    ],
  ])("%s takes no more records than one chunk needs", async (_, encode) => {
    const taken = { items: 0 };
    const chunks = encode(taken)[Symbol.asyncIterator]();
    let bytes = 0;
    // The first chunk may be the header alone.
    while (bytes < 1000) bytes += (await chunks.next()).value?.length ?? 0;

    expect(taken.items).toBeLessThan(20);
    await chunks.return?.();
  });

  it.each<[string, (file: string, signal: AbortSignal, abort: () => void) => Promise<unknown>]>([
    [
      "writeImageList",
      (file, signal, abort) =>
        writeImageList(
          file,
          aborting(abort, (index) => ({ index, labels: 0, path: "a" })),
          { signal },
        ),
    ],
    [
      "writeImageRecords",
      (file, signal, abort) =>
        writeImageRecords(
          file,
          aborting(abort, (id) => ({ id, labels: 0, image: png })),
          { signal },
        ),
    ],
    [
      "writeIdx",
      (file, signal, abort) =>
        writeIdx(file, { type: "uint8", shape: [1e6], items: aborting(abort, () => 1) }, { signal }),
    ],
    [
      "packImages",
      (file, signal, abort) =>
        packImages(
          aborting(abort, (index) => ({ index, labels: 0, path: "a.png" })),
          path("images"),
          file,
          { signal },
        ),
    ],
  ])("%s leaves no file and no open file behind when it is aborted", async (_, write) => {
    await mkdir(path("images"));
    await writeFile(path("images", "a.png"), png);
    const controller = new AbortController();
    const reason = new Error("enough");

    await expect(write(path("out"), controller.signal, () => controller.abort(reason))).rejects.toBe(reason);
    expect(await readdir(path())).toEqual(["images"]);
    expect(openFiles(path())).toEqual([]);
  });
});

describe("readers of image formats", () => {
  const path = useFolder();

  it("leave no file open after an error, an early end or an abort", async () => {
    await writeImageRecords(
      path("x.rec"),
      times((id) => ({ id, labels: 0, image })),
    );
    await writeFile(path("bad.rec"), "no records");
    const controller = new AbortController();

    for await (const _ of readImageRecords(path("x.rec"))) break;
    await expect(readImageRecords(path("bad.rec")).toArray()).rejects.toThrow();
    await expect(readIdx(path("bad.rec"))).rejects.toThrow();
    await expect(readImageHeader(path("bad.rec"))).rejects.toThrow();
    await expect(
      (async () => {
        for await (const _ of readImageRecords(path("x.rec"), { signal: controller.signal })) {
          controller.abort(new Error("enough"));
        }
      })(),
    ).rejects.toThrow("enough");
    for await (const _ of listImages(path())) break;
    expect(openFiles(path())).toEqual([]);
  });
});

/** Records without end; the abort comes after a while. */
function* aborting<T>(abort: () => void, made: (index: number) => T): Generator<T> {
  for (let index = 0; ; index++) {
    if (index === 3000) abort();
    if (index > 2e6) throw new Error("the abort was not noticed");
    yield made(index);
  }
}

/** Files of a folder that this process has open; none where the system does not tell. */
function openFiles(folder: string): string[] {
  let open: string[];
  try {
    open = readdirSync("/proc/self/fd");
  } catch {
    return [];
  }
  return open.flatMap((descriptor) => {
    try {
      const file = readlinkSync(`/proc/self/fd/${descriptor}`);
      return file.startsWith(folder) ? [file] : [];
    } catch {
      // The descriptor with which the list itself was read.
      return [];
    }
  });
}
