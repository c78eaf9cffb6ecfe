import { getEventListeners } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import { isS3Uri, joinS3Uri, parseS3Uri } from "../../src/internal/s3-uri.js";
import type { S3File, TransferProgress } from "../../src/session/index.js";
import { ACCOUNT, awsError, rejection, testSession } from "./aws.js";

let s3 = mockClient(S3Client);
let dir = "";
beforeEach(async () => {
  s3 = mockClient(S3Client);
  dir = await mkdtemp(join(tmpdir(), "download-"));
});
afterEach(async () => {
  s3.restore();
  await rm(dir, { recursive: true });
});

const session = testSession();

/** A bucket with these objects, listed in pages of two. */
function bucketWith(objects: Record<string, string>): void {
  const keys = Object.keys(objects).sort();
  s3.on(ListObjectsV2Command).callsFake(async (input: { Prefix?: string; ContinuationToken?: string }) => {
    const matching = keys.filter((key) => key.startsWith(input.Prefix ?? ""));
    const from = Number(input.ContinuationToken ?? 0);
    const isLast = from + 2 >= matching.length;
    return {
      Contents: matching
        .slice(from, from + 2)
        .map((Key) => ({ Key, Size: objects[Key]?.length ?? 0, ETag: '"e"', LastModified: new Date(0) })),
      IsTruncated: !isLast,
      ...(isLast ? {} : { NextContinuationToken: String(from + 2) }),
    };
  });
  s3.on(GetObjectCommand).callsFake(async ({ Key }: { Key: string }) => {
    const text = objects[Key];
    if (text === undefined) throw awsError("NoSuchKey", "The specified key does not exist.", 404);
    const Body = Object.assign(Readable.from([Buffer.from(text)]), {
      transformToByteArray: async () => Buffer.from(text),
    });
    return { Body, ContentLength: text.length };
  });
}

async function filesBelow(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(folder.length + 1)] = await readFile(path, "utf8");
  }
  return found;
}

