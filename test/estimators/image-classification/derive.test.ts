import { describe, expect, it } from "vitest";
import { ValidationError } from "../../../src/errors/index.js";
import {
  compareWithEarlierJob,
  deriveImageClassification,
  type ImageClassificationData,
  type ImageClassificationDraft,
} from "../../../src/estimators/index.js";
import { LabelIndex } from "../../../src/formats/index.js";

const kinds = (data: ImageClassificationData, given: ImageClassificationDraft = {}): string[] =>
  deriveImageClassification(data, given).findings.map(({ severity, code, kind }) => `${severity} ${code} ${kind}`);

const labels = (...counts: number[]): ReadonlyMap<number, number> =>
  new Map(counts.flatMap((count, label) => (count > 0 ? [[label, count]] : [])));

describe("deriveImageClassification", () => {
  it("takes the number of classes from the class table, the labels or their width", () => {
    const found = (data: object) => deriveImageClassification({ trainingImages: 480, ...data }, {}).num_classes;
    expect(found({ classNames: ["a", "b", "c"] })).toBe(3);
    expect(found({ classNames: LabelIndex.from(["b", "a"]) })).toBe(2);
    expect(found({ trainingLabels: labels(200, 280) })).toBe(2);
    expect(found({ labelWidth: 5 })).toBe(5);
    expect(found({})).toBeUndefined();
  });

  it("gives the number of images, and says nothing when everything fits", () => {
    const data = {
      trainingImages: 480,
      validationImages: 120,
      classNames: ["zero", "one"],
      trainingLabels: labels(240, 240),
      validationLabels: labels(60, 60),
      labelWidth: 1,
      smallestImage: { height: 28, width: 28 },
    };
    expect(deriveImageClassification(data, { image_shape: "1,28,28" })).toEqual({
      num_classes: 2,
      num_training_samples: 480,
      classNames: ["zero", "one"],
      findings: [],
    });
  });

  it("keeps what was given, and says how it differs from the data", () => {
    const { num_training_samples, findings } = deriveImageClassification(
      { trainingImages: 480 },
      { num_training_samples: 600, mini_batch_size: 20 },
    );
    expect(num_training_samples).toBe(600);
    expect(findings).toEqual([
      {
        code: "IC-06",
        kind: "sample-count",
        severity: "warning",
        message: '"num_training_samples" is 600, but the training data holds 480 images',
        place: { field: "num_training_samples" },
        cause: "an epoch is 30 batches of 20 images whatever the data holds, so images repeat",
        fix: 'set "num_training_samples" to 480',
      },
    ]);
  });

  it.each<[string, ImageClassificationData, ImageClassificationDraft, string[]]>([
    [
      "more classes than names",
      { trainingImages: 99, classNames: ["a"] },
      { num_classes: 2 },
      ["error IC-05 class-count"],
    ],
    [
      "labels beyond the classes",
      { trainingImages: 99, trainingLabels: labels(1, 1, 1) },
      { num_classes: 2 },
      ["error IC-05 class-count", "error IC-03 label-range"],
    ],
    ["labels from 1", { trainingImages: 99, trainingLabels: labels(0, 50, 49) }, {}, ["error IC-03 label-gap"]],
    [
      "a broken label",
      {
        trainingImages: 99,
        trainingLabels: new Map([
          [0, 98],
          [0.5, 1],
        ]),
      },
      {},
      ["error IC-03 label-range"],
    ],
    [
      "a negative label",
      {
        trainingImages: 99,
        trainingLabels: new Map([
          [0, 98],
          [-1, 1],
        ]),
      },
      {},
      ["error IC-03 label-range"],
    ],
    [
      "a class without images",
      { trainingImages: 99, classNames: ["a", "b"], trainingLabels: labels(99) },
      {},
      ["warning IC-03 unused-class"],
    ],
    [
      "a class that is only tested",
      { trainingImages: 99, classNames: ["a", "b"], trainingLabels: labels(99), validationLabels: labels(50, 50) },
      {},
      ["warning IC-03 unused-class", "warning IC-03 validation-only"],
    ],
    [
      "a validation label beyond the classes",
      { trainingImages: 99, trainingLabels: labels(99), validationLabels: labels(50, 50) },
      {},
      ["error IC-03 label-range"],
    ],
    ["wide labels without multi_label", { trainingImages: 99, labelWidth: 5 }, {}, ["error IC-08 label-width"]],
    [
      "class numbers with multi_label",
      { trainingImages: 99, labelWidth: 1, classNames: ["a", "b"] },
      { multi_label: 1 },
      ["error IC-08 label-width"],
    ],
    [
      "wide labels of another width",
      { trainingImages: 99, labelWidth: 5 },
      { multi_label: 1, num_classes: 4 },
      ["error IC-05 class-count"],
    ],
    ["fewer images than a batch", { trainingImages: 31 }, {}, ["error IC-07 batch-size"]],
    ["fewer test images than a batch", { trainingImages: 32, validationImages: 31 }, {}, ["warning IC-07 batch-size"]],
    ["too few declared samples", { trainingImages: 64 }, { num_training_samples: 32 }, ["warning IC-06 sample-count"]],
    [
      "small images",
      { trainingImages: 99, smallestImage: { height: 300, width: 223 } },
      {},
      ["error IC-11 image-size"],
    ],
    [
      "small images that are scaled",
      { trainingImages: 99, smallestImage: { height: 30, width: 22 } },
      { resize: 256 },
      [],
    ],
    ["one class with multi_label", { trainingImages: 99, labelWidth: 1, classNames: ["a"] }, { multi_label: 1 }, []],
    ["the right width with multi_label", { trainingImages: 99, labelWidth: 5 }, { multi_label: 1, num_classes: 5 }, []],
  ])("judges %s", (_what, data, given, expected) => {
    expect(kinds(data, given)).toEqual(expected);
  });

  it("lists many missing labels shortly", () => {
    const [finding] = deriveImageClassification(
      { trainingImages: 99, trainingLabels: new Map([[9, 99]]) },
      {},
    ).findings;
    expect(finding?.message).toBe("no training image has the label 0, 1, 2, 3, 4 and 4 more, but some have 9");
  });

  it("refuses counts that are none", () => {
    const work = () =>
      deriveImageClassification(
        { trainingImages: 0, validationImages: 1.5, trainingLabels: new Map([[0, 0]]), classNames: ["a", "a"] },
        {},
      );
    expect(work).toThrow(ValidationError);
    try {
      work();
    } catch (error) {
      expect(ValidationError.is(error) && error.issues.map(({ path }) => path[0])).toEqual([
        "trainingImages",
        "validationImages",
        "classNames",
        "trainingLabels",
      ]);
    }
  });
});

describe("compareWithEarlierJob", () => {
  it("names what has to be the same and is not, with the defaults of the service", () => {
    const earlier = { num_classes: 10, num_layers: 18, image_shape: "1,28,28" } as const;
    expect(compareWithEarlierJob(earlier, { ...earlier, epochs: 99 })).toEqual([]);
    expect(compareWithEarlierJob(earlier, { num_classes: 11 }).map(({ code, place }) => [code, place.field])).toEqual([
      ["IC-12", "num_classes"],
      ["IC-12", "num_layers"],
      ["IC-12", "image_shape"],
    ]);
    expect(compareWithEarlierJob({}, { num_layers: 152, num_classes: 3 })).toEqual([]);
  });
});
