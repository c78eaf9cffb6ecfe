import { shown } from "../../internal/options.js";
import type { FindingPlace, PreflightContext } from "../../preflight/index.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";

/** Labels of one channel: counts them, and finds those that are none. */
export class ChannelLabels {
  /** Images with a label. */
  images = 0;
  /** True when only a sample of the labels was read. */
  isPartial = false;
  /** True when the file could not be read to its end. */
  isDamaged = false;
  /** Images by class number, when every image has one label. */
  readonly counts = new Map<number, number>();
  /** Numbers that make up a label; undefined before the first. */
  width: number | undefined;
  readonly #context: PreflightContext<ImageClassificationDraft>;
  readonly #code: "IC-03" | "IC-09" | "IC-10";

  constructor(context: PreflightContext<ImageClassificationDraft>, code: "IC-03" | "IC-09" | "IC-10") {
    this.#context = context;
    this.#code = code;
  }

  /** Takes the label of one image: a class number, or a zero or one for each class. */
  add(labels: number | readonly number[], place: FindingPlace): void {
    const list = typeof labels === "number" ? [labels] : labels;
    this.images++;
    this.width ??= list.length;
    if (list.length !== this.width) {
      this.#context.add({
        code: "IC-08",
        kind: "label-widths",
        severity: "error",
        message: `the label has ${list.length} numbers, the first one has ${this.width}`,
        place,
        cause: "every label must be as wide as the first: Not enough label packed in img_list or rec file",
        fix: "write one class number for every image, or a zero or one for each class for every image",
      });
      return;
    }
    if (list.length === 1) this.#single(list[0] as number, place);
    else this.#several(list, place);
  }

  #single(label: number, place: FindingPlace): void {
    if (Number.isInteger(label) && label >= 0) {
      this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
      return;
    }
    this.#context.add({
      code: this.#code,
      kind: "label-value",
      severity: "error",
      message: `the label ${label} is no class number`,
      place,
      cause: "labels are whole numbers from 0 to num_classes - 1",
      fix: "number the classes from 0, for example with LabelIndex",
    });
  }

  #several(list: readonly number[], place: FindingPlace): void {
    const wrong = list.find((value) => value !== 0 && value !== 1);
    if (wrong === undefined) return;
    this.#context.add({
      code: this.#code,
      kind: "multi-hot",
      severity: "error",
      message: `the label ${shown(list)} holds ${wrong}; each class needs a zero or a one`,
      place,
      cause: "a label of several numbers says for each class whether the image shows it",
      fix: "write a zero or one for each class, or for a manifest with class numbers set the content type to application/x-recordio; label-format=class-id",
    });
  }
}
