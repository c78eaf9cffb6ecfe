import type { Channel } from "../inputs/index.js";
import { mapConcurrent } from "../internal/concurrency.js";
import type { Session } from "../session/index.js";
import { ChannelData } from "./channel-data.js";
import { checkPreflightOptions, sampleLimits } from "./check-options.js";
import type { PreflightChecks, PreflightContext, PreflightJob } from "./context.js";
import { headOfS3Object, LocalStore, S3Store } from "./data-store.js";
import { generalChecks, LISTING_CODES, listingChecks } from "./general-checks.js";
import { PREFLIGHT_DEFAULTS, type PreflightOptions } from "./options.js";
import { reasonOf } from "./reason-of.js";
import { type PreflightReport, ReportBuilder } from "./report.js";

/** What is to be checked. */
export interface PreflightRequest {
  readonly job: PreflightJob;
  readonly session: Session;
  /** Local paths that stand for the data of channels. */
  readonly localData?: Readonly<Record<string, string>> | undefined;
  /** The checks of the algorithm. */
  readonly checks?: ((context: PreflightContext<never>) => PreflightChecks | Promise<PreflightChecks>) | undefined;
  /** What is legal but hardly meant, as full sentences; a code at the end in brackets becomes the code of the finding. */
  readonly warnings?: readonly string[] | undefined;
}

/** Channels that are listed at once. */
const CHANNELS_AT_ONCE = 4;

/**
 * Looks at a job and its data, and reports everything that is wrong or odd.
 *
 * @remarks Reads S3 with ListObjectsV2 and ranged GetObject, and local files. What cannot be read, or takes too long, is
 * reported as skipped and is no error.
 *
 * @throws ValidationError `INVALID_OPTIONS` for options that are unknown or unusable
 */
export async function runPreflight(
  request: PreflightRequest,
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  checkPreflightOptions(options);
  options.signal?.throwIfAborted();
  const { job, session } = request;
  const report = new ReportBuilder(
    job.subject,
    options.findingsPerKind ?? PREFLIGHT_DEFAULTS.findingsPerKind,
    options.ignore ?? [],
  );
  const timeoutSeconds = options.timeoutSeconds ?? PREFLIGHT_DEFAULTS.timeoutSeconds;
  const controller = new AbortController();
  const abort = (): void => controller.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(
    () => controller.abort(new Error(`preflight stopped after ${timeoutSeconds} s; give it more with timeoutSeconds`)),
    Math.min(timeoutSeconds * 1000, 2 ** 31 - 1),
  );
  const { signal } = controller;
  const data = new Map<string, ChannelData>();
  const context: PreflightContext = {
    job,
    session,
    apiCalls: options.apiCalls ?? false,
    data,
    signal,
    add: (finding, count) => report.add(finding, count),
    skip: (codes, reason, channel) => report.skip(codes, reason, channel),
    derive: (value) => report.derive(value),
    readable: (name, codes) => {
      const channel = data.get(name);
      if (channel?.unreadable === undefined) return channel;
      report.skip(codes, channel.unreadable, name);
      return undefined;
    },
  };
  try {
    const limits = {
      ...sampleLimits(options),
      concurrency: options.concurrency ?? PREFLIGHT_DEFAULTS.concurrency,
      signal,
      readUri: (uri: string, bytes: number) => headOfS3Object(() => session.s3Context(), uri, bytes, signal),
    };
    const local = { ...request.localData, ...options.localData };
    for (const channel of job.channels) {
      data.set(channel.ChannelName, channelData(channel, local[channel.ChannelName], session, limits));
    }
    for (const warning of request.warnings ?? []) report.add(settingFinding(warning));
    const own = await request.checks?.(context as PreflightContext<never>);
    await mapConcurrent(data.values(), CHANNELS_AT_ONCE, async (channel) => {
      try {
        await listingChecks(context, channel, (file) => own?.object?.(file, channel));
      } catch (error) {
        options.signal?.throwIfAborted();
        channel.unreadable = reasonOf(signal.aborted ? signal.reason : error);
        report.skip(LISTING_CODES, channel.unreadable, channel.name);
      }
    });
    for (const checks of [generalChecks(context), ...(own ? [own] : [])]) {
      try {
        await checks.run();
      } catch (error) {
        // What goes wrong inside a check says nothing about the job.
        options.signal?.throwIfAborted();
        report.skip(checks.codes, reasonOf(signal.aborted ? signal.reason : error));
      }
    }
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
  }
  options.signal?.throwIfAborted();
  return report.build([...data.values()].map((channel) => channel.checked()));
}

function channelData(
  channel: Channel,
  path: string | undefined,
  session: Session,
  limits: ConstructorParameters<typeof ChannelData>[3],
): ChannelData {
  if (path !== undefined) return new ChannelData(channel, path, new LocalStore(path), limits);
  const s3 = channel.DataSource.S3DataSource;
  if (s3 === undefined) {
    const directory = channel.DataSource.FileSystemDataSource?.DirectoryPath ?? "";
    const reason = "a file system inside a VPC cannot be read from here; name a copy with localData";
    return new ChannelData(channel, directory, undefined, limits, reason);
  }
  if (s3.S3DataType === "ManifestFile") {
    const reason = "the objects of a ManifestFile are not looked at; name a copy with localData";
    return new ChannelData(channel, s3.S3Uri, undefined, limits, reason);
  }
  const single = s3.S3DataType === "AugmentedManifestFile";
  return new ChannelData(channel, s3.S3Uri, new S3Store(() => session.s3Context(), s3.S3Uri, single), limits);
}

function settingFinding(warning: string): Parameters<ReportBuilder["add"]>[0] {
  const code = /\[([A-Z]+-\d+)\]\.?$/u.exec(warning)?.[1];
  return {
    code: code ?? "GEN-13",
    kind: "settings",
    severity: "warning",
    message: warning.replace(/ ?\[[A-Z]+-\d+\](?=\.?$)/u, ""),
    place: {},
    cause: "the settings are legal, but they hardly do what was meant",
    fix: "change them, or leave them as they are when they are meant",
  };
}
