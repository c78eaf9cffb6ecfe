import { S3Client } from "@aws-sdk/client-s3";
import { onTestFinished } from "vitest";
import { LocalSageMaker, type LocalSageMakerOptions } from "../../../src/local/index.js";

/** A local service with an AWS SDK client for its S3, closed after the running test. */
export async function newS3(options: LocalSageMakerOptions = {}): Promise<{ local: LocalSageMaker; s3: S3Client }> {
  const local = await LocalSageMaker.create({ root: "temporary", ...options });
  // The SDK would warn on the console about the bad requests that tests send on purpose.
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const s3 = new S3Client({ ...local.clientSettings, maxAttempts: 1, logger });
  onTestFinished(async () => {
    s3.destroy();
    await local.close();
  });
  return { local, s3 };
}

/** Sends a request below the AWS SDK and gives the answer with its body as text. */
export async function send(
  local: LocalSageMaker,
  method: string,
  target: string,
  options: { headers?: Record<string, string>; body?: Uint8Array | string | AsyncIterable<Uint8Array> } = {},
): Promise<{ status: number; headers: Record<string, string>; text: string }> {
  const [rawPath = "", rawQuery = ""] = target.split("?");
  const body = typeof options.body === "string" ? Buffer.from(options.body) : options.body;
  const length = body instanceof Uint8Array ? { "content-length": String(body.length) } : {};
  const headers: Record<string, string> = { host: "127.0.0.1", ...length, ...options.headers };
  const answer = await local.handle({ method, rawPath, rawQuery, headers, body });
  const pieces: Uint8Array[] = [];
  if (answer.body instanceof Uint8Array) pieces.push(answer.body);
  else if (answer.body) for await (const piece of answer.body) pieces.push(piece);
  return { status: answer.status, headers: answer.headers, text: Buffer.concat(pieces).toString() };
}
