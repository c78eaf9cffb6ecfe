import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { LocalSageMaker } from "../../../src/local/index.js";
import { hostileKeys } from "../support.js";
import { newS3, send } from "./support.js";

const Bucket = "my-bucket";

async function newBucket(): Promise<{ local: LocalSageMaker; s3: S3Client }> {
  const opened = await newS3();
  await opened.s3.send(new CreateBucketCommand({ Bucket }));
  return opened;
}

async function textOf(s3: S3Client, Key: string): Promise<string | undefined> {
  return (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
}

const base64Crc = (text: string): string => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(text));
  return sum.toString("base64");
};

describe("PutObject and GetObject", () => {
  it("give back what was put: bytes, headers, metadata, ETag and checksum", async () => {
    const { s3 } = await newBucket();
    const put = await s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key: "a/b.csv", Body: "1,2\n", ContentType: "text/csv", CacheControl: "no-cache" },
        ...{ ContentEncoding: "identity", Metadata: { Owner: "me", empty: "" } },
      }),
    );
    expect(put).toMatchObject({ ETag: `"${createHash("md5").update("1,2\n").digest("hex")}"` });
    expect(put.ChecksumCRC32).toBe(base64Crc("1,2\n"));

    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "a/b.csv" }));
    expect(got).toMatchObject({
      ...{ ContentType: "text/csv", CacheControl: "no-cache", ContentEncoding: "identity", ContentLength: 4 },
      ...{
        AcceptRanges: "bytes",
        ETag: put.ETag,
        ChecksumCRC32: put.ChecksumCRC32,
        Metadata: { owner: "me", empty: "" },
      },
    });
    expect(got.LastModified?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await got.Body?.transformToString()).toBe("1,2\n");
  });

  it("keep every hostile key apart", async () => {
    const { s3 } = await newBucket();
    for (const Key of hostileKeys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: `content of ${Key}` }));
    for (const Key of hostileKeys) expect(await textOf(s3, Key), Key).toBe(`content of ${Key}`);
  });

  it("take streams of known length, framed with a checksum in the trailer", async () => {
    const { local, s3 } = await newBucket();
    const Body = Readable.from([Buffer.from("stre"), Buffer.from("amed")]);
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: "s", Body, ContentLength: 8 }));
    expect(put.ChecksumCRC32).toBe(base64Crc("streamed"));
    expect(await textOf(s3, "s")).toBe("streamed");
    expect((await send(local, "HEAD", `/${Bucket}/s`)).headers["content-encoding"]).toBeUndefined();
  });

  it("refuse streams of unknown length, as HTTP does", async () => {
    const { local, s3 } = await newBucket();
    const put = s3.send(new PutObjectCommand({ Bucket, Key: "s", Body: Readable.from([Buffer.from("x")]) }));
    await expect(put).rejects.toThrow('Invalid value "undefined" for header "x-amz-decoded-content-length"');

    const pieces = Readable.from([Buffer.from("x")]);
    const { status, text } = await send(local, "PUT", `/${Bucket}/s`, { body: pieces });
    expect(status).toBe(411);
    expect(text).toContain("<Code>MissingContentLength</Code>");
  });

  it.each(Object.values(ChecksumAlgorithm).filter((name) => /^(?:CRC32|CRC32C|SHA1|SHA256)$/u.test(name)))(
    "verify and keep %s",
    async (algorithm) => {
      const { s3 } = await newBucket();
      await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "bytes", ChecksumAlgorithm: algorithm }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "k", ChecksumMode: "ENABLED" }));
      expect(head[`Checksum${algorithm}` as keyof typeof head]).toEqual(expect.any(String));
      expect(head.ChecksumType).toBe("FULL_OBJECT");
      expect(await textOf(s3, "k")).toBe("bytes");
    },
  );

  it("refuse bytes that do not fit their checksum or length, and keep the old object", async () => {
    const { local, s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "old" }));
    const attempts: readonly (readonly [Record<string, string>, string])[] = [
      [{ "x-amz-checksum-crc32": base64Crc("other") }, "BadDigest"],
      [{ "x-amz-checksum-crc32": "AAAA" }, "InvalidRequest"],
      [{ "x-amz-checksum-crc32": base64Crc("new"), "x-amz-checksum-sha1": "x" }, "InvalidRequest"],
      [{ "x-amz-sdk-checksum-algorithm": "CRC32" }, "InvalidRequest"],
      [{ "content-md5": createHash("md5").update("other").digest("base64") }, "BadDigest"],
      [{ "content-md5": "bm90IG1kNQ==" }, "InvalidDigest"],
      [{ "content-length": "4" }, "IncompleteBody"],
      [{ "content-length": "2" }, "IncompleteBody"],
      [{ "content-length": String(5 * 2 ** 30 + 1) }, "EntityTooLarge"],
      [{ "x-amz-meta-a": "v".repeat(2048) }, "MetadataTooLarge"],
      [{ "if-none-match": "*" }, "PreconditionFailed"],
      [{ "if-match": '"other"' }, "PreconditionFailed"],
      [{ "x-amz-expected-bucket-owner": "999999999999" }, "AccessDenied"],
    ];
    for (const [headers, code] of attempts) {
      const { text, status } = await send(local, "PUT", `/${Bucket}/k`, { body: "new", headers });
      expect(text, JSON.stringify(headers)).toContain(`<Code>${code}</Code>`);
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect(await textOf(s3, "k")).toBe("old");
  });

  it("ignore a checksum in the query of a presigned address, as AWS does", async () => {
    const { local, s3 } = await newBucket();
    const { status } = await send(local, "PUT", `/${Bucket}/k?x-amz-checksum-crc32=AAAAAA%3D%3D`, { body: "bytes" });
    expect(status).toBe(200);
    expect(await textOf(s3, "k")).toBe("bytes");
  });

  it("hold nothing as well as something", async () => {
    const { s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "empty", Body: "" }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "none" }));
    expect(await textOf(s3, "empty")).toBe("");
    expect(await textOf(s3, "none")).toBe("");
    const first = s3.send(new GetObjectCommand({ Bucket, Key: "empty", Range: "bytes=0-0" }));
    await expect(first).rejects.toMatchObject({ name: "InvalidRange" });
  });

  it("write under a condition", async () => {
    const { s3 } = await newBucket();
    const first = await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "1", IfNoneMatch: "*" }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "2", IfMatch: first.ETag }));
    const late = s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "3", IfMatch: first.ETag }));
    await expect(late).rejects.toMatchObject({ name: "PreconditionFailed", $metadata: { httpStatusCode: 412 } });
    const missing = s3.send(new PutObjectCommand({ Bucket, Key: "none", Body: "3", IfMatch: first.ETag }));
    await expect(missing).rejects.toMatchObject({ name: "NoSuchKey" });
    expect(await textOf(s3, "k")).toBe("2");
  });

  it("let only one of many racing first writers win", async () => {
    const { s3 } = await newBucket();
    const puts = Array.from({ length: 8 }, (_, number) =>
      s3.send(new PutObjectCommand({ Bucket, Key: "race", Body: `${number}`, IfNoneMatch: "*" })),
    );
    const results = await Promise.allSettled(puts);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("GetObject", () => {
  it.each([
    ["bytes=2-4", "cde", "bytes 2-4/10"],
    ["bytes=7-", "hij", "bytes 7-9/10"],
    ["bytes=-2", "ij", "bytes 8-9/10"],
    ["bytes=-99", "abcdefghij", "bytes 0-9/10"],
    ["bytes=8-99", "ij", "bytes 8-9/10"],
  ])("gives the range %s, without the checksum of the whole", async (Range, expected, contentRange) => {
    const { s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "abcdefghij" }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k", Range }));
    expect(await got.Body?.transformToString()).toBe(expected);
    expect(got).toMatchObject({ ContentRange: contentRange, ContentLength: expected.length });
    expect(got.$metadata.httpStatusCode).toBe(206);
    expect(got.ChecksumCRC32).toBeUndefined();
  });

  it("refuses a range beyond the end and ignores one that is none", async () => {
    const { local, s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "abc" }));
    const beyond = s3.send(new GetObjectCommand({ Bucket, Key: "k", Range: "bytes=3-" }));
    await expect(beyond).rejects.toMatchObject({ name: "InvalidRange", $metadata: { httpStatusCode: 416 } });
    for (const range of ["bytes=2-1", "bytes=0-0,2-2", "lines=1-2", "bytes=-"]) {
      expect(await send(local, "GET", `/${Bucket}/k`, { headers: { range } })).toMatchObject({
        status: 200,
        text: "abc",
      });
    }
  });

  it("answers conditions on ETag and time", async () => {
    const { s3 } = await newBucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "abc" }));
    const get = (conditions: object) => s3.send(new GetObjectCommand({ Bucket, Key: "k", ...conditions }));
    expect((await get({ IfMatch: ETag })).ContentLength).toBe(3);
    await expect(get({ IfMatch: '"x"' })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    const hourAgo = new Date(Date.now() - 3_600_000);
    const inAnHour = new Date(Date.now() + 3_600_000);
    await expect(get({ IfUnmodifiedSince: hourAgo })).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
    await expect(get({ IfModifiedSince: inAnHour })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    expect((await get({ IfMatch: ETag, IfUnmodifiedSince: hourAgo })).ContentLength).toBe(3);
  });

  it("lets the caller replace headers of the answer", async () => {
    const { s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "abc" }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k", ResponseContentType: "text/x" }));
    expect(got.ContentType).toBe("text/x");
  });

  it("gives missing objects and buckets the SDK's own error classes", async () => {
    const { s3 } = await newBucket();
    const get = (bucket: string) => s3.send(new GetObjectCommand({ Bucket: bucket, Key: "none" }));
    await expect(get(Bucket)).rejects.toMatchObject({
      name: "NoSuchKey",
      message: "The specified key does not exist.",
    });
    await expect(get("no-such-bucket")).rejects.toMatchObject({ name: "NoSuchBucket" });
    const head = s3.send(new HeadObjectCommand({ Bucket, Key: "none" }));
    await expect(head).rejects.toMatchObject({ name: "NotFound", $metadata: { httpStatusCode: 404 } });
    const foreign = s3.send(new GetObjectCommand({ Bucket, Key: "none", ExpectedBucketOwner: "999999999999" }));
    await expect(foreign).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("goes on reading the version it started with when the object is replaced or deleted", async () => {
    const { s3 } = await newBucket();
    const old = Buffer.alloc(3_000_000, "a");
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: old }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "new" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(old)).toBe(true);
  });
});

