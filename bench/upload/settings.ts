import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import type { Sink } from "./sink.js";

export const MIB = 1024 * 1024;
export const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** Notes where the sink is, for the variants, which are processes of their own. */
export function noteSink(dir: string, sink: Sink): void {
  writeFileSync(join(dir, "sink"), sink.url);
}

export function sinkUrl(dir: string): string {
  return readFileSync(join(dir, "sink"), "utf8");
}

/** A stock client, as a user would make it. */
export function s3Client(dir: string): S3Client {
  return new S3Client({ region: "us-east-1", credentials, endpoint: sinkUrl(dir), forcePathStyle: true });
}
