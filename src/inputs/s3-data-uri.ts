import type { ValidationIssue } from "../errors/index.js";
import { shown } from "../internal/options.js";

/** API limit of `S3Uri`, in characters. */
const MAX_URI_LENGTH = 1024;

/**
 * Faults of an S3 URI that names data for a job. The key itself is kept verbatim; what the service cannot read is refused.
 *
 * @param needsKey - true for a manifest, which is one object
 */
export function s3DataUriIssues(uri: unknown, path: readonly string[], needsKey = false): ValidationIssue[] {
  const issue = (message: string): ValidationIssue[] => [{ path, message: `${message} [GEN-04]` }];
  if (typeof uri !== "string") return issue(`expected an S3 URI such as "s3://bucket/train/", got ${shown(uri)}`);
  if (/^https?:\/\//iu.test(uri)) {
    const right = s3UriFromHttps(uri);
    return issue(`web addresses are not read, got ${shown(uri)}${right ? `; write ${shown(right)}` : ""}`);
  }
  if (/^file:/iu.test(uri) || uri.startsWith("/") || uri.startsWith("./") || uri.startsWith("../")) {
    return issue(`local files are not read by a job, got ${shown(uri)}; upload them first: session.uploadData(...)`);
  }
  const match = /^s3:\/\/([^/]*)(\/?)(.*)$/su.exec(uri);
  if (!match) {
    const fixed = /^s3:\/*/iu.test(uri) ? uri.replace(/^s3:\/*/iu, "s3://") : undefined;
    return issue(`expected s3://bucket/key, got ${shown(uri)}${fixed ? `; write ${shown(fixed)}` : ""}`);
  }
  const [, bucket = "", slash = "", key = ""] = match;
  if (bucket === "") {
    const fixed = key.replace(/^\/+/u, "");
    return issue(
      `the bucket name is missing in ${shown(uri)}${fixed.includes("/") ? `; write ${shown(`s3://${fixed}`)}` : ""}`,
    );
  }
  if (key === "" && needsKey) return issue(`${shown(uri)} names a bucket; a manifest is one object: s3://bucket/key`);
  if (slash === "") {
    return issue(
      `${shown(uri)} names a bucket without a key; add the prefix of the data, or a slash when all of the bucket is meant: ` +
        shown(`${uri}/`),
    );
  }
  if (key.includes("//") || key.startsWith("/")) {
    const fixed = `s3://${bucket}/${key.replace(/^\/+/u, "").replaceAll(/\/{2,}/gu, "/")}`;
    return issue(
      `${shown(uri)} holds an empty folder name ("//"), which jobs cannot read ("illegal char sub-sequence"); write ${shown(fixed)}`,
    );
  }
  if (uri.length > MAX_URI_LENGTH)
    return issue(`an S3 URI has at most ${MAX_URI_LENGTH} characters, got ${uri.length}`);
  return [];
}

/** The S3 URI that an S3 web address stands for: virtual-hosted and path style. */
function s3UriFromHttps(address: string): string | undefined {
  const match = /^https?:\/\/([^/]+)\/?(.*)$/isu.exec(address);
  const host = match?.[1] ?? "";
  const rest = (match?.[2] ?? "").replace(/[?#].*$/su, "");
  const hosted = /^(.+)\.s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/iu.exec(host);
  if (hosted?.[1]) return `s3://${hosted[1]}/${decoded(rest)}`;
  if (/^s3(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$/iu.test(host) && rest) {
    return `s3://${decoded(rest)}`;
  }
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
