import { getEventListeners } from "node:events";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import type { TransferProgress, UploadOptions } from "../../src/session/index.js";
import { partSizeFor, streamPartSize } from "../../src/session/multipart.js";
import { UPLOAD_DEFAULTS } from "../../src/session/upload-options.js";
import { ACCOUNT, awsError, rejection, stsAnswering, testSession } from "./aws.js";

const MIB = 1024 * 1024;
let s3 = mockClient(S3Client);
let sts = stsAnswering();
let dir = "";
beforeEach(async () => {
  s3 = mockClient(S3Client);
  sts = stsAnswering();
  dir = await mkdtemp(join(tmpdir(), "upload-"));
});
afterEach(async () => {
  s3.restore();
  sts.restore();
  await rm(dir, { recursive: true });
});

const session = testSession({ defaultBucket: "bucket" });

/** Keys and texts of the objects written whole, in the order of their keys. */
function put(): Record<string, string> {
  const calls = s3.commandCalls(PutObjectCommand).map((call) => call.args[0].input);
  const entries = calls.map(({ Key, Body }) => [Key ?? "", Buffer.from(Body as Uint8Array).toString()] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** S3 that takes multipart uploads and keeps what it got, by part number. */
function takingParts(): Map<number, Buffer> {
  const parts = new Map<number, Buffer>();
  s3.on(CreateMultipartUploadCommand).resolves({ UploadId: "u1" });
  s3.on(UploadPartCommand).callsFake(async ({ PartNumber, Body }: { PartNumber: number; Body: Uint8Array }) => {
    // The buffer is used again for a later part.
    parts.set(PartNumber, Buffer.from(Body));
    return { ETag: `"etag${PartNumber}"`, ChecksumCRC32: `crc${PartNumber}` };
  });
  return parts;
}

async function tree(files: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(dir, name, ".."), { recursive: true });
    await writeFile(join(dir, name), text);
  }
  return dir;
}

