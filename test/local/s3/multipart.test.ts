import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support.js";
import { newS3, send } from "./support.js";

const Bucket = "my-bucket";
const Key = "big/file é.bin";
const MiB = 2 ** 20;

async function newUpload(options: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { local, s3 } = await newS3();
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...options }));
  const upload = { Bucket, Key, UploadId };
  const part = (PartNumber: number, Body: Buffer) => s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
  const complete = (Parts: readonly { PartNumber: number; ETag?: string | undefined }[]) =>
    s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [...Parts] } }));
  return { local, s3, upload, part, complete };
}

const crcOf = (bytes: Uint8Array): string => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString("base64");
};

describe("multipart uploads", () => {
  it("carry a 23 MB stream with lib-storage", async () => {
    const { local, s3 } = await newS3();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const bytes = Buffer.alloc(23_000_000);
    for (let i = 0; i < bytes.length; i += 4) bytes.writeUInt32LE(i, i);
    const pieces = Array.from({ length: 230 }, (_, index) => bytes.subarray(index * 100_000, (index + 1) * 100_000));

    await new Upload({ client: s3, params: { Bucket, Key, Body: Readable.from(pieces) } }).done();

    const md5s = Array.from({ length: 5 }, (_, index) =>
      createHash("md5")
        .update(bytes.subarray(index * 5 * MiB, (index + 1) * 5 * MiB))
        .digest(),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(got.ETag).toBe(`"${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-5"`);
    expect(got).toMatchObject({ ChecksumType: "COMPOSITE", ChecksumCRC32: expect.stringMatching(/^[\w+/]{6}==-5$/u) });
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    const second = await s3.send(new GetObjectCommand({ Bucket, Key, PartNumber: 5 }));
    expect(second).toMatchObject({ PartsCount: 5, ContentRange: `bytes ${20 * MiB}-22999999/23000000` });
    expect((await second.Body?.transformToByteArray())?.length).toBe(23_000_000 - 20 * MiB);
    expect(await readdir(join(local.root, "s3", Bucket, "uploads"))).toEqual([]);
    expect(await readdir(join(local.root, "tmp"))).toEqual([]);
  });

  it("keep headers, take parts in any order and replace a part that comes twice", async () => {
    const { s3, upload, part, complete } = await newUpload({ ContentType: "text/x", Metadata: { a: "1" } });
    const last = await part(7, Buffer.from("end"));
    await part(2, Buffer.alloc(5 * MiB, "x"));
    const first = await part(2, Buffer.alloc(5 * MiB, "y"));

    const listed = await s3.send(new ListPartsCommand(upload));
    expect(listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual([
      [2, 5 * MiB, first.ETag],
      [7, 3, last.ETag],
    ]);
    const page = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 1 }));
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "2" });
    await complete([
      { PartNumber: 2, ETag: first.ETag },
      { PartNumber: 7, ETag: last.ETag?.replaceAll('"', "") },
    ]);

    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ContentLength: 5 * MiB + 3, ContentType: "text/x", Metadata: { a: "1" } });
    const range = await s3.send(new GetObjectCommand({ Bucket, Key, Range: `bytes=${5 * MiB - 1}-` }));
    expect(await range.Body?.transformToString()).toBe("yend");
    await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  it.each(["CRC32", "CRC64NVME", "SHA256"] as const)("add the parts' %s up to the object's", async (algorithm) => {
    const whole = Buffer.concat([Buffer.alloc(5 * MiB, 1), Buffer.from("end")]);
    const full = algorithm !== "SHA256";
    const { local, s3, upload } = await newUpload({
      ...{ ChecksumAlgorithm: algorithm, ...(full ? { ChecksumType: "FULL_OBJECT" } : {}) },
    });
    const path = `/${Bucket}/${encodeURIComponent(Key).replaceAll("%2F", "/")}`;
    const etags = [];
    for (const [index, body] of [whole.subarray(0, 5 * MiB), whole.subarray(5 * MiB)].entries()) {
      const answer = await send(local, "PUT", `${path}?partNumber=${index + 1}&uploadId=${upload.UploadId}`, { body });
      expect(answer.headers[`x-amz-checksum-${algorithm.toLowerCase()}`]).toEqual(expect.any(String));
      etags.push(answer.headers["etag"]);
    }
    const Parts = etags.map((ETag, index) => ({ PartNumber: index + 1, ETag }));
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(done.ChecksumType).toBe(full ? "FULL_OBJECT" : "COMPOSITE");
    if (algorithm === "CRC32") expect(done.ChecksumCRC32).toBe(crcOf(whole));
    if (algorithm === "SHA256") expect(done.ChecksumSHA256).toMatch(/-2$/u);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    // The SDK compares a checksum of the full object with the bytes that it reads.
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(whole)).toBe(true);
  });

  it("copy parts from other objects", async () => {
    const { s3, upload, complete } = await newUpload();
    await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: "0123456789" }));
    const copied = await s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: "bytes=2-4",
      }),
    );
    await complete([{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }]);
    const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await got.Body?.transformToString()).toBe("234");
  });

  it("are listed until they are aborted or completed", async () => {
    const { local, s3, upload, part } = await newUpload();
    await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "another" }));
    await part(1, Buffer.from("x"));
    const list = async () =>
      (await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.map((item) => item.Key);
    expect(await list()).toEqual(["another", Key]);
    const page = await s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1 }));
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: "another" });
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    const rest = await s3.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker, UploadIdMarker }));
    expect(rest.Uploads?.map((item) => item.Key)).toEqual([Key]);

    await s3.send(new AbortMultipartUploadCommand(upload));
    expect(await list()).toEqual(["another"]);
    await expect(part(2, Buffer.from("x"))).rejects.toMatchObject({ name: "NoSuchUpload" });
    await expect(s3.send(new AbortMultipartUploadCommand(upload))).rejects.toMatchObject({ name: "NoSuchUpload" });
    expect(await readdir(join(local.root, "tmp"))).toEqual([]);
  });

  it("refuse lists of parts that do not fit, and can be completed afterwards", async () => {
    const { local, s3, upload, part, complete } = await newUpload();
    const one = await part(1, Buffer.from("small"));
    const two = await part(2, Buffer.from("last"));
    const first = { PartNumber: 1, ETag: one.ETag };
    const second = { PartNumber: 2, ETag: two.ETag };
    await expect(complete([first, second])).rejects.toMatchObject({ name: "EntityTooSmall" });
    await expect(complete([second, first])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(complete([{ PartNumber: 1, ETag: two.ETag }])).rejects.toMatchObject({ name: "InvalidPart" });
    await expect(complete([{ PartNumber: 3, ETag: two.ETag }])).rejects.toMatchObject({ name: "InvalidPart" });
    await expect(complete([])).rejects.toMatchObject({ name: "MalformedXML" });
    const path = `/${Bucket}/${encodeURIComponent(Key).replaceAll("%2F", "/")}`;
    const partZero = await send(local, "PUT", `${path}?partNumber=0&uploadId=${upload.UploadId}`, { body: "x" });
    expect(partZero.text).toContain("<Code>InvalidArgument</Code>");
    const otherKey = await send(local, "PUT", `/${Bucket}/other?partNumber=1&uploadId=${upload.UploadId}`, {
      body: "x",
    });
    expect(otherKey.text).toContain("<Code>NoSuchUpload</Code>");
    const outside = await send(local, "DELETE", `${path}?uploadId=../../../data`);
    expect(outside.text).toContain("<Code>NoSuchUpload</Code>");
    await complete([first]);
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()).toBe("small");
  });

  it("survive a restart of the service", async () => {
    const root = temporaryFolder();
    const before = await newS3({ root });
    await before.s3.send(new CreateBucketCommand({ Bucket }));
    const { UploadId } = await before.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const upload = { Bucket, Key, UploadId };
    const { ETag } = await before.s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: "kept" }));
    await before.local.close();

    const { s3 } = await newS3({ root });
    const Parts = [{ PartNumber: 1, ETag }];
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(await (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()).toBe("kept");
  });
});
