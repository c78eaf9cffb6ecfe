import { crc32, deflateSync } from "node:zlib";
import { DescribeTrainingJobCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { mockClient } from "aws-sdk-client-mock";
import { describe, expect, it, onTestFinished } from "vitest";
import { encodeImageRecords, type ImageRecordInput } from "../../src/formats/index.js";
import { ImageClassification, type ImageClassificationDraft, type Session, TrainingInput } from "../../src/index.js";
import { formatReport, type PreflightOptions, type PreflightReport } from "../../src/preflight/index.js";
import { rejection } from "../workflow/support.js";
import { faults, folderWith, found, storeWith } from "./support.js";

const SMALL = { num_layers: 20, image_shape: "3,8,8", mini_batch_size: 2, resize: 8 } as const;

/** A small picture; `seed` makes pictures different. */
function png(seed: number, { width = 8, height = 8, channels = 3 as 1 | 3 } = {}): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, channels === 1 ? 0 : 2], 8);
  const pixels = deflateSync(Buffer.alloc(height * (width * channels + 1), Buffer.from([0, seed % 251, seed % 83])));
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

function estimator(session: Session, hyperparameters: ImageClassificationDraft = SMALL): ImageClassification {
  return new ImageClassification({ session, instanceType: "ml.p3.2xlarge", hyperparameters } as never);
}

/** Objects of a good job with lists: two classes, four images to learn from and two to test with. */
function goodLists(): Record<string, string | Uint8Array> {
  return {
    "d/train/0/a.png": png(1),
    "d/train/0/b.png": png(2),
    "d/train/1/c.png": png(3),
    "d/train/1/d.png": png(4),
    "d/validation/e.png": png(5),
    "d/validation/f.png": png(6),
    "d/train_lst/train.lst": "1\t0\t0/a.png\n2\t0\t0/b.png\n3\t1\t1/c.png\n4\t1\t1/d.png\n",
    "d/validation_lst/validation.lst": "5\t0\te.png\n6\t1\tf.png\n",
  };
}

/** Preflight of a job with lists. */
async function checkLists(
  objects: Readonly<Record<string, string | Uint8Array>>,
  hyperparameters: ImageClassificationDraft = SMALL,
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  const { session, uri } = await storeWith(objects);
  return estimator(session, hyperparameters).preflight(
    {
      train: uri("d/train/"),
      validation: uri("d/validation/"),
      train_lst: uri("d/train_lst/"),
      validation_lst: uri("d/validation_lst/"),
    },
    options,
  );
}

async function rec(records: readonly ImageRecordInput[]): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeImageRecords(records)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Images with these labels, all different. */
function records(labels: readonly (number | number[])[], from = 0): ImageRecordInput[] {
  return labels.map((label, index) => ({ id: from + index, labels: label, image: png(from + index) }));
}

/** Preflight of a job with RecordIO files. */
async function checkRecords(
  train: Uint8Array,
  hyperparameters: ImageClassificationDraft = SMALL,
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  const folder = await folderWith({ "train.rec": train, "validation.rec": await rec(records([0, 1], 500)) });
  const { session } = await storeWith({});
  const inputs = { train: `${folder}/train.rec`, validation: `${folder}/validation.rec` };
  return estimator(session, hyperparameters).preflight(inputs, options);
}

function places(report: PreflightReport, code: string, kind?: string): unknown[] {
  return found(report, code, kind).map(({ place }) => [place.line ?? place.record, place.byte]);
}

describe("ImageClassification.preflight", () => {
  it("finds nothing in a good job with lists, and offers what follows from the data", async () => {
    const report = await checkLists(goodLists());
    expect(faults(report)).toEqual([]);
    expect(report.derived).toMatchObject([
      { name: "num_classes", value: 2 },
      { name: "num_training_samples", value: 4 },
    ]);
    expect(
      report.checked.map(({ channel, objects, records: lines, coverage }) => [channel, objects, lines, coverage]),
    ).toEqual([
      ["train", 4, 0, "whole"],
      ["validation", 2, 0, "whole"],
      ["train_lst", 1, 4, "whole"],
      ["validation_lst", 1, 2, "whole"],
    ]);
  });

  it("finds nothing in good RecordIO files", async () => {
    const report = await checkRecords(await rec(records([0, 1, 1, 0])));
    expect(faults(report)).toEqual([]);
    expect(report.derived).toMatchObject([
      { name: "num_classes", value: 2 },
      { name: "num_training_samples", value: 4 },
    ]);
  });
});

