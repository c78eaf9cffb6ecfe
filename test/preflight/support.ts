import { mkdtempSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { LocalSession } from "../../src/local/index.js";
import type { Finding, PreflightReport } from "../../src/preflight/index.js";

/** A session on an embedded service of its own with a bucket, and a way to put objects into it. */
export async function storeWith(objects: Readonly<Record<string, string | Uint8Array>>): Promise<{
  readonly session: LocalSession;
  readonly bucket: string;
  readonly uri: (key: string) => string;
}> {
  const session = new LocalSession({ root: "temporary" });
  onTestFinished(() => session.close());
  const bucket = await session.defaultBucket({ create: true });
  const uri = (key: string): string => `s3://${bucket}/${key}`;
  for (const [key, body] of Object.entries(objects)) await session.uploadString(body, uri(key));
  return { session, bucket, uri };
}

/** A folder with files, removed after the running test. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "preflight-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, body] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), body);
  }
  return folder;
}

/** The findings of a code, of one kind of it when a kind is given. */
export function found(report: PreflightReport, code: string, kind?: string): readonly Finding[] {
  return report.findings.filter((finding) => finding.code === code && (kind === undefined || finding.kind === kind));
}

/** Codes and kinds of everything that is no note. */
export function faults(report: PreflightReport): string[] {
  return report.findings.filter(({ severity }) => severity !== "info").map(({ code, kind }) => `${code} ${kind}`);
}