describe("DeleteObject and DeleteObjects", () => {
  it("delete, also what is not there", async () => {
    const { s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "1" }));
    for (let round = 0; round < 2; round++) {
      const { $metadata } = await s3.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
      expect($metadata.httpStatusCode).toBe(204);
    }
  });

  it("delete many at once, with odd keys", async () => {
    const { s3 } = await newBucket();
    const keys = ["a", "b&c<d>", "e/f", "täst 😀"];
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "1" }));
    const Objects = [...keys, "never was"].map((Key) => ({ Key }));
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted?.map(({ Key }) => Key)).toEqual([...keys, "never was"]);
    expect(Errors ?? []).toEqual([]);
    await expect(textOf(s3, "a")).rejects.toMatchObject({ name: "NoSuchKey" });
    const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    expect(quiet.Deleted ?? []).toEqual([]);
  });

  it("want the list with a digest and well-formed", async () => {
    const { local } = await newBucket();
    const body = "<Delete><Object><Key>k</Key></Object></Delete>";
    const digest = (text: string) => ({ "content-md5": createHash("md5").update(text).digest("base64") });
    const post = (text: string, headers: Record<string, string>) =>
      send(local, "POST", `/${Bucket}?delete`, { body: text, headers });
    expect((await post(body, {})).text).toContain("Missing required header for this request: Content-MD5");
    expect((await post(body, digest("other"))).text).toContain("<Code>BadDigest</Code>");
    expect((await post("<Delete>", digest("<Delete>"))).text).toContain("<Code>MalformedXML</Code>");
    const doctype = `<!DOCTYPE a>${body}`;
    expect((await post(doctype, digest(doctype))).text).toContain("<Code>MalformedXML</Code>");
    const many = `<Delete>${"<Object><Key>k</Key></Object>".repeat(1001)}</Delete>`;
    expect((await post(many, digest(many))).text).toContain("<Code>MalformedXML</Code>");
    expect((await post(body, digest(body))).status).toBe(200);
  });
});

