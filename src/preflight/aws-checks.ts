import { shown } from "../internal/options.js";
import { isS3Uri, parseS3Uri } from "../internal/s3-uri.js";
import { isDenied, isMissingBucket, isMissingObject, regionOfBucket, roleTrustPolicy } from "../session/index.js";
import type { PreflightChecks, PreflightContext } from "./context.js";
import { reasonOf } from "./reason-of.js";

const SERVICE = "sagemaker.amazonaws.com";

/** What a trust policy must say, for people to copy. */
export const TRUST_POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: SERVICE }, Action: "sts:AssumeRole" }],
});

/** Checks of role and buckets; with calls of AWS only when they are wanted. */
export function awsChecks(context: PreflightContext): PreflightChecks {
  return {
    codes: ["GEN-05", "GEN-06"],
    async run() {
      checkRoleForm(context);
      if (!context.apiCalls) {
        context.skip(
          ["GEN-05", "GEN-06"],
          "bucket regions and the role's trust policy are checked with apiCalls: true",
        );
        return;
      }
      await checkBuckets(context);
      await checkTrust(context);
    },
  };
}

function checkRoleForm({ job, session, add }: PreflightContext): void {
  const { role } = job;
  if (role === undefined || !role.startsWith("arn:")) return;
  const match = /^arn:(aws[a-z-]*):iam::\d{12}:role\/.+$/u.exec(role);
  const finding = (kind: string, message: string, fix: string): void =>
    add({
      code: "GEN-06",
      kind,
      severity: "error",
      message,
      place: { field: "role" },
      cause: "SageMaker is unable to assume the role",
      fix,
    });
  if (!match) {
    finding(
      "no-role-arn",
      `${shown(role)} is no role that a service can assume`,
      "give the ARN of a role with its path: arn:aws:iam::123456789012:role/service-role/Name",
    );
    return;
  }
  const partition = partitionOf(session.region);
  if (partition !== undefined && match[1] !== partition) {
    finding(
      "other-partition",
      `the role ${role} belongs to partition ${match[1]}, the job's region ${session.region} to ${partition}`,
      "use a role of an account in the region's partition",
    );
  }
}

function partitionOf(region: string | undefined): string | undefined {
  if (region === undefined) return undefined;
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return /^(?:us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-\d$/u.test(region) ? "aws" : undefined;
}

async function checkBuckets({ job, data, session, signal, add, skip }: PreflightContext): Promise<void> {
  const uris = new Map<string, { readonly channel?: string; readonly field?: string }>();
  for (const channel of data.values()) {
    const uri = channel.channel.DataSource.S3DataSource?.S3Uri;
    if (uri === channel.uri && isS3Uri(uri)) uris.set(parseS3Uri(uri).bucket, { channel: channel.name });
  }
  const { outputPath } = job;
  if (outputPath !== undefined && isS3Uri(outputPath)) {
    const { bucket } = parseS3Uri(outputPath);
    if (!uris.has(bucket)) uris.set(bucket, { field: "outputPath" });
  }
  const jobRegion = await session.resolveRegion();
  for (const [bucket, place] of uris) {
    try {
      const region = await regionOfBucket(await session.s3Context(), bucket, signal);
      if (region === undefined || region === jobRegion) continue;
      add({
        code: "GEN-05",
        kind: "other-region",
        severity: "error",
        message: `bucket "${bucket}" is in ${region}, the job in ${jobRegion}`,
        place: { ...place, file: `s3://${bucket}/` },
        cause: "the bucket of a job's data must be in the region of the job",
        fix: `run the job in ${region}, or copy the data to a bucket in ${jobRegion}`,
      });
    } catch (error) {
      signal.throwIfAborted();
      // A missing input bucket was found by the listing; a missing output bucket is found here only.
      if ((isMissingBucket(error) || isMissingObject(error)) && place.channel === undefined) {
        add({
          code: "GEN-05",
          kind: "no-bucket",
          severity: "error",
          message: `there is no bucket "${bucket}"`,
          place,
          cause: "the job cannot use it",
          fix: "create the bucket, or name another one",
        });
      } else skip(["GEN-05"], `bucket "${bucket}": ${reasonOf(error)}`, place.channel);
    }
  }
}

async function checkTrust({ job, session, signal, add, skip }: PreflightContext): Promise<void> {
  try {
    const role = await session.resolveRole(job.role, { signal });
    const name = role.slice(role.lastIndexOf("/") + 1);
    const policy = await roleTrustPolicy(session, name, { signal });
    if (policy === undefined || trusts(policy)) return;
    add({
      code: "GEN-06",
      kind: "no-trust",
      severity: "error",
      message: `the trust policy of role ${role} does not let ${SERVICE} assume it`,
      place: { field: "role" },
      cause: "SageMaker is unable to perform: sts:AssumeRole",
      fix: `add to its trust policy: ${TRUST_POLICY}`,
    });
  } catch (error) {
    signal.throwIfAborted();
    const reason = isDenied(error) ? "the caller lacks iam:GetRole" : reasonOf(error);
    skip(["GEN-06"], `the trust policy of the role could not be read: ${reason}`);
  }
}

/** True when a statement of the policy lets the service assume the role. */
function trusts(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as { readonly Statement?: unknown };
  return listOf(Statement).some((statement) => {
    const { Effect, Principal, Action } = statement as Readonly<Record<string, unknown>>;
    const services = listOf((Principal as { readonly Service?: unknown } | undefined)?.Service);
    const actions = listOf(Action);
    return (
      Effect === "Allow" &&
      services.includes(SERVICE) &&
      ["sts:AssumeRole", "sts:*", "*"].some((action) => actions.includes(action))
    );
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
