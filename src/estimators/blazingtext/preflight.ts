import { FormatError } from "../../errors/index.js";
import { FastTextScan, type ScanFaultKind } from "../../formats/index.js";
import { nearest, shown } from "../../internal/options.js";
import {
  type ChannelData,
  type DataFile,
  type FindingSeverity,
  isFolderMarker,
  type PreflightChecks,
  type PreflightContext,
} from "../../preflight/index.js";
import { manifestLines } from "../manifest-lines.js";
import { resolveBlazingTextHyperparameters } from "./defaults.js";
import type { BlazingTextHyperparameters } from "./hyperparameters.js";

const CODES = ["BT-01", "BT-02", "BT-03", "BT-10", "BT-13", "BT-14"] as const;

/** Longest line that is looked at. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
/** A class with fewer examples is hardly learned. */
const FEW_EXAMPLES = 5;
/** Shares of lines that must lie this far apart before two files count as prepared differently. */
const STYLE_GAP = 0.4;
/** Fewer lines say nothing about how a file was prepared. */
const STYLE_LINES = 20;

interface Rule {
  readonly code: "BT-01" | "BT-02";
  readonly severity: FindingSeverity;
  readonly message: string;
  readonly cause: string;
  readonly fix: string;
}

const WRITER = "write the file with writeFastText, which cannot make this fault";

const lineRules: Readonly<Record<ScanFaultKind, Rule>> = {
  "no-label": {
    code: "BT-01",
    severity: "error",
    message: "no word of the line starts with __label__",
    cause: "the line teaches nothing; often a line break inside a text, or labels that lost their prefix",
    fix: `put __label__<name> before the text, or drop the line; ${WRITER}`,
  },
  "empty-label": {
    code: "BT-01",
    severity: "error",
    message: "__label__ stands without a name",
    cause: "a label ends at white space, so a label that begins with a blank has no name; its words become text",
    fix: `replace blanks in labels by _; ${WRITER}`,
  },
  "no-text": {
    code: "BT-02",
    severity: "error",
    message: "the line has a label, but no text",
    cause: "the model learns to give this label to an empty text",
    fix: `drop the line; ${WRITER}`,
  },
  "blank-line": {
    code: "BT-02",
    severity: "warning",
    message: "the line is blank",
    cause: "it is no example; blank lines in a file are often half of a text that was cut in two",
    fix: `drop the line; ${WRITER}`,
  },
  "byte-order-mark": {
    code: "BT-02",
    severity: "error",
    message: "the file starts with a byte order mark",
    cause: "it becomes part of the first word, so the first line loses its label",
    fix: `save the file as UTF-8 without BOM; ${WRITER}`,
  },
  "carriage-return": {
    code: "BT-02",
    severity: "info",
    message: "the line ends with CR LF",
    cause: "training reads it as meant; other tools may take the CR for a part of the last word",
    fix: "convert the line ends to LF when other tools read the file too",
  },
  "odd-separator": {
    code: "BT-02",
    severity: "info",
    message: "words are separated by tabs, by several blanks or by other white space",
    cause: "training reads it as meant; a label that is separated from its text by a comma instead would not be",
    fix: "put one blank between words",
  },
  "invalid-utf8": {
    code: "BT-02",
    severity: "error",
    message: "the line is not valid UTF-8",
    cause: "words are compared byte by byte: the same word in another encoding is another word",
    fix: "convert the file to UTF-8, for example with iconv",
  },
};

/** What is learned about the lines of one channel. */
interface Text {
  readonly labels: ReadonlyMap<string, number>;
  /** False when only a part was read: then a label that was not seen may still be there. */
  readonly whole: boolean;
  readonly lines: number;
  readonly examples: number;
  /** Share of the lines with capital letters, and with punctuation that is attached to words. */
  readonly capitals: number;
  readonly attached: number;
}

/**
 * The checks of BlazingText that need data: lines, labels, number of objects.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext.html (data formats)
 */
export function blazingTextPreflight(context: PreflightContext<BlazingTextHyperparameters>): PreflightChecks {
  const { hyperparameters } = context.job;
  const objects = new Map<string, DataFile[]>();
  return {
    codes: CODES,
    object(file, channel) {
      if (isFolderMarker(file)) return;
      const known = objects.get(channel.name) ?? [];
      objects.set(channel.name, known);
      if (known.length < 5) known.push(file);
    },
    async run() {
      const texts = new Map<string, Text>();
      for (const name of context.data.keys()) {
        const channel = context.readable(name, CODES);
        if (channel === undefined) continue;
        checkObjectCount(context, channel, objects.get(name) ?? []);
        const file = channel.files.find((item) => item.sizeBytes > 0);
        if (file === undefined) continue;
        if (!(await looksLikeText(context, channel, file))) continue;
        if (hyperparameters.mode !== "supervised") continue;
        const text = channel.isAugmentedManifest
          ? await readManifest(context, channel, file)
          : await readLines(context, channel, file);
        if (text !== undefined) texts.set(name, text);
      }
      const train = texts.get("train");
      if (train === undefined) return;
      checkLabels(context, train);
      const validation = texts.get("validation");
      if (validation !== undefined) compare(context, train, validation);
    },
  };
}

