import {
  CreateBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { hostileKeys } from "../support.js";
import { newS3, send } from "./support.js";

const Bucket = "my-bucket";

async function newBucket(keys: readonly string[]) {
  const opened = await newS3();
  await opened.s3.send(new CreateBucketCommand({ Bucket }));
  for (const Key of keys) await opened.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  return opened;
}

/** Keys and common prefixes of all pages, in the order in which they came. */
async function listed(s3: S3Client, input: Omit<ListObjectsV2CommandInput, "Bucket">): Promise<string[]> {
  const items: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, ...input })) {
    const keys = page.Contents?.map(({ Key }) => Key ?? "") ?? [];
    const prefixes = page.CommonPrefixes?.map(({ Prefix }) => Prefix ?? "") ?? [];
    expect(keys.length + prefixes.length).toBe(page.KeyCount);
    expect(page.KeyCount).toBeLessThanOrEqual(input.MaxKeys ?? 1000);
    items.push(...keys, ...prefixes);
  }
  return items;
}

const tree = ["a", "a/1", "a/2", "a/3/x", "b", "b/1", "c", "d/1", "d/2"];

describe("ListObjectsV2", () => {
  it("describes objects in the order of their bytes", async () => {
    const { s3 } = await newBucket(["b", "a", "\uff61", "\u{1f600}", "Z"]);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(["Z", "a", "b", "\uff61", "\u{1f600}"]);
    expect(Contents?.[1]).toMatchObject({
      ...{
        Size: 1,
        ETag: '"0cc175b9c0f1b6a831c399e269772661"',
        StorageClass: "STANDARD",
        ChecksumAlgorithm: ["CRC32"],
      },
    });
  });

  it("gives every item once, whatever the page size and delimiter", async () => {
    const { s3 } = await newBucket(tree);
    for (const MaxKeys of [1, 2, 3, 1000]) {
      expect((await listed(s3, { MaxKeys })).sort()).toEqual([...tree].sort());
      expect((await listed(s3, { MaxKeys, Delimiter: "/" })).sort()).toEqual(["a", "a/", "b", "b/", "c", "d/"]);
      expect((await listed(s3, { MaxKeys, Delimiter: "/", Prefix: "a/" })).sort()).toEqual(["a/1", "a/2", "a/3/"]);
      expect((await listed(s3, { MaxKeys, Prefix: "d" })).sort()).toEqual(["d/1", "d/2"]);
      expect((await listed(s3, { MaxKeys, StartAfter: "b/" })).sort()).toEqual(["b/1", "c", "d/1", "d/2"]);
    }
    expect(await listed(s3, { Prefix: "nothing/" })).toEqual([]);
  });

  it("is right about what follows and says what it was asked", async () => {
    const { s3 } = await newBucket(tree);
    const all = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: tree.length }));
    expect(all).toMatchObject({ IsTruncated: false, MaxKeys: tree.length });
    expect(all.NextContinuationToken).toBeUndefined();
    const none = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect(none).toMatchObject({ IsTruncated: false, KeyCount: 0 });
    const owned = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, FetchOwner: true, Prefix: "a" }));
    expect(owned).toMatchObject({
      Name: Bucket,
      Prefix: "a",
      IsTruncated: true,
      Contents: [{ Owner: { ID: "123456789012" } }],
    });
  });

  it("percent-encodes keys on request, so that every key can be listed", async () => {
    const { s3 } = await newBucket(hostileKeys);
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
    const keys = Contents?.map(({ Key }) => decodeURIComponent(Key ?? ""));
    const byBytes = [...hostileKeys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(keys).toEqual(byBytes);
    expect(Contents?.find(({ Key }) => Key?.startsWith("a%2Bb"))?.Key).toBe("a%2Bb%20c%26d%3De%23f%3Fg");
  });

  it("refuses tokens and numbers that are none", async () => {
    const { local, s3 } = await newBucket([]);
    const bad = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: "nonsense" }));
    await expect(bad).rejects.toMatchObject({ name: "InvalidArgument" });
    for (const query of ["max-keys=-1", "max-keys=x", "encoding-type=xml"]) {
      expect((await send(local, "GET", `/${Bucket}?list-type=2&${query}`)).text).toContain(
        "<Code>InvalidArgument</Code>",
      );
    }
    await expect(s3.send(new ListObjectsV2Command({ Bucket: "nowhere" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });
});

describe("ListObjects", () => {
  it("goes on at the marker: the last key, or NextMarker with a delimiter", async () => {
    const { s3 } = await newBucket(tree);
    const first = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2 }));
    expect(first.IsTruncated).toBe(true);
    expect(first.NextMarker).toBeUndefined();
    const second = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Marker: first.Contents?.at(-1)?.Key }));
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(["a/2", "a/3/x"]);
    const grouped = await s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 2, Delimiter: "/" }));
    expect(grouped.NextMarker).toBe("a/");
    const rest = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/", Marker: grouped.NextMarker }));
    expect(rest.Contents?.map(({ Key }) => Key)).toEqual(["b", "c"]);
    expect(rest.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(["b/", "d/"]);
  });
});
