import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodePng } from "../../../../src/formats/index.js";
import { seededRandom } from "../../../../src/internal/random.js";
import type { ChannelInput } from "../../../../src/local/engines/contract.js";
import { indexImages } from "../../../../src/local/engines/image-classification/data/image-index.js";
import { ImageSet } from "../../../../src/local/engines/image-classification/data/image-set.js";
import { channel, listChannels, recordChannel, removeFolders, type Sample, samples } from "./image-job.js";

const signal = new AbortController().signal;
const RULES = { classes: 3, multiLabel: false };

let images: Sample[];
beforeAll(async () => {
  images = await samples(4);
});
afterAll(removeFolders);

function indexList(list: string | Uint8Array, rules = RULES, files: readonly Sample[] = images) {
  const [pictures] = listChannels("train", files);
  return indexImages(
    { images: pictures as ChannelInput, list: channel("train_lst", { "train.lst": list }) },
    rules,
    signal,
  );
}

function indexManifest(lines: string, changes: Partial<ChannelInput> = {}, rules = RULES) {
  const files = { "train.manifest": lines, "s3://b/0.png": images[0]?.png ?? "", "s3://b/1.png": images[1]?.png ?? "" };
  const manifest = channel("train", files, {
    ...{ s3DataType: "AugmentedManifestFile", recordWrapperType: "RecordIO", attributeNames: ["source-ref", "class"] },
    ...changes,
  });
  return indexImages({ images: manifest, list: undefined }, rules, signal);
}

