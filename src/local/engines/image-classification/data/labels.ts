import { JobFailure } from "../../contract.js";

/** What labels must be like. */
export interface LabelRules {
  readonly classes: number;
  readonly multiLabel: boolean;
  /** Multi-label only: a list of class numbers instead of a 0 or 1 for each class. */
  readonly classIds: boolean;
}

/**
 * Brings the labels of an image into the form of training.
 *
 * @param place - of the image, for messages
 * @returns one class number, or a 0 or 1 for each class
 * @throws JobFailure for labels that do not fit the number of classes
 */
export function checkedLabels(
  labels: number | readonly number[],
  { classes, multiLabel, classIds }: LabelRules,
  place: string,
): Float32Array {
  const list = typeof labels === "number" ? [labels] : labels;
  if (multiLabel && !classIds) return multiHot(list, classes, place);
  if (!multiLabel && list.length !== 1) {
    throw new JobFailure(
      "ClientError",
      `${place}: ${list.length} labels, but multi_label is 0; set multi_label to 1, or give one class number for each image.`,
    );
  }
  for (const label of list) checkClass(label, classes, place);
  if (!multiLabel) return Float32Array.from(list);
  const row = new Float32Array(classes);
  for (const label of list) row[label] = 1;
  return row;
}

function multiHot(labels: readonly number[], classes: number, place: string): Float32Array {
  if (labels.length !== classes) {
    throw new JobFailure(
      "ClientError",
      `Mismatch between number of labels in the multi-label data (${labels.length}) and the num_classes parameter ` +
        `(${classes}). ${place}; labels are a 0 or 1 for each class, or class numbers with label-format=class-id in the ` +
        "content type.",
    );
  }
  const strange = labels.find((label) => label !== 0 && label !== 1);
  if (strange !== undefined) {
    throw new JobFailure("ClientError", `${place}: a label of multi-label data is 0 or 1, got ${strange}.`);
  }
  return Float32Array.from(labels);
}

function checkClass(label: number, classes: number, place: string): void {
  if (Number.isInteger(label) && label >= 0 && label < classes) return;
  throw new JobFailure(
    "ClientError",
    `${place}: the label must be a class number from 0 to ${classes - 1} (num_classes is ${classes}), got ${label}.`,
  );
}