describe("Session.uploadData", () => {
  it("sends one file under its own name and gives the object's URI", async () => {
    await tree({ "train.txt": "hello" });
    expect(await session.uploadData(join(dir, "train.txt"))).toBe("s3://bucket/data/train.txt");
    expect(s3.calls().map((call) => call.args[0].input)).toEqual([
      { Bucket: "bucket", Key: "data/train.txt", Body: Buffer.from("hello") },
    ]);
  });

  it("sends a folder with hidden files and gives its URI with a slash at the end", async () => {
    await tree({ "in/a.txt": "a", "in/.hidden": "h", "in/sub/deep/b.txt": "b" });
    expect(await session.uploadData(join(dir, "in"), { bucket: "other", keyPrefix: "x/" })).toBe("s3://other/x/");
    expect(put()).toEqual({ "x/.hidden": "h", "x/a.txt": "a", "x/sub/deep/b.txt": "b" });
  });

  it("sends only what the filter lets through", async () => {
    await tree({ "in/a.txt": "a", "in/.hidden": "h", "in/sub/b.txt": "b" });
    await session.uploadData(join(dir, "in"), {
      filter: (path) => !path.split("/").some((name) => name.startsWith(".")),
    });
    expect(Object.keys(put())).toEqual(["data/a.txt", "data/sub/b.txt"]);
    await expect(session.uploadData(join(dir, "in"), { filter: () => false })).rejects.toThrow(
      "no file to upload that the filter lets through",
    );
  });

  it("keeps special characters and double slashes of keys as they are", async () => {
    await tree({ "in/a#1?x=%20.txt": "a" });
    await session.uploadData(join(dir, "in"), { keyPrefix: "odd//prefix" });
    expect(Object.keys(put())).toEqual(["odd//prefix/a#1?x=%20.txt"]);
  });

  it("follows links to files, not to folders, and says what it leaves out", async () => {
    const warn = vi.fn();
    await tree({ "in/a.txt": "a", "elsewhere/b.txt": "b" });
    await symlink(join(dir, "elsewhere"), join(dir, "in", "folder-link"));
    await symlink(join(dir, "elsewhere", "b.txt"), join(dir, "in", "file-link"));
    const logging = testSession({ defaultBucket: "bucket", logger: { debug: warn, info: warn, warn, error: warn } });
    await logging.uploadData(join(dir, "in"));
    expect(Object.keys(put())).toEqual(["data/a.txt", "data/file-link"]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining("folder-link")]]);
  });

  it("sends a list of files, and refuses two of one name", async () => {
    await tree({ "a.txt": "a", "sub/b.txt": "b", "sub/a.txt": "c" });
    expect(await session.uploadData([join(dir, "a.txt"), join(dir, "sub/b.txt")])).toBe("s3://bucket/data/");
    expect(put()).toEqual({ "data/a.txt": "a", "data/b.txt": "b" });
    s3.resetHistory();
    await expect(session.uploadData([join(dir, "a.txt"), join(dir, "sub/a.txt")])).rejects.toThrow(
      'would both become "data/a.txt"',
    );
    expect(s3.calls()).toHaveLength(0);
  });

  it("sends bytes and streams under the name they are given", async () => {
    expect(await session.uploadData(Buffer.from("b"), { fileName: "b.bin", contentType: "a/b", kmsKeyId: "key" })).toBe(
      "s3://bucket/data/b.bin",
    );
    expect(await session.uploadData(Readable.from(["é", Buffer.from("x")]), { fileName: "s.txt" })).toBe(
      "s3://bucket/data/s.txt",
    );
    expect(put()).toEqual({ "data/b.bin": "b", "data/s.txt": "éx" });
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      ContentType: "a/b",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: "key",
    });
    await expect(session.uploadData(Buffer.from("b"))).rejects.toThrow("need a name: pass { fileName:");
  });

  it("puts the default bucket's prefix before the key, and names the owner of an SDK-named bucket", async () => {
    await tree({ "a.txt": "a" });
    const plain = testSession({ defaultBucketPrefix: "team" });
    const bucket = `sagemaker-us-east-1-${ACCOUNT}`;
    expect(await plain.uploadData(join(dir, "a.txt"))).toBe(`s3://${bucket}/team/data/a.txt`);
    expect(s3.calls().map((call) => call.args[0].input)).toMatchObject([
      { Bucket: bucket, ExpectedBucketOwner: ACCOUNT },
    ]);
    expect(await plain.uploadData(join(dir, "a.txt"), { bucket: "mine" })).toBe("s3://mine/data/a.txt");
  });

  it("checks and creates the default bucket only when asked to", async () => {
    await tree({ "a.txt": "a" });
    await testSession().uploadData(join(dir, "a.txt"), { createBucket: true });
    expect(s3.commandCalls(HeadBucketCommand)).toHaveLength(1);
  });

  it("sends a file above 16 MiB in parts with checksums and its size", async () => {
    const parts = takingParts();
    const bytes = Buffer.alloc(17 * MIB + 5, "abcdefg");
    await writeFile(join(dir, "big.bin"), bytes);
    await session.uploadData(join(dir, "big.bin"), { partSizeBytes: 5 * MIB, kmsKeyId: "key", verify: false });
    expect(Buffer.concat([1, 2, 3, 4].map((number) => parts.get(number) ?? Buffer.alloc(0))).equals(bytes)).toBe(true);
    expect(s3.commandCalls(CreateMultipartUploadCommand)[0]?.args[0].input).toEqual({
      Bucket: "bucket",
      Key: "data/big.bin",
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: "key",
      ChecksumAlgorithm: "CRC32",
    });
    expect(s3.commandCalls(CompleteMultipartUploadCommand)[0]?.args[0].input).toEqual({
      Bucket: "bucket",
      Key: "data/big.bin",
      UploadId: "u1",
      MultipartUpload: {
        Parts: [1, 2, 3, 4].map((n) => ({ PartNumber: n, ETag: `"etag${n}"`, ChecksumCRC32: `crc${n}` })),
      },
      MpuObjectSize: bytes.length,
    });
  });

  it("sends long streams and large bytes in parts", async () => {
    const bytes = Buffer.alloc(17 * MIB, "xyz");
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 700_001) yield bytes.subarray(at, at + 700_001);
    }
    for (const source of [chunks(), bytes]) {
      const parts = takingParts();
      const progress: TransferProgress[] = [];
      await session.uploadData(source, {
        fileName: "s",
        partSizeBytes: 6 * MIB,
        onProgress: (event) => progress.push(event),
      });
      expect([...parts.keys()].sort()).toEqual([1, 2, 3]);
      expect(Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part)).equals(bytes)).toBe(true);
      expect(progress.at(-1)).toMatchObject({ bytesDone: bytes.length, filesDone: 1, filesTotal: 1, key: "data/s" });
      expect(progress.at(-1)?.bytesTotal).toBe(source === bytes ? bytes.length : undefined);
    }
  });

  it("never has more objects or parts in flight than asked for", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `in/${index}.txt`);
    await tree(Object.fromEntries(names.map((name) => [name, name])));
    let inFlight = 0;
    let most = 0;
    let allThere = (): void => undefined;
    const seven = new Promise<void>((resolve) => {
      allThere = resolve;
    });
    s3.on(PutObjectCommand).callsFake(async () => {
      most = Math.max(most, ++inFlight);
      if (inFlight === 7) allThere();
      await seven;
      inFlight--;
      return {};
    });
    await session.uploadData(join(dir, "in"), { concurrency: 7 });
    expect(most).toBe(7);
  });

  it("listens to the caller's signal once, however many objects are in flight, and Node has nothing to warn of", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `in/${index}.txt`);
    await tree(Object.fromEntries(names.map((name) => [name, name])));
    const warned = vi.fn();
    process.on("warning", warned);
    const { signal } = new AbortController();
    let most = 0;
    s3.on(PutObjectCommand).callsFake(async () => {
      most = Math.max(most, getEventListeners(signal, "abort").length);
      await new Promise((resolve) => setImmediate(resolve));
      return {};
    });
    await session.uploadData(join(dir, "in"), { signal, concurrency: 30 });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", warned);
    expect(most).toBe(1);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
    expect(warned).not.toHaveBeenCalled();
  });

  it("tells how far it is", async () => {
    await tree({ "in/a.txt": "aa", "in/b.txt": "bbb" });
    const progress: TransferProgress[] = [];
    await session.uploadData(join(dir, "in"), { concurrency: 1, onProgress: (event) => progress.push(event) });
    expect(progress).toEqual([
      { bytesDone: 2, bytesTotal: 5, filesDone: 1, filesTotal: 2, key: "data/a.txt" },
      { bytesDone: 5, bytesTotal: 5, filesDone: 2, filesTotal: 2, key: "data/b.txt" },
    ]);
  });

  it("asks for the size afterwards when told to verify", async () => {
    s3.on(HeadObjectCommand).resolves({ ContentLength: 4 });
    await session.uploadData(Buffer.from("four"), { fileName: "f", verify: true });
    await expect(session.uploadData(Buffer.from("three"), { fileName: "f", verify: true })).rejects.toThrow(
      "5 bytes (it says 4)",
    );
  });

  it("takes the parts back when one fails, and stops the others", async () => {
    takingParts();
    s3.on(UploadPartCommand, { PartNumber: 2 }).rejects(awsError("InternalError"));
    await truncate(await file("big.bin"), 40 * MIB);
    const error = await rejection(session.uploadData(join(dir, "big.bin"), { partConcurrency: 2 }));
    expect(error).toMatchObject({ name: "InternalError" });
    expect(s3.commandCalls(UploadPartCommand).length).toBeLessThan(5);
    expect(s3.commandCalls(AbortMultipartUploadCommand)[0]?.args[0].input).toEqual({
      Bucket: "bucket",
      Key: "data/big.bin",
      UploadId: "u1",
    });
    expect(s3.commandCalls(CompleteMultipartUploadCommand)).toHaveLength(0);
  });

  it("takes the parts back at an abort, rejects with its reason and leaves no listener", async () => {
    takingParts();
    s3.on(UploadPartCommand).callsFake(() => new Promise(() => undefined));
    const controller = new AbortController();
    await truncate(await file("big.bin"), 40 * MIB);
    const failed = rejection(session.uploadData(join(dir, "big.bin"), { signal: controller.signal }));
    await vi.waitFor(() => expect(s3.commandCalls(UploadPartCommand)).toHaveLength(4));
    controller.abort(new Error("enough"));
    expect(await failed).toBe(controller.signal.reason);
    expect(s3.commandCalls(AbortMultipartUploadCommand)).toHaveLength(1);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("ends large files that wait for a buffer when another file fails", async () => {
    takingParts();
    await truncate(await file("in/a.bin"), 40 * MIB);
    await truncate(await file("in/b.bin"), 40 * MIB);
    s3.on(UploadPartCommand).callsFake(async ({ Key }: { Key: string }) => {
      if (Key.endsWith("a.bin")) throw awsError("InternalError");
      return new Promise(() => undefined);
    });
    const error = await rejection(session.uploadData(join(dir, "in"), { partConcurrency: 2 }));
    expect(error).toMatchObject({ name: "InternalError" });
  });

  it("takes the parts back and lets go of the source when a stream fails", async () => {
    takingParts();
    const released = vi.fn();
    async function* broken(): AsyncGenerator<Uint8Array> {
      try {
        for (let count = 0; count < 3; count++) yield Buffer.alloc(6 * MIB);
        throw new Error("disk on fire");
      } finally {
        released();
      }
    }
    const options = { fileName: "s", partSizeBytes: 5 * MIB };
    await expect(session.uploadData(broken(), options)).rejects.toThrow("disk on fire");
    expect(s3.commandCalls(AbortMultipartUploadCommand)).toHaveLength(1);
    expect(released).toHaveBeenCalledTimes(1);
  });

  it("does not wait for a stream that hangs when a part fails", async () => {
    takingParts();
    s3.on(UploadPartCommand).rejects(awsError("InternalError"));
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(6 * MIB);
      await new Promise(() => undefined);
    }
    const failed = session.uploadData(hanging(), { fileName: "s", partSizeBytes: 5 * MIB });
    await expect(failed).rejects.toThrow("InternalError");
  });

  it("does not wait for a stream that hangs when the signal aborts, and destroys it", async () => {
    const controller = new AbortController();
    const stream = new Readable({ read: () => undefined });
    const failed = rejection(session.uploadData(stream, { fileName: "s", signal: controller.signal }));
    await vi.waitFor(() => expect(stream.listenerCount("readable")).toBe(1));
    controller.abort("enough");
    expect(await failed).toBe("enough");
    expect(stream.destroyed).toBe(true);
    expect(s3.calls()).toHaveLength(0);
  });

  it("stops at the first file that fails", async () => {
    await tree(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`in/${index}.txt`, "x"])));
    s3.on(PutObjectCommand).rejects(awsError("AccessDenied", "no", 403));
    const error = await rejection(session.uploadData(join(dir, "in"), { concurrency: 2 }));
    expect(error).toMatchObject({ code: "BUCKET_UNREADABLE" });
    // Two files are on their way at once; either may be refused first.
    expect(String(error)).toMatch(
      /Access to s3:\/\/bucket\/data\/[01].txt was denied from region us-east-1. The caller needs s3:PutObject on arn:aws:s3:::bucket\/\*/u,
    );
    expect(s3.calls().length).toBeLessThanOrEqual(2);
  });

  it.each([
    ["NoSuchBucket", 404, "NO_BUCKET", 'Bucket "bucket" does not exist'],
    ["PermanentRedirect", 301, "BUCKET_UNREADABLE", "the bucket is in another region"],
    ["ExpiredToken", 400, "NO_CREDENTIALS", "credentials have expired"],
  ])("explains %s", async (name, status, code, text) => {
    s3.on(PutObjectCommand).rejects(awsError(name, name, status));
    const error = await rejection(session.uploadData(Buffer.from("x"), { fileName: "f" }));
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(text);
  });

  it.each([
    ["a path that does not exist", "/nonexistent/file", {}, 'there is no file or folder "/nonexistent/file"'],
    ["an S3 URI", "s3://bucket/key", {}, "is in S3 already"],
    ["an empty list", [], {}, "the list of paths is empty"],
    ["another type", 7, {}, "expected a path, a list of paths, bytes or a stream; got 7"],
    ["a key that is too long", Buffer.from("x"), { fileName: "é".repeat(512) }, "has 1029"],
    ["a URI as prefix", "/x", { keyPrefix: "s3://b/k" }, "keyPrefix must be a key, not a URI"],
    ["small parts", "/x", { partSizeBytes: MIB }, "between 5 MiB (5242880) and 5 GiB"],
    ["an unknown option", "/x", { prefix: "x" }, 'unknown option "prefix"'],
  ])("refuses %s before anything is sent", async (_what, source, options, message) => {
    const error = await rejection(session.uploadData(source as string, options as UploadOptions));
    expect(error).toBeInstanceOf(ValidationError);
    expect(String(error)).toContain(message);
    expect(s3.calls()).toHaveLength(0);
  });

  it("has the defaults that its options document", () => {
    expect(UPLOAD_DEFAULTS).toEqual({ keyPrefix: "data", concurrency: 16, partSizeBytes: 8388608, partConcurrency: 4 });
  });

  async function file(name: string): Promise<string> {
    await tree({ [name]: "" });
    return join(dir, name);
  }
});

