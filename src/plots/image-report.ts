import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { sniffImageFormat } from "../formats/index.js";
import { integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { escapeHtml, htmlPage } from "./html-page.js";

/**
 * An image and what a model says about it.
 *
 * @public
 */
export interface ImageReportItem {
  /** The PNG or JPEG file. */
  readonly image: Uint8Array;
  /** Under the image, for example the name of its file. */
  readonly caption?: string | undefined;
  /** What the model says it shows. */
  readonly label: string;
  /** The labels with their probabilities, as a list that a predictor gives or by label; 0 to 1, in any order. */
  readonly probabilities?: readonly LabelProbability[] | Readonly<Record<string, number>> | undefined;
  /** What it really shows. */
  readonly truth?: string | undefined;
}

/**
 * A label and how sure the model is of it.
 *
 * @public
 */
export interface LabelProbability {
  /** Name of the class. */
  readonly label: string;
  /** 0 to 1. */
  readonly probability: number;
}

/**
 * What {@link imageReport} shows.
 *
 * @public
 */
export interface ImageReportOptions {
  /** Title and heading of the page. */
  readonly title: string;
  /** In the order of the page. */
  readonly items: readonly ImageReportItem[];
  /**
   * Most labels that are shown for an image, the most probable ones.
   *
   * @defaultValue 3
   */
  readonly topK?: number | undefined;
  /**
   * Width of the images in pixels on the page, 16 to 2,000; small ones are enlarged without smoothing.
   *
   * @defaultValue 168
   */
  readonly imageWidth?: number | undefined;
}

/** Defaults of {@link ImageReportOptions}. */
export const imageReportDefaults = Object.freeze({ topK: 3, imageWidth: 168 });

/**
 * Shows images beside what a model says about them, as a page that opens in a browser without a network: the images are
 * inside, and no script runs in it.
 *
 * @remarks With `truth` the page says how many labels are right and marks the wrong ones. It holds the images in memory,
 * a third larger than their files.
 *
 * @returns the page, to be written to a file as UTF-8
 * @throws {@link ValidationError} `INVALID_INPUT` naming every item with a fault, also an image that is neither PNG nor JPEG;
 * `INVALID_OPTIONS`
 * @example
 * ```ts
 * const probabilities = await predictor.predict(image);
 * const page = imageReport({ title: "Digits", items: [{ image, caption: "5.png", label: "FIVE", probabilities }] });
 * ```
 * @public
 */
export function imageReport(options: ImageReportOptions): string {
  checkOptions(options);
  const { title, items, topK = imageReportDefaults.topK, imageWidth = imageReportDefaults.imageWidth } = options;
  const issues: ValidationIssue[] = [];
  items.forEach((item, index) => {
    checkItem(item, index, issues);
  });
  if (issues.length > 0) throw new ValidationError("imageReport", issues, "INVALID_INPUT");
  const cards = items.map((item) => card(item, topK));
  const body = `<p>${summary(items)}</p>\n<main>\n${cards.join("\n")}\n</main>`;
  return htmlPage(title, style(imageWidth), body);
}

function style(imageWidth: number): string {
  return `main { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; padding: .75rem; width: ${imageWidth}px; border: 1px solid #ccc; border-radius: 6px; }
figure.wrong { border-color: #b3261e; background: #fdf1f0; }
img { width: 100%; height: auto; image-rendering: pixelated; background: #eee; }
figcaption { overflow-wrap: anywhere; font-size: .85rem; }
.label { font-weight: 600; font-size: 1rem; }
.caption { color: #555; }
.wrong .truth { color: #b3261e; }
meter { display: block; width: 100%; height: .6rem; margin-bottom: .3rem; }`;
}

function summary(items: readonly ImageReportItem[]): string {
  const count = `${items.length} ${items.length === 1 ? "image" : "images"}`;
  const judged = items.filter(({ truth }) => truth !== undefined);
  if (judged.length === 0) return count;
  const right = judged.filter(({ label, truth }) => label === truth).length;
  const whole = judged.length === items.length ? "" : ` with a known label`;
  const share = ((right / judged.length) * 100).toFixed(1);
  return `${count}; ${right} of ${judged.length}${whole} right, ${share} %`;
}

function card({ image, caption, label, probabilities, truth }: ImageReportItem, topK: number): string {
  const type = `image/${sniffImageFormat(image)}`;
  const base64 = Buffer.from(image.buffer, image.byteOffset, image.byteLength).toString("base64");
  const wrong = truth !== undefined && truth !== label;
  const lines = [`<div class="label">${escapeHtml(label)}</div>`];
  if (truth !== undefined) {
    lines.push(`<div class="truth">${wrong ? `wrong, it is ${escapeHtml(truth)}` : "right"}</div>`);
  }
  for (const { label: name, probability } of listed(probabilities).slice(0, topK)) {
    const percent = `${(probability * 100).toFixed(1)} %`;
    lines.push(`<div>${escapeHtml(name)} ${percent}<meter value="${probability}">${percent}</meter></div>`);
  }
  if (caption !== undefined) lines.push(`<div class="caption">${escapeHtml(caption)}</div>`);
  const alt = escapeHtml(caption ?? label);
  return `<figure${wrong ? ' class="wrong"' : ""}><img src="data:${type};base64,${base64}" alt="${alt}">
<figcaption>${lines.join("\n")}</figcaption></figure>`;
}

/** The most probable first. */
function listed(probabilities: ImageReportItem["probabilities"]): readonly LabelProbability[] {
  const list: readonly LabelProbability[] = Array.isArray(probabilities)
    ? probabilities
    : Object.entries(probabilities ?? {}).map(([label, probability]) => ({ label, probability }));
  return [...list].sort((a, b) => b.probability - a.probability);
}

function checkOptions(options: ImageReportOptions): void {
  const { title, items } = options;
  const issues = [
    ...unknownKeyIssues(options, ["title", "items", "topK", "imageWidth"], "imageReport"),
    ...integerIssues(options.topK, "topK", 1, Number.MAX_SAFE_INTEGER),
    ...integerIssues(options.imageWidth, "imageWidth", 16, 2000),
  ];
  if (typeof title !== "string") issues.push({ path: ["title"], message: `title must be a text, got ${shown(title)}` });
  if (!Array.isArray(items)) issues.push({ path: ["items"], message: `items must be a list, got ${shown(items)}` });
  if (issues.length > 0) throw new ValidationError("imageReport", issues);
}

function checkItem(item: ImageReportItem, index: number, issues: ValidationIssue[]): void {
  const fault = (field: string, message: string): void => {
    issues.push({ path: ["items", index, field], message: `items[${index}].${field} ${message}` });
  };
  if (item === null || typeof item !== "object") {
    issues.push({ path: ["items", index], message: `items[${index}] must be { image, label }, got ${shown(item)}` });
    return;
  }
  issues.push(
    ...unknownKeyIssues(item, ["image", "caption", "label", "probabilities", "truth"], `items[${index}]`).map(
      ({ path, message }) => ({ path: ["items", index, ...path], message }),
    ),
  );
  const { image, label, probabilities } = item;
  const format = image instanceof Uint8Array ? sniffImageFormat(image) : undefined;
  if (format !== "png" && format !== "jpeg") {
    fault("image", `must be the bytes of a PNG or JPEG file${format === undefined ? "" : `, not ${format}`}`);
  }
  if (typeof label !== "string") fault("label", `must be a text, got ${shown(label)}`);
  for (const field of ["caption", "truth"] as const) {
    const text: unknown = item[field];
    if (text !== undefined && typeof text !== "string") fault(field, `must be a text, got ${shown(text)}`);
  }
  if (probabilities === undefined) return;
  const list = probabilities !== null && typeof probabilities === "object" ? listed(probabilities) : undefined;
  const wrong = list?.find(
    (entry) => typeof entry?.label !== "string" || !(entry.probability >= 0 && entry.probability <= 1),
  );
  if (list === undefined || wrong !== undefined) {
    fault("probabilities", `must be labels with probabilities of 0 to 1, got ${shown(wrong ?? probabilities)}`);
  }
}
