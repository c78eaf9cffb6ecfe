import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import type { LabelIndex } from "../../formats/index.js";
import { integerIssues } from "../../internal/checks.js";
import { shown } from "../../internal/options.js";
import { classNameIssues } from "./class-names.js";
import { readImageShape, resolveImageClassificationHyperparameters } from "./defaults.js";
import type { ImageClassificationFinding } from "./finding.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";

/**
 * What is known about the data of an ImageClassification job. Everything but the number of images is optional: the more is
 * given, the more is compared.
 *
 * @public
 */
export interface ImageClassificationData {
  /** Images of the channel `train`. */
  readonly trainingImages: number;
  /** Images of the channel `validation`. */
  readonly validationImages?: number | undefined;
  /** Class table: names in the order of their numbers. */
  readonly classNames?: readonly string[] | LabelIndex | undefined;
  /** Training images by label (number of the class), when every image has one label. */
  readonly trainingLabels?: ReadonlyMap<number, number> | undefined;
  /** Validation images by label, when every image has one label. */
  readonly validationLabels?: ReadonlyMap<number, number> | undefined;
  /** Numbers that make up one label: 1 for a class number, else the zeros and ones of `multi_label`. */
  readonly labelWidth?: number | undefined;
  /** The lowest height and the lowest width among all images, in pixels. */
  readonly smallestImage?: { readonly height: number; readonly width: number } | undefined;
}

/**
 * What follows from the data, and how it fits to what was given.
 *
 * @public
 */
export interface DerivedImageClassification {
  /** What was given, else what the data says; undefined when the data does not say. */
  readonly num_classes: number | undefined;
  /** What was given, else what the data says. */
  readonly num_training_samples: number;
  readonly classNames: readonly string[] | undefined;
  /** Errors first. */
  readonly findings: readonly ImageClassificationFinding[];
}

/**
 * Derives `num_classes` and `num_training_samples` from what is known about the data, and compares the data with the
 * hyperparameters. Reads nothing and changes nothing.
 *
 * @remarks
 * The number of classes is `labelWidth` when a label has several numbers, else the length of the class table, else the
 * highest label plus one. Values that were given stay; a difference is a finding.
 *
 * @param given - hyperparameters as the constructor of the estimator takes them; missing ones count with their defaults
 * @throws {@link ValidationError} `INVALID_INPUT` when the counts themselves are no counts
 * @public
 */
export function deriveImageClassification(
  data: ImageClassificationData,
  given: ImageClassificationDraft,
): DerivedImageClassification {
  const classNames = data.classNames && ("names" in data.classNames ? data.classNames.names : data.classNames);
  checkData(data, classNames);
  const found = classesOf(data, classNames);
  const classes = given.num_classes ?? found;
  const findings = [
    ...classFindings(data, given, found),
    ...(classes === undefined ? [] : labelFindings(data, classes)),
    ...widthFindings(data, given, classes),
    ...countFindings(data, given),
    ...sizeFindings(data, given),
  ];
  return {
    num_classes: classes,
    num_training_samples: given.num_training_samples ?? data.trainingImages,
    classNames,
    findings: [...findings.filter((f) => f.severity === "error"), ...findings.filter((f) => f.severity !== "error")],
  };
}

function checkData(data: ImageClassificationData, classNames: readonly string[] | undefined): void {
  const max = 2 ** 31 - 1;
  const issues: ValidationIssue[] = [
    ...integerIssues(data.trainingImages ?? null, "trainingImages", 1, max),
    ...integerIssues(data.validationImages, "validationImages", 1, max),
    ...integerIssues(data.labelWidth, "labelWidth", 1, max),
    ...(classNames === undefined ? [] : classNameIssues(classNames, undefined)),
  ];
  for (const key of ["trainingLabels", "validationLabels"] as const) {
    for (const [label, images] of data[key] ?? []) {
      if (Number.isInteger(images) && images >= 1) continue;
      issues.push({ path: [key], message: `${key} maps labels to numbers of images; got ${shown([label, images])}` });
    }
  }
  if (issues.length > 0) throw new ValidationError("ImageClassification data", issues, "INVALID_INPUT");
}