describe("a list of images", () => {
  it("gives labels and files in the order of its lines", async () => {
    const indexed = await indexList("7\t2\t2/image-2.png\n3\t0\t0/image-0.png\n");
    expect(indexed.map(({ labels, place }) => [...labels, place])).toEqual([
      [2, "train.lst, image 7 (2/image-2.png)"],
      [0, "train.lst, image 3 (0/image-0.png)"],
    ]);
    expect(indexed[0]?.path.endsWith("2/image-2.png")).toBe(true);
  });

  it.each([
    [
      "blanks instead of tabs",
      "1 0 0/image-0.png\n",
      /train\.lst: image list \(line 1, .*separated by tabs, not by blanks/u,
    ],
    ["a header line", "index\tlabel\tpath\n", /line 1, .*no header line/u],
    ["a missing column", "1\t0\t0/image-0.png\n2\t1\n", /line 2, /u],
    [
      "an index twice",
      "1\t0\t0/image-0.png\n1\t1\t1/image-1.png\n",
      /line 2, .*the index 1 stands on an earlier line/u,
    ],
    [
      "a file that is not there",
      "1\t0\t0/nothing.png\n",
      /train\.lst, image 1 \(0\/nothing\.png\): the channel train has no file "0\/nothing\.png"\.$/u,
    ],
    [
      "a path without its folder",
      "1\t0\timage-0.png\n",
      /no file "image-0\.png"; it has "0\/image-0\.png"\. Paths in the list are relative/u,
    ],
  ])("is refused in the words of the service, with file and line: %s", async (_, list, expected) => {
    await expect(indexList(list)).rejects.toMatchObject({ name: "JobFailure", kind: "ClientError" });
    await expect(indexList(list)).rejects.toThrow(/^Invalid lst file in the train channel\. /u);
    await expect(indexList(list)).rejects.toThrow(expected);
  });

  it("must be the only one of its channel, and not empty", async () => {
    await expect(indexList("")).rejects.toThrow("The train channel holds no images.");
    const [pictures] = listChannels("train", images) as [ChannelInput];
    const two = channel("train_lst", { "a.lst": "", "b.lst": "", "c.txt": "" });
    await expect(indexImages({ images: pictures, list: two }, RULES, signal)).rejects.toThrow(
      "The channel train_lst must hold one .lst file, found 2 among 3 files: a.lst, b.lst, c.txt.",
    );
  });

  it("has class numbers from 0 to num_classes - 1, one for each image", async () => {
    const place = "train.lst, image 1 \\(0/image-0.png\\)";
    for (const label of ["3", "-1", "0.5"]) {
      await expect(indexList(`1\t${label}\t0/image-0.png\n`)).rejects.toThrow(
        new RegExp(
          `^${place}: the label must be a class number from 0 to 2 \\(num_classes is 3\\), got ${label}\\.$`,
          "u",
        ),
      );
    }
    await expect(indexList("1\t0\t1\t0/image-0.png\n")).rejects.toThrow("2 labels, but multi_label is 0");
  });

  it("has a 0 or 1 for each class when labels are independent", async () => {
    const rules = { classes: 3, multiLabel: true };
    const [row] = await indexList("1\t1\t0\t1\t0/image-0.png\n", rules);
    expect(row?.labels).toEqual(Float32Array.of(1, 0, 1));
    await expect(indexList("1\t1\t0\t0/image-0.png\n", rules)).rejects.toThrow(
      /^Mismatch between number of labels in the multi-label data \(2\) and the num_classes parameter \(3\)\. train\.lst, image 1/u,
    );
    await expect(indexList("1\t1\t0\t2\t0/image-0.png\n", rules)).rejects.toThrow("is 0 or 1, got 2");
  });
});

describe("RecordIO files", () => {
  it("are read one behind the other, records that were split too", async () => {
    // A magic number inside of an image splits its record in three.
    const magic = Uint8Array.of(0x0a, 0x23, 0xd7, 0xce);
    const png = Uint8Array.from(Buffer.concat([magic, new Uint8Array(8), magic, Uint8Array.of(1)]));
    const one = await recordChannel("a", [{ label: 1, png }, ...images.slice(0, 2)]);
    const two = await recordChannel("b", images.slice(2));
    const both = { ...one, name: "train", files: [...one.files, ...two.files] };
    const indexed = await indexImages({ images: both, list: undefined }, RULES, signal);
    expect(indexed.map(({ labels }) => labels[0])).toEqual([1, 0, 1, 2, 0]);
    const set = new ImageSet(indexed.slice(1), {
      ...{ shape: { channels: 1, height: 8, width: 8 }, resize: undefined, augmentation: undefined },
    });
    await set.decodeAhead(signal);
    await expect(
      new ImageSet(indexed, {
        shape: { channels: 1, height: 8, width: 8 },
        resize: undefined,
        augmentation: undefined,
      }).decodeAhead(signal),
    ).rejects.toThrow(/^a\.rec, record 1 \(id 0\): the image cannot be decoded\. /u);
  });

  it("are refused when they are none, with record and place", async () => {
    const file = channel("train", { "train.rec": Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    const index = (images: ChannelInput) => indexImages({ images, list: undefined }, RULES, signal);
    await expect(index(file)).rejects.toThrow(
      /^Unable to parse record\. Please make sure input data is in correct recordio format\. train\.rec: .*record 1, byte 0.*got 01 02 03 04/u,
    );
    await expect(index(channel("train", { "train.tfrecord": "" }))).rejects.toThrow(
      "No .rec file found in the train channel: train.tfrecord.",
    );
  });
});

describe("an augmented manifest", () => {
  it("takes labels as numbers, as texts, and as lists in either label format", async () => {
    const lines =
      '{"source-ref":"s3://b/0.png","class":"2"}\n\n{"source-ref":"s3://b/1.png","class":0,"class-metadata":{}}\n';
    const indexed = await indexManifest(lines);
    expect(indexed.map(({ labels, place }) => [...labels, place])).toEqual([
      [2, "train.manifest, line 1"],
      [0, "train.manifest, line 3"],
    ]);
    const rules = { classes: 3, multiLabel: true };
    const hot = await indexManifest('{"source-ref":"s3://b/0.png","class":"[1, 0, 1]"}', {}, rules);
    const contentType = "application/x-recordio; label-format=class-id";
    const ids = await indexManifest('{"source-ref":"s3://b/0.png","class":[0,2]}', { contentType }, rules);
    expect([hot[0]?.labels, ids[0]?.labels]).toEqual([Float32Array.of(1, 0, 1), Float32Array.of(1, 0, 1)]);
  });

  it("is refused with its line", async () => {
    await expect(indexManifest("{}\n")).rejects.toThrow(
      /^Got empty batch from pipe\. .*AttributeNames matches attributes names in the augmented manifest\. train\.manifest, line 1: "source-ref"/u,
    );
    await expect(indexManifest('{"source-ref":"s3://b/0.png","class":"cat"}')).rejects.toThrow(
      'train.manifest, line 1: "class" must be a class number, or a list of numbers for multi-label data, got "cat".',
    );
    await expect(indexManifest('{"source-ref":"s3://b/0.png"')).rejects.toThrow(
      /^The train channel: JSON Lines \(line 1, .*not JSON/u,
    );
    await expect(
      indexManifest('{"source-ref":"s3://b/0.png","class":[0,2]}', {}, { classes: 5, multiLabel: true }),
    ).rejects.toThrow(
      "Mismatch between number of labels in the multi-label data (2) and the num_classes parameter (5).",
    );
  });
});

describe("ImageSet", () => {
  const shape = { channels: 1, height: 4, width: 4 };
  const random = seededRandom(1);
  const grey = async (width: number, height: number, value: (x: number, y: number) => number): Promise<Sample> => ({
    label: 0,
    png: await encodePng({
      ...{ width, height, channels: 1 },
      data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
    }),
  });
  const setOf = async (samples: readonly Sample[], changes: Partial<ConstructorParameters<typeof ImageSet>[1]> = {}) =>
    new ImageSet(await indexImages({ images: await recordChannel("train", samples), list: undefined }, RULES, signal), {
      shape,
      resize: undefined,
      augmentation: undefined,
      ...changes,
    });
  const pixels = async (set: ImageSet, index = 0): Promise<number[]> => {
    const target = new Float32Array(set.imageSize);
    await set.fill([index], target, new Float32Array(1), random);
    return [...target];
  };

  it("cuts out the middle, without scaling the values", async () => {
    const set = await setOf([await grey(6, 8, (x, y) => x * 10 + y)]);
    expect(await pixels(set)).toEqual([2, 3, 4, 5].flatMap((y) => [1, 2, 3, 4].map((x) => x * 10 + y)));
  });

  it("brings the shorter side to resize first", async () => {
    const set = await setOf([await grey(16, 8, (x) => (x < 8 ? 0 : 200))], { resize: 4 });
    expect(await pixels(set)).toEqual([0, 1, 2, 3].flatMap(() => [0, 0, 200, 200]));
  });

  it("reads grey images for three channels, and coloured ones for one", async () => {
    const set = await setOf([await grey(4, 4, () => 7)], { shape: { ...shape, channels: 3 } });
    expect(await pixels(set)).toEqual(new Array<number>(48).fill(7));
    const png = await encodePng({ width: 4, height: 4, channels: 3, data: new Uint8Array(48).fill(9) });
    expect(await pixels(await setOf([{ label: 0, png }]))).toEqual(new Array<number>(16).fill(9));
  });

  it("gives the same images whether they are kept or decoded each time", async () => {
    const kept = await setOf(await samples(6));
    const cacheBytes = 3 * 16;
    const decoded = await setOf(await samples(6), { cacheBytes });
    await kept.decodeAhead(signal);
    await decoded.decodeAhead(signal);
    for (let index = 0; index < 6; index++) {
      expect(await pixels(decoded, index)).toEqual(await pixels(kept, index));
      expect(await pixels(decoded, index)).toEqual(await pixels(kept, index));
    }
  });

  it("refuses an image that is smaller than image_shape, naming it", async () => {
    await expect((await setOf([await grey(8, 3, () => 0)])).decodeAhead(signal)).rejects.toThrow(
      "train.rec, record 1 (id 0): the image has 8 x 3 pixels, less than the 4 x 4 of image_shape; lower image_shape or set resize.",
    );
    await expect((await setOf([await grey(8, 8, () => 0)], { resize: 2 })).decodeAhead(signal)).rejects.toThrow(
      "2 x 2 pixels after resize",
    );
  });

  it("stops decoding when it is told to", async () => {
    const set = await setOf(await samples(3));
    await expect(set.decodeAhead(AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});
