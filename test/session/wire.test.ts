import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Session } from "../../src/session/index.js";
import { testSession } from "./aws.js";

interface Sent {
  readonly method: string;
  readonly hostname: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

const KEY = "odd//a#1?x=%20 +é.txt";
const LISTING = `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><IsTruncated>false</IsTruncated>
<Contents><Key>${KEY}</Key><Size>5</Size><ETag>"e"</ETag></Contents></ListBucketResult>`;

/** What the AWS SDK puts on the wire and reads from it, without a wire. */
describe("Session with a request handler", () => {
  const sent: Sent[] = [];
  let dir = "";
  let session: Session;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "wire-"));
    sent.length = 0;
    session = testSession({
      requestHandler: {
        handle: async (request: Sent) => {
          sent.push(request);
          const isListing = request.query["list-type"] !== undefined;
          const text = isListing ? LISTING : request.method === "GET" ? "hello" : "";
          return { response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(text)]) } };
        },
      },
    });
  });
  afterEach(async () => {
    await session.close();
    await rm(dir, { recursive: true });
  });

  it("sends every character of a key, encoded once", async () => {
    await session.uploadString("hello", `s3://bucket/${KEY}`);
    expect(sent[0]).toMatchObject({ method: "PUT", hostname: "bucket.s3.us-east-1.amazonaws.com" });
    expect(sent[0]?.path).toBe("/odd//a%231%3Fx%3D%2520%20%2B%C3%A9.txt");
    expect(sent[0]?.headers["x-amz-checksum-crc32"]).toBe("NhCmhg==");
  });

  it("leaves the encryption to the bucket unless a key is named", async () => {
    await session.uploadString("hello", "s3://bucket/plain");
    await session.uploadString("hello", "s3://bucket/own", { kmsKeyId: "key" });
    const encryption = sent.map(({ headers }) => [
      headers["x-amz-server-side-encryption"],
      headers["x-amz-server-side-encryption-aws-kms-key-id"],
    ]);
    expect(encryption).toEqual([
      [undefined, undefined],
      ["aws:kms", "key"],
    ]);
  });

  it("reads the body of an object, whole and into a file", async () => {
    expect(await session.readS3File(`s3://bucket/${KEY}`)).toBe("hello");
    const [path] = await session.downloadData(`s3://bucket/${KEY}`, join(dir, "out.txt"));
    expect(path).toBe(join(dir, "out.txt"));
    expect(await readFile(join(dir, "out.txt"), "utf8")).toBe("hello");
  });

  it("asks a base URL of one's own with the bucket in the path", async () => {
    const { requestHandler } = (session as unknown as { options: { requestHandler: unknown } }).options;
    await writeFile(join(dir, "a.txt"), "hello");
    const local = testSession({ requestHandler, endpoint: "http://127.0.0.1:9000" });
    expect(await local.uploadData(join(dir, "a.txt"), { bucket: "bucket" })).toBe("s3://bucket/data/a.txt");
    expect(sent[0]).toMatchObject({ hostname: "127.0.0.1", path: "/bucket/data/a.txt" });
  });
});