describe("CopyObject", () => {
  it("copies bytes with their headers, or with new ones", async () => {
    const { s3 } = await newBucket();
    await s3.send(
      new PutObjectCommand({ Bucket, Key: "from ä", Body: "x", Metadata: { a: "1" }, ContentType: "text/a" }),
    );
    const CopySource = `${Bucket}/${encodeURIComponent("from ä")}`;
    const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource }));
    expect(copied.CopyObjectResult?.ETag).toBe('"9dd4e461268c8034f5c8564e155c67a6"');
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(await head("to")).toMatchObject({ Metadata: { a: "1" }, ContentType: "text/a" });

    const replace = { MetadataDirective: "REPLACE", Metadata: { b: "2" }, ContentType: "text/b" } as const;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource, ...replace }));
    expect(await head("to")).toMatchObject({ Metadata: { b: "2" }, ContentType: "text/b" });
    await s3.send(new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/to`, ...replace, Metadata: {} }));
    expect((await head("to")).Metadata).toEqual({});
  });

  it("refuses what makes no sense", async () => {
    const { s3 } = await newBucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const copy = (CopySource: string, more: object = {}) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: "k", CopySource, ...more }));
    await expect(copy(`${Bucket}/k`)).rejects.toThrow("This copy request is illegal");
    await expect(copy(`${Bucket}/none`)).rejects.toMatchObject({ name: "NoSuchKey" });
    await expect(copy("nowhere/k")).rejects.toMatchObject({ name: "NoSuchBucket" });
    await expect(copy("just-a-bucket")).rejects.toMatchObject({ name: "InvalidArgument" });
    await s3.send(new PutObjectCommand({ Bucket, Key: "other", Body: "y" }));
    await expect(
      copy(`${Bucket}/other`, { CopySourceIfNoneMatch: '"x"', CopySourceIfMatch: ETag }),
    ).rejects.toMatchObject({ name: "PreconditionFailed" });
  });
});

describe("addresses", () => {
  it("reach the same object by path, virtual host and regional host", async () => {
    const { local, s3 } = await newBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: "a//b", Body: "x" }));
    const hosts: readonly (readonly [string, string])[] = [
      ["127.0.0.1:9000", `/${Bucket}/a//b`],
      ["s3.us-east-1.amazonaws.com", `/${Bucket}/a//b`],
      ["s3.amazonaws.com", `/${Bucket}/a//b`],
      [`${Bucket}.s3.us-east-1.amazonaws.com`, "/a//b"],
      [`${Bucket}.s3-fips.dualstack.us-east-1.amazonaws.com`, "/a//b"],
      [`${Bucket}.s3.amazonaws.com`, "/a//b"],
      [`${Bucket}.localhost:9000`, "/a//b"],
    ];
    for (const [host, path] of hosts) {
      expect((await send(local, "GET", path, { headers: { host } })).text, host).toBe("x");
    }
  });

  it("are refused when they are too long, not UTF-8 or name what local mode does not have", async () => {
    const { local } = await newBucket();
    expect((await send(local, "GET", `/${Bucket}/${"k".repeat(1025)}`)).text).toContain("<Code>KeyTooLongError</Code>");
    expect((await send(local, "GET", `/${Bucket}/%ff`)).text).toContain("<Code>InvalidURI</Code>");
    expect((await send(local, "GET", `/${Bucket}/100%`)).text).toContain("<Code>InvalidURI</Code>");
    expect((await send(local, "GET", `/${Bucket}?policy`)).text).toContain("<Code>NotImplemented</Code>");
    expect((await send(local, "PATCH", `/${Bucket}/k`)).text).toContain("<Code>MethodNotAllowed</Code>");
  });
});