describe("Session.uploadString", () => {
  it("writes text as UTF-8 and gives the URI back", async () => {
    const uri = "s3://b/a//k#1?.json";
    expect(await session.uploadString("é", uri, { contentType: "application/json" })).toBe(uri);
    expect(s3.calls()[0]?.args[0].input).toEqual({
      Bucket: "b",
      Key: "a//k#1?.json",
      Body: Buffer.from("é"),
      ContentType: "application/json",
    });
    await expect(session.uploadString("x", "s3://b")).rejects.toThrow("names a bucket, not an object");
    await expect(session.uploadString("x", "b/k")).rejects.toThrow("expected s3://bucket/key");
  });
});

describe("partSizeFor and streamPartSize", () => {
  it("keep every object within 10,000 parts", () => {
    const tebibyte = 1024 ** 4;
    for (const size of [17 * MIB, 80_000 * MIB, 80_000 * MIB + 1, tebibyte, 5 * tebibyte]) {
      const part = partSizeFor(size, 8 * MIB);
      expect(Math.ceil(size / part)).toBeLessThanOrEqual(10_000);
      expect(part).toBeGreaterThanOrEqual(8 * MIB);
    }
    expect(partSizeFor(80_000 * MIB, 8 * MIB)).toBe(8 * MIB);
    let total = 0;
    for (let part = 1; part <= 10_000; part++) total += streamPartSize(part, 8 * MIB);
    expect(total).toBeGreaterThan(0.8 * tebibyte);
    expect(streamPartSize(1000, 8 * MIB)).toBe(8 * MIB);
  });
});