function checkObjectCount(context: PreflightContext, channel: ChannelData, files: readonly DataFile[]): void {
  if (files.length < 2) return;
  context.add({
    code: "BT-03",
    kind: "several-objects",
    severity: "error",
    message: `channel "${channel.name}" holds more than one object: ${files.map((file) => `"${file.uri}"`).join(", ")}${channel.objects > files.length ? ", ..." : ""}`,
    place: { channel: channel.name, file: channel.uri },
    cause: "BlazingText trains on a single text file per channel",
    fix: "join the files into one, for example with cat, or name the one that is meant",
  });
}

/** What other files begin with. */
const signatures: readonly (readonly [what: string, ...bytes: number[]])[] = [
  ["compressed with gzip", 0x1f, 0x8b],
  ["a zip archive or a spreadsheet", 0x50, 0x4b, 0x03, 0x04],
  ["a Parquet file", 0x50, 0x41, 0x52, 0x31],
  ["UTF-16 text", 0xff, 0xfe],
  ["UTF-16 text", 0xfe, 0xff],
];

/** Refuses at once what is no UTF-8 text: a report of every line would say nothing. */
async function looksLikeText(context: PreflightContext, channel: ChannelData, file: DataFile): Promise<boolean> {
  const head = await channel.head(file, 64);
  const found = signatures.find(([, ...bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (found === undefined) {
    // In the modes that learn word vectors no line is looked at, but the mark still becomes part of the first word.
    const marked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
    if (marked && (context.job.hyperparameters as BlazingTextHyperparameters).mode !== "supervised") {
      const { code, severity, ...rule } = lineRules["byte-order-mark"];
      const place = { channel: channel.name, file: file.uri, line: 1, byte: 0 };
      context.add({
        code,
        kind: "byte-order-mark",
        severity,
        ...rule,
        place,
        cause: "it becomes part of the first word",
      });
    }
    return true;
  }
  context.add({
    code: "BT-02",
    kind: "not-text",
    severity: "error",
    message: `the file is ${found[0]}`,
    place: { channel: channel.name, file: file.uri, byte: 0 },
    cause: "BlazingText reads plain UTF-8 text and would take the bytes for words",
    fix: "give it plain text, UTF-8",
  });
  return false;
}

async function readLines(context: PreflightContext, channel: ChannelData, file: DataFile): Promise<Text | undefined> {
  // Faults are listed by the report; here only their number is needed beyond that.
  const scan = new FastTextScan(100);
  let numberedLines = 0;
  try {
    for await (const { block, numbered } of channel.lines(file, "fastText", MAX_LINE_BYTES)) {
      scan.add(block);
      if (numbered) numberedLines = scan.lines;
    }
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    const place = { channel: channel.name, file: file.uri, byte: error.byteOffset };
    context.add({
      code: "BT-02",
      kind: "long-line",
      severity: "error",
      message: `a line is longer than ${MAX_LINE_BYTES} bytes`,
      place,
      cause: "the file is hardly a text with one example per line",
      fix: "put one example on each line",
    });
    return undefined;
  }
  channel.records += scan.lines;
  const listed = new Map<ScanFaultKind, number>();
  for (const { kind, line, byteOffset } of scan.faults) {
    const { code, severity, message, cause, fix } = lineRules[kind];
    const place = {
      channel: channel.name,
      file: file.uri,
      ...(line <= numberedLines && { line }),
      byte: byteOffset,
    };
    const seen = (listed.get(kind) ?? 0) + 1;
    listed.set(kind, seen);
    const all = scan.faultCounts[kind] ?? 0;
    context.add({ code, kind, severity, message, place, cause, fix }, seen === 100 ? all - 99 : 1);
  }
  return {
    labels: scan.labelCounts,
    whole: !channel.isSampled,
    lines: scan.lines,
    examples: scan.examples,
    capitals: scan.lines === 0 ? 0 : scan.linesWithCapitals / scan.lines,
    attached: scan.lines === 0 ? 0 : scan.linesWithAttachedPunctuation / scan.lines,
  };
}

/** Lines of an augmented manifest: a text and a class number, or numbers, in each. */
async function readManifest(
  context: PreflightContext,
  channel: ChannelData,
  file: DataFile,
): Promise<Text | undefined> {
  const [textName = "source", labelName = "label"] = channel.channel.DataSource.S3DataSource?.AttributeNames ?? [];
  const labels = new Map<string, number>();
  let lines = 0;
  let examples = 0;
  for await (const { value, problem, place } of manifestLines(channel, file)) {
    lines++;
    const note = (kind: string, message: string, field?: string): void =>
      context.add({
        code: "BT-01",
        kind,
        severity: "error",
        message,
        place: { ...place, ...(field !== undefined && { field }) },
        cause: "the service streams the attributes of every line; a line without them ends the training",
        fix: "write the manifest with writeAugmentedManifest; each line needs a text and a class number from 0, or a list of them",
      });
    if (problem !== undefined || value === undefined) {
      note("manifest-line", problem ?? "the line is no object");
      continue;
    }
    const near = (name: string): string => {
      const other = nearest(name, Object.keys(value));
      return other === undefined
        ? `; the line has ${Object.keys(value)
            .slice(0, 8)
            .map((key) => shown(key))
            .join(", ")}`
        : `; it has ${shown(other)}`;
    };
    const text = value[textName];
    if (text === undefined)
      note("manifest-attribute", `the line has no attribute ${shown(textName)}${near(textName)}`, textName);
    else if (typeof text !== "string" || text.trim() === "") {
      note("manifest-text", `the text must be a text with a word in it; got ${shown(text)}`, textName);
    }
    const numbers = classNumbers(value[labelName]);
    if (value[labelName] === undefined) {
      note("manifest-attribute", `the line has no attribute ${shown(labelName)}${near(labelName)}`, labelName);
    } else if (numbers === undefined) {
      note(
        "manifest-label",
        `the label must be a class number or a list of them; got ${shown(value[labelName])}`,
        labelName,
      );
    }
    if (numbers === undefined || typeof text !== "string") continue;
    examples++;
    for (const label of new Set(numbers)) labels.set(label, (labels.get(label) ?? 0) + 1);
  }
  channel.records += lines;
  return { labels, whole: !channel.isSampled, lines, examples, capitals: Number.NaN, attached: Number.NaN };
}

/** Class numbers of a label attribute: a number, a text of digits, or a list of these. */
function classNumbers(value: unknown): string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  const numbers = list.map((item) => (typeof item === "number" || typeof item === "string" ? String(item) : ""));
  return numbers.length > 0 && numbers.every((text) => /^\d{1,15}$/u.test(text)) ? numbers : undefined;
}

function checkLabels(context: PreflightContext<BlazingTextHyperparameters>, train: Text): void {
  const place = { channel: "train" };
  if (!train.whole) {
    context.skip(["BT-13"], 'only a part of the channel was read; count all labels with sample: "whole"', "train");
    return;
  }
  context.derive({ name: "labels", value: train.labels.size, from: "different labels in train" });
  context.derive({ name: "examples", value: train.examples, from: "lines of train with a label and a word" });
  if (train.labels.size === 1) {
    context.add({
      code: "BT-13",
      kind: "one-label",
      severity: "warning",
      message: `every example has the same label ${shown([...train.labels.keys()][0])}`,
      place,
      cause: "the model can only ever answer this label",
      fix: "check how the labels were written",
    });
  }
  for (const [label, examples] of train.labels) {
    // A label without a name is a finding of its own.
    if (examples >= FEW_EXAMPLES || label === "") continue;
    context.add({
      code: "BT-13",
      kind: "rare-label",
      severity: "warning",
      message: `label ${shown(label)} has ${examples} ${examples === 1 ? "example" : "examples"}`,
      place: { ...place, field: label },
      cause: "a class with so few examples is hardly ever predicted",
      fix: "add examples, join rare classes into one, or leave them out",
    });
  }
  const { min_count: minCount } = resolveBlazingTextHyperparameters(context.job.hyperparameters);
  if (train.lines > 0 && train.lines < minCount) {
    context.add({
      code: "BT-14",
      kind: "empty-vocabulary",
      severity: "warning",
      message: `train has ${train.lines} lines, and words that occur less than ${minCount} times are dropped`,
      place: { ...place, field: "min_count" },
      cause: "hardly a word remains; with none the job fails: Empty vocabulary. Try a smaller min_count",
      fix: "set min_count to 1 for so little data",
    });
  }
}

function compare(context: PreflightContext, train: Text, validation: Text): void {
  const place = { channel: "validation" };
  if (train.whole) {
    for (const [label, examples] of validation.labels) {
      if (train.labels.has(label) || label === "") continue;
      const near = nearest(label, train.labels.keys());
      context.add({
        code: "BT-13",
        kind: "unknown-label",
        severity: "warning",
        message: `label ${shown(label)} of ${examples} ${examples === 1 ? "example" : "examples"} does not occur in train${near === undefined ? "" : `, which has ${shown(near)}`}`,
        place: { ...place, field: label },
        cause: "it can never be predicted, so these examples always count as wrong",
        fix: "split the data so that train has examples of every class",
      });
    }
  }
  if (Math.min(train.lines, validation.lines) < STYLE_LINES) return;
  const gaps = [
    ["capital letters", train.capitals, validation.capitals],
    ["punctuation attached to words", train.attached, validation.attached],
  ] as const;
  for (const [what, ours, theirs] of gaps) {
    if (!(Math.abs(ours - theirs) > STYLE_GAP)) continue;
    context.add({
      code: "BT-10",
      kind: "prepared-differently",
      severity: "warning",
      message: `${percent(theirs)} of the lines have ${what}, in train ${percent(ours)}`,
      place,
      cause: "words are compared as they are written: Food, food and food. are three words",
      fix: "use the same tokenizer for all files and for the texts that are predicted later, for example tokenize",
    });
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