function classesOf(data: ImageClassificationData, classNames: readonly string[] | undefined): number | undefined {
  if (data.labelWidth !== undefined && data.labelWidth > 1) return data.labelWidth;
  if (classNames !== undefined) return classNames.length;
  const labels = [...(data.trainingLabels?.keys() ?? [])].filter(isClassNumber);
  return labels.length > 0 ? labels.reduce((highest, label) => Math.max(highest, label), 0) + 1 : undefined;
}

function classFindings(
  data: ImageClassificationData,
  given: ImageClassificationDraft,
  found: number | undefined,
): ImageClassificationFinding[] {
  if (given.num_classes === undefined || found === undefined || given.num_classes === found) return [];
  const what =
    data.labelWidth !== undefined && data.labelWidth > 1
      ? `a label has ${found} numbers`
      : data.classNames === undefined
        ? `the labels go to ${found - 1}`
        : `the class table has ${found} names`;
  return [
    {
      code: "IC-05",
      kind: "class-count",
      severity: "error",
      message: `"num_classes" is ${given.num_classes}, but ${what}`,
      place: { field: "num_classes" },
      cause: "the network answers one probability per class, and labels beyond them cannot be learned",
      fix: `set "num_classes" to ${found}`,
    },
  ];
}

function labelFindings(data: ImageClassificationData, classes: number): ImageClassificationFinding[] {
  const findings: ImageClassificationFinding[] = [];
  const cause = "the labels of an image classification job are the class numbers from 0 without gaps";
  for (const [channel, labels] of [
    ["train", data.trainingLabels],
    ["validation", data.validationLabels],
  ] as const) {
    const wrong = [...(labels?.keys() ?? [])].filter((label) => !isClassNumber(label) || label >= classes);
    if (wrong.length === 0) continue;
    findings.push({
      code: "IC-03",
      kind: "label-range",
      severity: "error",
      message: `channel "${channel}" holds ${wrong.length === 1 ? "the label" : "labels such as"} ${wrong[0]}; there are ${classes} classes, 0 to ${classes - 1}`,
      place: { channel },
      cause,
      fix: "number the classes from 0, or correct num_classes",
    });
  }
  const { trainingLabels, validationLabels } = data;
  if (trainingLabels === undefined) return findings;
  const highest = [...trainingLabels.keys()].reduce((most, label) => Math.max(most, label), 0);
  const missing = Array.from({ length: classes }, (_, label) => label).filter((label) => !trainingLabels.has(label));
  const gaps = missing.filter((label) => label < highest);
  const unused = missing.filter((label) => label > highest);
  if (gaps.length > 0) {
    findings.push({
      code: "IC-03",
      kind: "label-gap",
      severity: "error",
      message: `no training image has the label ${listed(gaps)}, but some have ${highest}`,
      place: { channel: "train" },
      cause,
      fix: "number the classes from 0 without gaps, or add images of the missing classes",
    });
  }
  if (unused.length > 0) {
    findings.push({
      code: "IC-03",
      kind: "unused-class",
      severity: "warning",
      message: `no training image has the label ${listed(unused)}`,
      place: { channel: "train" },
      cause: "the model will never answer these classes",
      fix: "add images of these classes, or take them out of the class table",
    });
  }
  const strangers = [...(validationLabels?.keys() ?? [])].filter((l) => missing.includes(l));
  if (strangers.length > 0) {
    findings.push({
      code: "IC-03",
      kind: "validation-only",
      severity: "warning",
      message: `validation images have the label ${listed(strangers)}, but no training image has`,
      place: { channel: "validation" },
      cause: "the model cannot learn what it is tested on",
      fix: "split the images so that every class is in the training data",
    });
  }
  return findings;
}

function widthFindings(
  { labelWidth }: ImageClassificationData,
  given: ImageClassificationDraft,
  classes: number | undefined,
): ImageClassificationFinding[] {
  if (labelWidth === undefined) return [];
  const multiLabel = (given.multi_label ?? 0) === 1;
  if (multiLabel ? labelWidth > 1 || classes === 1 : labelWidth === 1) return [];
  return [
    {
      code: "IC-08",
      kind: "label-width",
      severity: "error",
      message: `a label of the data has ${labelWidth} ${labelWidth === 1 ? "number" : "numbers"}, but "multi_label" is ${multiLabel ? 1 : 0}`,
      place: { field: "multi_label" },
      cause: multiLabel
        ? "with multi_label every image carries a zero or one for each class"
        : "without multi_label every image carries the number of its one class",
      fix: multiLabel ? "set multi_label to 0, or write a zero or one for each class" : "set multi_label to 1",
    },
  ];
}

