import { nearest, shown } from "../internal/options.js";
import { parseS3Uri } from "../internal/s3-uri.js";
import { explainS3Error, isMissingBucket } from "../session/index.js";
import { awsChecks } from "./aws-checks.js";
import type { ChannelData } from "./channel-data.js";
import type { PreflightChecks, PreflightContext } from "./context.js";
import type { DataFile } from "./data-store.js";
import { checkModelArchive } from "./model-archive.js";
import { reasonOf } from "./reason-of.js";

/** Checks of every listing. */
export const LISTING_CODES = ["GEN-02", "GEN-03", "GEN-04", "GEN-09"] as const;

/** A job that may run longer than this and is interrupted loses work that is worth a checkpoint. */
const LONG_JOB_SECONDS = 2 * 3600;

/**
 * Lists a channel and checks keys and sizes. A channel that cannot be listed becomes unreadable, with the reason.
 *
 * @param each - sees every object
 */
export async function listingChecks(
  context: PreflightContext,
  channel: ChannelData,
  each: (file: DataFile) => void,
): Promise<void> {
  if (channel.unreadable !== undefined) {
    context.skip(LISTING_CODES, channel.unreadable, channel.name);
    return;
  }
  const place = { channel: channel.name, file: channel.uri };
  const siblings: string[] = [];
  const folders = new Set<string>();
  let own = 0;
  try {
    await channel.list((file) => {
      if (file.match === "sibling") {
        siblings.push(...(siblings.length < 5 ? [file.uri] : []));
        folders.add(headOf(file));
      } else if (!isFolderMarker(file)) own++;
      checkObject(context, channel, file);
      each(file);
    });
  } catch (error) {
    context.signal.throwIfAborted();
    noteFailedListing(context, channel, error);
    return;
  }
  if (channel.objects === 0) {
    context.add({ ...(await emptyFinding(channel)), place });
    channel.unreadable = "there is no object under it";
    return;
  }
  if (siblings.length > 0 && (own > 0 || folders.size > 1)) {
    context.add({
      code: "GEN-03",
      kind: "sibling-prefix",
      severity: "warning",
      message: `the prefix also takes keys beside it: ${siblings.map((uri) => `"${uri}"`).join(", ")}`,
      place,
      cause: "an S3 prefix matches keys by their text, not by folder, so the job reads these objects too",
      fix: `end the prefix with a slash: ${channel.uri}/`,
    });
  }
}

/** First folder or file that a sibling belongs to. */
function headOf(file: DataFile): string {
  const slash = file.name.indexOf("/");
  return slash < 0 ? "" : file.name.slice(0, slash);
}

/** Empty objects that consoles make so that a folder shows. */
export function isFolderMarker(file: DataFile): boolean {
  return file.sizeBytes === 0 && (file.uri.endsWith("/") || file.name === "");
}

function checkObject(context: PreflightContext, channel: ChannelData, file: DataFile): void {
  const place = { channel: channel.name, file: file.uri };
  if (file.uri.startsWith("s3://") && file.uri.includes("//", 5)) {
    context.add({
      code: "GEN-04",
      kind: "empty-folder-name",
      severity: "error",
      message: 'the key holds an empty folder name ("//")',
      place,
      cause: "the download of a job fails on it: illegal char sub-sequence '//'",
      fix: "copy the object to a key without it and delete this one",
    });
  }
  if (file.sizeBytes > 0 || isFolderMarker(file)) return;
  context.add({
    code: "GEN-09",
    kind: "empty-file",
    severity: "error",
    message: "the file is empty",
    place,
    cause: "an algorithm that opens it fails, for example: Unable to start training. Empty .rec file in train channel.",
    fix: "upload it again, or delete it",
  });
}

async function emptyFinding(channel: ChannelData) {
  const around = await channel.around().catch(() => []);
  const wanted = channel.uri.replace(/\/$/u, "");
  const last = wanted.slice(wanted.lastIndexOf("/") + 1);
  const near = nearest(
    last,
    around.map((name) => name.replace(/\/$/u, "")),
  );
  const beside = around.length > 0 ? `one level up there is ${around.map((name) => shown(name)).join(", ")}` : "";
  return {
    code: "GEN-02",
    kind: "no-object",
    severity: "error",
    message: `there is no object under ${channel.uri}${near ? `; did you mean ${shown(near)}?` : ""}`,
    cause: "the job would fail when its data is downloaded: No S3 objects found under S3 URL",
    fix: beside === "" ? "upload the data, or correct the URI" : `upload the data, or correct the URI; ${beside}`,
  } as const;
}

/** What a failed listing says about the job: a bucket that is not there or elsewhere is an error, the rest is unknown. */
function noteFailedListing(context: PreflightContext, channel: ChannelData, error: unknown): void {
  const place = { channel: channel.name, file: channel.uri };
  const isLocal = !channel.uri.startsWith("s3://");
  if (isLocal) {
    const severity = "error" as const;
    const message = reasonOf(error).replace(/^uploadData: /u, "");
    const cause = "there would be nothing to upload";
    context.add({ code: "GEN-02", kind: "no-object", severity, message, place, cause, fix: "correct the path" });
    channel.unreadable = "there is no such file or folder";
    return;
  }
  const { bucket, key } = parseS3Uri(channel.uri);
  const explained = explainS3Error(error, { bucket, key, region: context.session.region, permission: "s3:ListBucket" });
  const reason = reasonOf(explained);
  channel.unreadable = reason;
  if (isMissingBucket(error)) {
    context.add({
      code: "GEN-02",
      kind: "no-bucket",
      severity: "error",
      message: `there is no bucket "${bucket}"`,
      place,
      cause: "the job would be refused or fail: No S3 objects found under S3 URL",
      fix: "correct the name of the bucket, or create it and upload the data",
    });
    return;
  }
  if (isElsewhere(error)) {
    context.add({
      code: "GEN-05",
      kind: "other-region",
      severity: "error",
      message: reason,
      place,
      cause: "the bucket of a job's data must be in the region of the job",
      fix: "run the job in the bucket's region, or copy the data to a bucket in the job's region",
    });
    return;
  }
  context.skip(LISTING_CODES, reason, channel.name);
}

function isElsewhere(error: unknown): boolean {
  const name = (error as { readonly name?: unknown } | null)?.name;
  return name === "PermanentRedirect" || name === "AuthorizationHeaderMalformed";
}

/** Checks of the job itself. */
export function generalChecks(context: PreflightContext): PreflightChecks {
  const { job } = context;
  const aws = awsChecks(context);
  return {
    codes: ["GEN-08", "GEN-11", ...aws.codes],
    async run() {
      for (const channel of context.data.values()) {
        const isModel = channel.channel.ContentType === "application/x-sagemaker-model";
        if (!isModel || channel.unreadable !== undefined) continue;
        const file = channel.files.find((item) => item.match === "exact" && item.sizeBytes > 0);
        if (file !== undefined) await checkModelArchive(context, channel, file);
      }
      if (job.spot && !job.checkpoints && job.maxRuntimeSeconds > LONG_JOB_SECONDS) {
        context.add({
          code: "GEN-08",
          kind: "spot-without-checkpoints",
          severity: "warning",
          message: `spot training of up to ${Math.round(job.maxRuntimeSeconds / 3600)} hours without checkpoints`,
          place: { field: "checkpoint" },
          cause: "every interruption starts the job over, and all the time is billed",
          fix: "give checkpoint: { s3Uri } when the container writes checkpoints, or lower maxRuntimeSeconds",
        });
      }
      await aws.run();
    },
  };
}