describe("Session.downloadData", () => {
  it("fetches what is below the prefix and nothing of its neighbours", async () => {
    bucketWith({ "data/a.txt": "a", "data/sub/b.txt": "bb", "data2/c.txt": "c", dat: "d" });
    const paths = await session.downloadData("s3://b/data", join(dir, "out"));
    expect(paths).toEqual([join(dir, "out/a.txt"), join(dir, "out/sub/b.txt")]);
    expect(await filesBelow(dir)).toEqual({ "out/a.txt": "a", "out/sub/b.txt": "bb" });
    expect(s3.commandCalls(ListObjectsV2Command)).toHaveLength(2);
  });

  it("keeps sub-folders also when the prefix holds a dot", async () => {
    bucketWith({ "v1.0/x/a.txt": "1", "v1.0/y/a.txt": "2" });
    await session.downloadData("s3://b/v1.0/", dir);
    expect(await filesBelow(dir)).toEqual({ "x/a.txt": "1", "y/a.txt": "2" });
  });

  it("puts a single object at the path, or into it when it is a folder", async () => {
    bucketWith({ "out/model": "m" });
    expect(await session.downloadData("s3://b/out/model", join(dir, "my-model"))).toEqual([join(dir, "my-model")]);
    expect(await session.downloadData("s3://b/out/model", dir)).toEqual([join(dir, "model")]);
    expect(await session.downloadData("s3://b/out/model", `${dir}/new/`)).toEqual([join(dir, "new", "model")]);
    expect(await filesBelow(dir)).toEqual({ "my-model": "m", model: "m", "new/model": "m" });
  });

  it("makes empty folders of empty keys with a slash at the end", async () => {
    bucketWith({ "d/": "", "d/empty/": "", "d/a": "a" });
    expect(await session.downloadData("s3://b/d", dir)).toEqual([join(dir, "a")]);
    expect((await readdir(dir)).sort()).toEqual(["a", "empty"]);
  });

  it("gives an empty list when nothing is there", async () => {
    bucketWith({ "data2/a": "a" });
    expect(await session.downloadData("s3://b/data", dir)).toEqual([]);
  });

  it.each(["d/../../evil", "d//etc/passwd", "d/a/../../../evil", "d/.."])(
    "refuses the key %s before anything is written",
    async (key) => {
      bucketWith({ "d/a": "a", [key]: "x" });
      const error = await rejection(session.downloadData("s3://b/d/", join(dir, "out")));
      expect(error).toBeInstanceOf(ValidationError);
      expect(String(error)).toContain("would be written outside of");
      expect(await readdir(dir)).toEqual([]);
      expect(s3.commandCalls(GetObjectCommand)).toHaveLength(0);
    },
  );

  it("refuses keys that are the same file, and a key that is a file and a folder", async () => {
    bucketWith({ "d/a//b": "1", "d/a/b": "2" });
    await expect(session.downloadData("s3://b/d", dir)).rejects.toThrow("are the same file");
    bucketWith({ "d/a": "1", "d/a/b/c": "2" });
    await expect(session.downloadData("s3://b/d", dir)).rejects.toThrow("would have to be a file and");
  });

  it("tells how far it is, and fetches only what the filter lets through", async () => {
    bucketWith({ "d/a.txt": "aa", "d/b.csv": "b", "d/c.txt": "cccc" });
    const progress: TransferProgress[] = [];
    const filter = (key: string) => key.endsWith(".txt");
    await session.downloadData("s3://b/d", dir, {
      concurrency: 1,
      filter,
      onProgress: (event) => progress.push(event),
    });
    expect(progress).toEqual([
      { bytesDone: 2, bytesTotal: 6, filesDone: 1, filesTotal: 2, key: "d/a.txt" },
      { bytesDone: 6, bytesTotal: 6, filesDone: 2, filesTotal: 2, key: "d/c.txt" },
    ]);
  });

  it("leaves no half-written file when the connection breaks or the size is wrong", async () => {
    bucketWith({ "d/a": "a" });
    s3.on(GetObjectCommand).callsFake(async () => {
      async function* broken() {
        yield Buffer.from("half");
        throw new Error("connection reset");
      }
      return { Body: Readable.from(broken()) };
    });
    await expect(session.downloadData("s3://b/d", dir)).rejects.toThrow("connection reset");
    s3.on(GetObjectCommand).callsFake(async () => ({ Body: Readable.from([Buffer.from("half")]), ContentLength: 8 }));
    await expect(session.downloadData("s3://b/d", dir)).rejects.toThrow("all of its 8 bytes (4 came)");
    expect(await readdir(dir)).toEqual([]);
  });

  it("ends a transfer at the abort, rejects with its reason, and leaves neither file nor listener", async () => {
    bucketWith({ "d/a": "a" });
    const body = new Readable({ read: () => undefined });
    s3.on(GetObjectCommand).resolves({ Body: body as never });
    const controller = new AbortController();
    const failed = rejection(session.downloadData("s3://b/d", dir, { signal: controller.signal }));
    await vi.waitFor(async () => expect(await readdir(dir)).toHaveLength(1));
    controller.abort(new Error("enough"));
    expect(await failed).toBe(controller.signal.reason);
    expect(await readdir(dir)).toEqual([]);
    expect(body.destroyed).toBe(true);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("replaces an older file", async () => {
    bucketWith({ "d/a": "new" });
    await mkdir(join(dir, "x"));
    await session.downloadData("s3://b/d", dir);
    await session.downloadData("s3://b/d", dir);
    expect(await readFile(join(dir, "a"), "utf8")).toBe("new");
  });

  it("says what is missing when the bucket cannot be read", async () => {
    s3.on(ListObjectsV2Command).rejects(awsError("AccessDenied", "Access Denied", 403));
    const error = await rejection(session.downloadData("s3://secret/d", dir));
    expect(error).toMatchObject({ code: "BUCKET_UNREADABLE" });
    expect(String(error)).toContain(
      "Access to s3://secret/d was denied from region us-east-1. The caller needs s3:ListBucket on arn:aws:s3:::secret",
    );
  });
});

describe("Session.readS3File", () => {
  it("gives text, and says which object is missing", async () => {
    bucketWith({ "a#1": "é" });
    expect(await session.readS3File("s3://b/a#1")).toBe("é");
    expect(await session.readS3Bytes("s3://b/a#1")).toEqual(Buffer.from("é"));
    const error = await rejection(session.readS3File("s3://b/nothing"));
    expect(error).toBeInstanceOf(ValidationError);
    expect(String(error)).toContain("there is no object s3://b/nothing");
    expect((error as Error).cause).toMatchObject({ name: "NoSuchKey" });
    await expect(session.readS3File("s3://b/")).rejects.toThrow("names a bucket, not an object");
  });
});

describe("Session.listS3Files", () => {
  it("reads page by page, only as far as asked", async () => {
    bucketWith(Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`d/${index}`, "x"])));
    const seen: S3File[] = [];
    for await (const file of session.listS3Files("s3://b/d")) {
      seen.push(file);
      if (seen.length === 3) break;
    }
    expect(seen[0]).toEqual({
      uri: "s3://b/d/0",
      bucket: "b",
      key: "d/0",
      sizeBytes: 1,
      lastModified: new Date(0),
      etag: "e",
    });
    expect(s3.calls()).toHaveLength(2);
  });

  it("gives all at once, starts anew each time, and stops at folder borders unless told not to", async () => {
    bucketWith({ "d/1": "x", d2: "x", d: "x" });
    const listing = session.listS3Files("s3://b/d");
    expect((await listing.toArray()).map((file) => file.key)).toEqual(["d", "d/1"]);
    expect(await listing.toArray()).toHaveLength(2);
    expect(await session.listS3Files("s3://b/d", { match: "prefix" }).toArray()).toHaveLength(3);
    expect(await session.listS3Files("s3://b").toArray()).toHaveLength(3);
  });

  it("names the owner of an SDK-named bucket", async () => {
    bucketWith({});
    await session.listS3Files(`s3://sagemaker-eu-west-1-${ACCOUNT}/d`).toArray();
    expect(s3.calls()[0]?.args[0].input).toEqual({
      Bucket: `sagemaker-eu-west-1-${ACCOUNT}`,
      Prefix: "d",
      ExpectedBucketOwner: ACCOUNT,
    });
  });
});

describe("S3 URIs", () => {
  it("keep every key verbatim through joining and splitting", () => {
    const part = fc.string({ minLength: 1, unit: fc.constantFrom("a", "#", "?", "%", " ", "é", ".", "+") });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const uri = joinS3Uri("s3://bucket", ...parts);
        expect(isS3Uri(uri)).toBe(true);
        expect(parseS3Uri(uri)).toEqual({ bucket: "bucket", key: parts.join("/") });
      }),
    );
  });

  it("keep double slashes inside the key", () => {
    expect(parseS3Uri("s3://b//k//x")).toEqual({ bucket: "b", key: "/k//x" });
  });
});