function countFindings(data: ImageClassificationData, given: ImageClassificationDraft): ImageClassificationFinding[] {
  const findings: ImageClassificationFinding[] = [];
  const { mini_batch_size: batch } = resolveImageClassificationHyperparameters(given);
  const declared = given.num_training_samples;
  if (declared !== undefined && declared !== data.trainingImages) {
    findings.push({
      code: "IC-06",
      kind: "sample-count",
      severity: "warning",
      message: `"num_training_samples" is ${declared}, but the training data holds ${data.trainingImages} images`,
      place: { field: "num_training_samples" },
      cause: `an epoch is ${Math.floor(declared / batch)} batches of ${batch} images whatever the data holds, so ${declared > data.trainingImages ? "images repeat" : "images wait for a later epoch"}`,
      fix: `set "num_training_samples" to ${data.trainingImages}`,
    });
  }
  for (const [channel, images] of [
    ["train", data.trainingImages],
    ["validation", data.validationImages],
  ] as const) {
    if (images === undefined || images >= batch) continue;
    findings.push({
      code: "IC-07",
      kind: "batch-size",
      severity: channel === "train" ? "error" : "warning",
      message: `channel "${channel}" holds ${images} images, fewer than one batch ("mini_batch_size" ${batch})`,
      place: { channel, field: "mini_batch_size" },
      cause: 'the job fails with "The number of input images must be bigger or equal to the mini_batch_size."',
      fix: `set "mini_batch_size" to at most ${images}`,
    });
  }
  return findings;
}

function sizeFindings(
  { smallestImage }: ImageClassificationData,
  given: ImageClassificationDraft,
): ImageClassificationFinding[] {
  // Scaling by "resize", which is never below image_shape, makes every image large enough.
  if (smallestImage === undefined || given.resize !== undefined) return [];
  const { image_shape: shape } = resolveImageClassificationHyperparameters(given);
  const { height, width } = readImageShape(shape);
  if (smallestImage.height >= height && smallestImage.width >= width) return [];
  return [
    {
      code: "IC-11",
      kind: "image-size",
      severity: "error",
      message: `the lowest height among the images is ${smallestImage.height} and the lowest width ${smallestImage.width}, but "image_shape" is "${shape}"`,
      place: { field: "image_shape" },
      cause: "the training fails when an image is smaller than image_shape in any direction",
      fix: `set "resize" to at least ${Math.max(height, width)}, or a smaller "image_shape"`,
    },
  ];
}

function isClassNumber(label: number): boolean {
  return Number.isInteger(label) && label >= 0;
}

function listed(labels: readonly number[]): string {
  const shownLabels = labels.slice(0, 5).join(", ");
  return labels.length > 5 ? `${shownLabels} and ${labels.length - 5} more` : shownLabels;
}

/**
 * Compares the hyperparameters of a job that goes on from an earlier model with those of the job that made it.
 *
 * @returns one error per hyperparameter that has to be the same and is not
 * @public
 */
export function compareWithEarlierJob(
  earlier: ImageClassificationDraft,
  hyperparameters: ImageClassificationDraft,
): ImageClassificationFinding[] {
  const before = resolveImageClassificationHyperparameters(earlier);
  const now = resolveImageClassificationHyperparameters(hyperparameters);
  return (["num_classes", "num_layers", "image_shape"] as const)
    .filter((key) => before[key] !== undefined && now[key] !== undefined && before[key] !== now[key])
    .map((key) => ({
      code: "IC-12",
      kind: "earlier-model",
      severity: "error",
      message: `"${key}" is ${shown(now[key])}, but the model to go on from was trained with ${shown(before[key])}`,
      place: { field: key },
      cause: "a model fits only a network of the same depth, image shape and number of classes",
      fix: `set "${key}" to ${shown(before[key])}`,
    }));
}
