import { FormatError } from "../../errors/index.js";
import { type DeepARFaultKind, type DeepARReport, deepARFormatByName, inspectDeepAR } from "../../formats/index.js";
import { shown } from "../../internal/options.js";
import {
  type ChannelData,
  type DataFile,
  isFolderMarker,
  type PreflightChecks,
  type PreflightContext,
} from "../../preflight/index.js";
import { resolveDeepARHyperparameters } from "./defaults.js";
import { deriveDeepAR } from "./derive.js";
import type { DeepARHyperparameters } from "./hyperparameters.js";
import { JoinedFiles } from "./joined-files.js";

/** Codes that need the content of the files. */
const CONTENT_CODES = [
  ...["DA-01", "DA-02", "DA-03", "DA-04", "DA-05", "DA-06", "DA-07"],
  ...["DA-10", "DA-11", "DA-12", "DA-14", "DA-19"],
];

type Context = PreflightContext<DeepARHyperparameters>;

/** Faults of a kind whose place is kept; a finding names the first and says how many there are. */
const FAULTS_PER_KIND = 1;

/** The series of a channel, and where their lines are. */
interface Inspected {
  readonly report: DeepARReport;
  readonly files: JoinedFiles;
}

/**
 * The checks of DeepAR that need data: names of files, series, and how channels and hyperparameters fit together.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar.html (input/output interface)
 */
export function deepARPreflight(context: Context): PreflightChecks {
  return {
    codes: [...CONTENT_CODES, "DA-13"],
    object(file, channel) {
      if (!isSkipped(file)) checkName(context, channel, file);
    },
    async run() {
      const train = await inspect(context, "train");
      const test = context.data.has("test") ? await inspect(context, "test") : undefined;
      if (train !== undefined) compare(context, train, test);
    },
  };
}

/** Files that the service does not read. */
function isSkipped(file: DataFile): boolean {
  const name = file.name.slice(file.name.lastIndexOf("/") + 1);
  return isFolderMarker(file) || name.startsWith(".") || name === "_SUCCESS";
}

function checkName(context: Context, channel: ChannelData, file: DataFile): void {
  const type = channel.channel.ContentType;
  const byName = deepARFormatByName(file.name);
  const place = { channel: channel.name, file: file.uri };
  if (type === undefined && byName === undefined) {
    context.add({
      code: "DA-13",
      kind: "unknown-ending",
      severity: "error",
      message: `the service cannot tell the format of ${shown(file.name)} by its name`,
      place,
      cause: "it knows the endings .json, .json.gz and .parquet; .jsonl is none of them",
      fix: 'set contentType "json", "json.gz" or "parquet" on the channel, or rename the files',
    });
  } else if (type !== undefined && byName !== undefined && byName !== type) {
    context.add({
      code: "DA-13",
      kind: "other-ending",
      severity: "warning",
      message: `${shown(file.name)} is ${byName} by its name, but the content type of the channel is "${type}"`,
      place,
      cause: "all files of a channel are read by its content type",
      fix: "put files of different formats into different channels, or correct the content type",
    });
  }
}

/** Looks through the series of a channel; undefined when it cannot be read, which is said. */
async function inspect(context: Context, name: string): Promise<Inspected | undefined> {
  const channel = context.readable(name, CONTENT_CODES);
  if (channel === undefined) return undefined;
  const files = channel.files.filter((file) => file.sizeBytes > 0 && !isSkipped(file));
  if (files.length === 0) return undefined;
  if (channel.objects > channel.files.length) channel.markSampled();
  const joined = new JoinedFiles(channel, files);
  const { prediction_length: predictionLength, time_freq: frequency } = context.job.hyperparameters;
  const settings = { predictionLength, frequency, maxFaultsPerKind: FAULTS_PER_KIND, signal: channel.signal };
  try {
    const source = await joined.source();
    if (typeof source === "string") {
      context.skip(CONTENT_CODES, source, name);
      return undefined;
    }
    const report = await inspectDeepAR(source, settings);
    channel.records += report.series + (report.faultCounts.unreadable ?? 0);
    return { report, files: joined };
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    context.add({
      code: "DA-04",
      kind: "unreadable-file",
      severity: "error",
      message: error.problem,
      place: joined.place(error.record, error.byteOffset),
      cause: "the job cannot read the file",
      fix: "write the file with writeDeepAR, which cannot make this fault",
    });
    return undefined;
  }
}

/** Findings of the derivation with the files they are in, and what follows from the data. */
function compare(context: Context, train: Inspected, test: Inspected | undefined): void {
  const { hyperparameters } = context.job;
  const derived = deriveDeepAR({ train: train.report, test: test?.report }, hyperparameters);
  const channels: Readonly<Partial<Record<string, Inspected>>> = { train, test };
  const isPart = (channel: string): boolean => context.data.get(channel)?.isSampled ?? false;
  for (const { place, ...finding } of derived.findings) {
    const { channel = "train", line, field } = place;
    // A part of the data says nothing about how much there is, or about codes that were not seen.
    if (isPart(channel) && ofTheWhole.has(finding.kind)) {
      context.skip([finding.code], "only a part of the data was read; see the option sample", channel);
      continue;
    }
    const inspected = channels[channel];
    const kind = finding.kind as DeepARFaultKind;
    const byte = inspected?.report.faults.find((fault) => fault.kind === kind)?.byteOffset;
    const at = line === undefined ? { channel } : (inspected?.files.place(line, byte) ?? { channel, line });
    context.add({ ...finding, place: { ...at, ...(field !== undefined && { field }) } });
  }
  if (isPart("train")) return;
  const { cardinality, num_dynamic_feat } = resolveDeepARHyperparameters(hyperparameters);
  const text = (value: "ignore" | "" | number | readonly number[]): number | string | readonly string[] =>
    typeof value === "object" ? value.map(String) : value;
  context.derive({
    name: "cardinality",
    value: text(derived.cardinality),
    ...(cardinality !== "auto" && { given: cardinality }),
    from: 'the codes in cat of channel "train"',
  });
  context.derive({
    name: "num_dynamic_feat",
    value: text(derived.num_dynamic_feat),
    ...(num_dynamic_feat !== "auto" && { given: num_dynamic_feat }),
    from: 'the rows of dynamic_feat of channel "train"',
  });
  context.derive({
    name: "likelihood",
    value: derived.suggestedLikelihoods[0] ?? "student-T",
    ...(hyperparameters.likelihood !== undefined && { given: hyperparameters.likelihood }),
    from: 'the kind of the values of channel "train"',
  });
  const { series, observations } = train.report;
  context.derive({ name: "series", value: series, from: 'the lines of channel "train"' });
  context.derive({ name: "observations", value: observations, from: 'the values of channel "train" that are there' });
  context.derive({
    name: "windows_per_epoch",
    value: derived.epoch.windows,
    from: `mini_batch_size: ${derived.epoch.passes} passes, each series with probability ${derived.epoch.probability}`,
  });
}

/** Kinds of findings that are true of a whole channel only. */
const ofTheWhole: ReadonlySet<string> = new Set([
  "few-observations",
  "all-too-short",
  "all-zero",
  "missing-codes",
  "cardinality",
  "test-categories",
  "test-not-longer",
]);