describe("IC-01, IC-13: instances and networks", () => {
  it("are refused by the constructor, with the codes", async () => {
    const { session } = await storeWith({});
    const make = (options: object): ImageClassification => new ImageClassification({ session, ...options } as never);
    expect(() => make({ instanceType: "ml.c4.2xlarge", hyperparameters: SMALL })).toThrow("[IC-01]");
    const hyperparameters = { num_layers: 20, use_pretrained_model: 1 };
    expect(() => make({ instanceType: "ml.p3.2xlarge", hyperparameters })).toThrow("[IC-13]");
  });
});

describe("IC-02: channels", () => {
  it("that are missing are refused before anything is read", async () => {
    const { session, uri } = await storeWith({});
    const running = estimator(session).preflight({ train: uri("a.rec"), train_lst: uri("a.lst") } as never);
    await expect(running).rejects.toThrow("[IC-02]");
  });

  it("must hold one file of the right kind", async () => {
    const objects = { ...goodLists(), "d/train_lst/other.lst": "1\t0\t0/a.png\n", "d/train_lst/readme.txt": "x" };
    const report = await checkLists(objects);
    expect(found(report, "IC-02")).toMatchObject([
      { message: expect.stringMatching(/holds more than one \.lst file: .*other\.lst", ".*train\.lst"/u) },
    ]);
  });

  it("of images without lists are told apart from RecordIO", async () => {
    const { session, uri } = await storeWith({
      "t/a.png": png(1),
      "t/b.png": png(2),
      "v/v.rec": await rec(records([0])),
    });
    const report = await estimator(session).preflight({ train: uri("t/"), validation: uri("v/") });
    const [finding] = found(report, "IC-02");
    expect(finding?.message).toContain('channel "train" holds no .rec file, but');
    expect(finding?.fix).toContain("train_lst");
  });

  it("may hold the index beside a RecordIO file", async () => {
    const file = await rec(records([0, 1]));
    const { session, uri } = await storeWith({
      "t/t.rec": file,
      "t/t.idx": "0\t0\n",
      "v/v.rec": await rec(records([0, 1], 9)),
    });
    const report = await estimator(session).preflight({ train: uri("t/"), validation: uri("v/") });
    expect(faults(report)).toEqual([]);
  });
});

describe("IC-03: lists", () => {
  const withList = (list: string): Record<string, string | Uint8Array> => ({
    ...goodLists(),
    "d/train_lst/train.lst": list,
  });

  it("with blanks for tabs, a header line or a label that is no number are named line by line", async () => {
    const list = "index\tlabel\tpath\n1 0 0/a.png\n2\tcat\t0/b.png\n3\t1\t1/c.png\nx\t1\t1/d.png\n";
    const report = await checkLists(withList(list));
    expect(found(report, "IC-03", "line-form").map(({ message, place }) => [place.line, message])).toEqual([
      [1, expect.stringContaining("a list has no header line")],
      [2, 'the columns must be separated by tabs, not by blanks, in "1 0 0/a.png"'],
      [3, 'expected a number as label, got "cat"'],
      [5, 'expected a whole number from 0 as index, got "x"'],
    ]);
    expect(found(report, "IC-03", "line-form")[0]?.cause).toContain("Invalid lst file in the train channel");
  });

  it("with an index or an image that comes twice are found; another list may count anew", async () => {
    const list = "1\t0\t0/a.png\n2\t0\t0/b.png\n2\t1\t1/c.png\n5\t1\t0/a.png\n";
    const report = await checkLists(withList(list));
    expect(places(report, "IC-03", "repeated-index")).toEqual([[3, 24]]);
    expect(found(report, "IC-03", "repeated-path")).toMatchObject([{ severity: "warning", place: { line: 4 } }]);
  });

  it("with gaps between the class numbers, or labels that are none, are found", async () => {
    const report = await checkLists(withList("1\t0\t0/a.png\n2\t3\t0/b.png\n3\t1.5\t1/c.png\n4\t-1\t1/d.png\n"));
    expect(found(report, "IC-03", "label-gap")[0]?.message).toContain(
      "no training image has the label 1, 2, but some have 3",
    );
    expect(found(report, "IC-03", "label-value").map(({ message }) => message)).toEqual([
      "the label 1.5 is no class number",
      "the label -1 is no class number",
    ]);
  });

  it("with a class in validation only are found", async () => {
    const objects = { ...goodLists(), "d/validation_lst/validation.lst": "5\t0\te.png\n6\t2\tf.png\n" };
    const report = await checkLists(objects, { ...SMALL, num_classes: 3 });
    expect(found(report, "IC-03", "validation-only")).toMatchObject([{ severity: "warning" }]);
  });
});

describe("IC-04: images of a list", () => {
  it("that are not there are named with their line, and with what is there instead", async () => {
    const list = "1\t0\ttrain/0/a.png\n2\t0\t0/b.jpg\n3\t1\t1/c.png\n4\t1\t1/nothing.png\n";
    const report = await checkLists({ ...goodLists(), "d/train_lst/train.lst": list });
    expect(found(report, "IC-04", "missing-image").map(({ message, place }) => [place.line, message])).toEqual([
      [1, 'there is no image "train/0/a.png" below the prefix of the channel; there is "0/a.png"'],
      [2, 'there is no image "0/b.jpg" below the prefix of the channel; there is "0/b.png"'],
      [4, 'there is no image "1/nothing.png" below the prefix of the channel'],
    ]);
    expect(report.ok).toBe(false);
    expect(found(report, "IC-04", "unlisted-images")).toMatchObject([{ severity: "info" }]);
  });

  it("are not missed when the listing was cut", async () => {
    const report = await checkLists(goodLists(), SMALL, { sample: { listed: 2 } });
    expect(found(report, "IC-04")).toEqual([]);
    expect(report.skipped).toContainEqual(
      expect.objectContaining({
        codes: ["IC-04"],
        reason: expect.stringContaining("the listing of the images was cut"),
      }),
    );
  });
});

describe("IC-05, IC-06, IC-07: numbers that follow from the data", () => {
  it("are compared with what was set", async () => {
    const given = { ...SMALL, num_classes: 5, num_training_samples: 600, mini_batch_size: 3 };
    const report = await checkLists(goodLists(), given);
    expect(found(report, "IC-05")).toMatchObject([
      { severity: "error", message: '"num_classes" is 5, but the labels go to 1', fix: 'set "num_classes" to 2' },
    ]);
    expect(found(report, "IC-06")).toMatchObject([
      { severity: "warning", message: '"num_training_samples" is 600, but the training data holds 4 images' },
    ]);
    expect(found(report, "IC-07")).toMatchObject([
      {
        severity: "warning",
        message: expect.stringContaining('channel "validation" holds 2 images, fewer than one batch'),
      },
    ]);
  });

  it("fail fit before a job is created: fewer images than one batch", async () => {
    const { session, uri } = await storeWith({
      "t.rec": await rec(records([0, 1])),
      "v.rec": await rec(records([0, 1], 9)),
    });
    const hyperparameters = { ...SMALL, num_classes: 2, num_training_samples: 32, mini_batch_size: 32 };
    const made = estimator(session, hyperparameters);
    const error = await rejection(made.fit({ train: uri("t.rec"), validation: uri("v.rec") }));
    expect(error).toMatchObject({ code: "PREFLIGHT_FAILED", report: { ok: false } });
    expect(found(made.latestPreflight as PreflightReport, "IC-07")[0]?.cause).toContain(
      "The number of input images must be bigger or equal to the mini_batch_size.",
    );
  });
});

describe("IC-08: labels of several numbers", () => {
  it("need multi_label, and as many numbers as there are classes", async () => {
    const train = await rec(
      records([
        [1, 0, 1],
        [0, 1, 0],
      ]),
    );
    const single = await checkRecords(train, { ...SMALL, num_classes: 3 });
    expect(found(single, "IC-08", "label-width")).toMatchObject([{ severity: "error", fix: "set multi_label to 1" }]);
    const five = await checkRecords(train, { ...SMALL, num_classes: 5, multi_label: 1 });
    expect(found(five, "IC-05")[0]?.message).toBe('"num_classes" is 5, but a label has 3 numbers');
    const good = await checkRecords(train, { ...SMALL, multi_label: 1 });
    expect(good.derived[0]).toMatchObject({ name: "num_classes", value: 3 });
  });

  it("must all be as wide as the first", async () => {
    const report = await checkRecords(
      await rec(
        records([
          [1, 0],
          [1, 0, 0],
          [0, 1],
        ]),
      ),
      { ...SMALL, multi_label: 1 },
    );
    expect(found(report, "IC-08", "label-widths")).toMatchObject([
      { message: "the label has 3 numbers, the first one has 2", place: { record: 2 } },
    ]);
  });
});

describe("IC-09: RecordIO", () => {
  it("that is something else says so at once", async () => {
    const report = await checkRecords(Buffer.concat([png(1), png(2)]));
    const [finding] = found(report, "IC-09");
    expect(finding).toMatchObject({ severity: "error", place: { record: 1, byte: 0 } });
    expect(finding?.message).toContain("this is a PNG image, not a file of records");
    expect(finding?.cause).toBe("The Record IO header does not start with the magic number.");
  });

  it("that is damaged or cut short names record and byte", async () => {
    const good = await rec(records([0, 1, 1, 0]));
    const cut = await checkRecords(good.subarray(0, good.length - 5));
    expect(found(cut, "IC-09")).toMatchObject([
      { place: { record: 4 }, message: expect.stringContaining("cut short") },
    ]);
    const damaged = Buffer.from(good);
    const second = good.indexOf(Buffer.from([0x0a, 0x23, 0xd7, 0xce]), 4);
    damaged[second] = 0;
    const report = await checkRecords(damaged);
    expect(found(report, "IC-09")).toMatchObject([{ place: { record: 2, byte: second } }]);
    expect(report.derived).toEqual([]);
  });

  it("with a label that is no class number names the record", async () => {
    const report = await checkRecords(await rec(records([0, 1, 2.5])));
    expect(found(report, "IC-09", "label-value")).toMatchObject([{ place: { record: 3 } }]);
  });

  it("is not called damaged where only the sample ends, and counts nothing then", async () => {
    const labels = Array.from({ length: 50 }, (_, index) => index % 2);
    const train = await rec(records(labels));
    const options = { sample: { bytes: Math.floor(train.length / 2) + 3 } };
    const report = await checkRecords(train, { ...SMALL, num_classes: 3, num_training_samples: 50 }, options);
    expect(faults(report)).toEqual([]);
    expect(report.derived).toEqual([]);
    expect(report.skipped).toContainEqual({
      codes: ["IC-03", "IC-05", "IC-06", "IC-07"],
      channel: "train",
      reason: 'images and classes are counted with sample: "whole" only',
    });
    const few = await checkRecords(train, { ...SMALL, num_classes: 1, num_training_samples: 50 }, options);
    expect(found(few, "IC-05")).toMatchObject([{ message: '"num_classes" is 1, but there is the label 1' }]);
  });
});

describe("IC-10: augmented manifests", () => {
  const input = (uri: string, contentType = "application/x-recordio"): TrainingInput =>
    new TrainingInput(uri, {
      s3DataType: "AugmentedManifestFile",
      attributeNames: ["source-ref", "class"],
      contentType,
      inputMode: "Pipe",
      recordWrapping: "RecordIO",
    });

  async function check(
    lines: (uri: (key: string) => string) => readonly unknown[],
    hyperparameters: ImageClassificationDraft = SMALL,
    contentType?: string,
    options: PreflightOptions = {},
  ): Promise<PreflightReport> {
    const images = { "i/a.png": png(1), "i/b.png": png(2), "i/c.png": png(3), "i/d.png": png(4), "i/empty.png": "" };
    const { session, uri } = await storeWith(images);
    const text = (rows: readonly unknown[]): string =>
      rows.map((row) => `${typeof row === "string" ? row : JSON.stringify(row)}\n`).join("");
    await session.uploadString(text(lines(uri)), uri("train.manifest"));
    const validation = [0, 1].map((label) => ({ "source-ref": uri(label ? "i/c.png" : "i/d.png"), class: label }));
    await session.uploadString(text(validation), uri("validation.manifest"));
    const inputs = { train: input(uri("train.manifest"), contentType), validation: input(uri("validation.manifest")) };
    return estimator(session, hyperparameters).preflight(inputs, options);
  }

  it("of the wrong attribute names are refused before they are read", () => {
    const options = { s3DataType: "AugmentedManifestFile", inputMode: "Pipe" } as const;
    expect(() => new TrainingInput("s3://b/m", options)).toThrow("attributeNames");
  });

  it("with numbers, texts of numbers and metadata are good", async () => {
    const report = await check((uri) => [
      { "source-ref": uri("i/a.png"), class: "0", "class-metadata": { confidence: 1 } },
      { "source-ref": uri("i/b.png"), class: 1 },
    ]);
    expect(faults(report)).toEqual([]);
    expect(report.derived).toMatchObject([{ value: 2 }, { value: 2 }]);
  });

  it("are checked line by line: attributes, images and labels", async () => {
    const report = await check((uri) => [
      { source_ref: uri("i/a.png"), class: 0 },
      { "source-ref": "i/a.png", class: 0 },
      { "source-ref": uri("i/a.png"), class: "cat" },
      { "source-ref": uri("i/gone.png"), class: 1 },
      { "source-ref": uri("i/empty.png"), class: 1 },
      "{broken",
      { "source-ref": uri("i/b.png"), class: 0 },
    ]);
    expect(found(report, "IC-10").map(({ kind, place }) => [kind, place.line])).toEqual([
      ["manifest-attribute", 1],
      ["manifest-image", 2],
      ["manifest-label", 3],
      ["manifest-line", 6],
      ["missing-image", 4],
      ["empty-image", 5],
    ]);
    expect(found(report, "IC-10")[0]?.message).toBe('the line has no "source-ref"; it has "source_ref"');
  });

  it("of which only a part was read count nothing", async () => {
    const options = { sample: { bytes: 400 } };
    const lines = (uri: (key: string) => string): unknown[] =>
      Array.from({ length: 40 }, (_, index) => ({ "source-ref": uri("i/a.png"), class: index % 2 }));
    const report = await check(lines, { ...SMALL, num_classes: 2, num_training_samples: 40 }, undefined, options);
    expect(found(report, "IC-06")).toEqual([]);
    expect(report.derived).toEqual([]);
    expect(report.skipped).toContainEqual(expect.objectContaining({ codes: ["IC-03", "IC-05", "IC-06", "IC-07"] }));
  });

  it("with lists of class numbers need the label-format", async () => {
    const lines = (uri: (key: string) => string): unknown[] => [
      { "source-ref": uri("i/a.png"), class: "[0, 2]" },
      { "source-ref": uri("i/b.png"), class: [1, 7] },
    ];
    const multi = { ...SMALL, num_classes: 3, num_training_samples: 2, multi_label: 1 } as const;
    const plain = await check(lines, multi);
    expect(found(plain, "IC-10", "multi-hot")[0]?.fix).toContain("label-format=class-id");
    const classId = await check(lines, multi, "application/x-recordio; label-format=class-id");
    expect(found(classId, "IC-10")).toMatchObject([
      { kind: "class-id", message: "the class number 7 is not in 0 to 2", place: { line: 2 } },
    ]);
  });
});

describe("IC-11: images", () => {
  const withImage = (image: Uint8Array | string): Record<string, string | Uint8Array> => ({
    ...goodLists(),
    "d/train/0/b.png": image,
  });

  it("that are smaller than image_shape are an error, unless resize makes them larger", async () => {
    const small = png(2, { width: 20, height: 5 });
    const report = await checkLists(withImage(small), { ...SMALL, resize: undefined });
    const [finding] = found(report, "IC-11", "image-size");
    expect(finding?.severity).toBe("error");
    expect(finding?.message).toContain("lowest height among the images is 5 and the lowest width 8");
    expect(finding?.place.file).toContain("/d/train/0/b.png");
    expect(found(await checkLists(withImage(small)), "IC-11")).toEqual([]);
  });

  it("with another number of channels are named", async () => {
    const report = await checkLists(withImage(png(2, { channels: 1 })));
    expect(found(report, "IC-11", "image-channels")).toMatchObject([
      {
        severity: "warning",
        message: 'the image has 1 channel, "image_shape" says 3',
        place: { file: expect.stringContaining("/0/b.png") },
      },
    ]);
  });

  it("that are none are named, and other kinds of images are told by their bytes", async () => {
    const html = await checkLists(withImage("<!DOCTYPE html><html>not found</html>"));
    expect(found(html, "IC-11")).toMatchObject([{ kind: "not-an-image", severity: "error" }]);
    const webp = await checkLists(withImage(Buffer.from("RIFF\x24\0\0\0WEBPVP8 ", "latin1")));
    expect(found(webp, "IC-11")).toMatchObject([
      { kind: "image-format", message: "the image is WEBP, whatever its name says" },
    ]);
    expect(formatReport(webp)).toContain("WARNING IC-11");
  });

  it("of which there are many are sampled, spread over all of them", async () => {
    const report = await checkLists(goodLists(), SMALL, { sample: { objects: 2 } });
    expect(report.checked[0]).toMatchObject({ channel: "train", objects: 4, objectsRead: 2, coverage: "sampled" });
    expect(report.derived[1]).toMatchObject({ name: "num_training_samples", value: 4 });
  });
});

describe("IC-12: a model to go on from", () => {
  const files = { "t.rec": "", "out/first/output/model.tar.gz": "x" };

  it("must have been trained with the same network, which apiCalls looks up", async () => {
    const { session, uri } = await storeWith({ ...files, "t.rec": await rec(records([0, 1])) });
    const stub = mockClient(SageMakerClient);
    onTestFinished(() => stub.restore());
    stub.on(DescribeTrainingJobCommand).resolves({
      TrainingJobName: "first",
      TrainingJobArn: "arn:aws:sagemaker:us-east-1:123456789012:training-job/first",
      TrainingJobStatus: "Completed",
      SecondaryStatus: "Completed",
      CreationTime: new Date(0),
      HyperParameters: { num_classes: "3", num_training_samples: "9", num_layers: "18", image_shape: "3,8,8" },
    } as never);
    const made = new ImageClassification({
      session,
      instanceType: "ml.p3.2xlarge",
      hyperparameters: { ...SMALL, num_classes: 2, num_training_samples: 2 },
      modelUri: uri("out/first/output/model.tar.gz"),
    });
    const inputs = { train: uri("t.rec"), validation: uri("t.rec") };
    const report = await made.preflight(inputs, { apiCalls: true });
    expect(found(report, "IC-12").map(({ place }) => place.field)).toEqual(["num_classes", "num_layers"]);
    const quiet = await made.preflight(inputs);
    expect(quiet.skipped).toContainEqual(expect.objectContaining({ codes: ["IC-12"] }));
  });
});

describe("IC-14: class names", () => {
  it("are an option that is checked against num_classes", async () => {
    const { session } = await storeWith({});
    const hyperparameters = { ...SMALL, num_classes: 3, num_training_samples: 9 };
    const options = { session, instanceType: "ml.p3.2xlarge", hyperparameters, classNames: ["cat", "dog"] };
    expect(() => new ImageClassification(options as never)).toThrow("classNames");
  });
});

describe("IC-15: images in train and in validation", () => {
  it("are found among image files by their content", async () => {
    const report = await checkLists({ ...goodLists(), "d/validation/e.png": png(3) });
    expect(found(report, "IC-15")).toMatchObject([{ severity: "warning", kind: "shared-image" }]);
    expect(found(report, "IC-15")[0]?.place.file).toMatch(/\/(?:1\/c|validation\/e)\.png$/u);
  });

  it("are found in RecordIO files", async () => {
    const report = await checkRecords(await rec([...records([0, 1]), { id: 7, labels: 0, image: png(500) }]));
    expect(found(report, "IC-15")).toMatchObject([{ place: { channel: "validation", record: 1 } }]);
  });
});
