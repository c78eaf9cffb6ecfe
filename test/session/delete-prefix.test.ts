import { getEventListeners } from "node:events";
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ConfigurationError, DeletionError, ValidationError } from "../../src/errors/index.js";
import { LocalSession } from "../../src/local/index.js";
import { awsError, rejection, testSession } from "./aws.js";

let s3 = mockClient(S3Client);
beforeEach(() => {
  s3 = mockClient(S3Client);
});
afterEach(() => {
  s3.restore();
});

const session = testSession();

/** A bucket with these keys, in pages of 1000, that refuses to delete some. */
function bucketWith(keys: readonly string[], refused: readonly string[] = []): Set<string> {
  const left = new Set(keys);
  s3.on(ListObjectsV2Command).callsFake((input: { Prefix?: string; ContinuationToken?: string }) => {
    const after = input.ContinuationToken ?? "";
    const matching = [...left].sort().filter((key) => key.startsWith(input.Prefix ?? "") && key > after);
    const page = matching.slice(0, 1000);
    const IsTruncated = matching.length > page.length;
    return {
      Contents: page.map((Key) => ({ Key, Size: 3 })),
      IsTruncated,
      ...(IsTruncated ? { NextContinuationToken: page.at(-1) } : {}),
    };
  });
  s3.on(DeleteObjectsCommand).callsFake(({ Delete }: { Delete: { Objects: { Key: string }[] } }) => {
    const Errors = [];
    for (const { Key } of Delete.Objects) {
      if (refused.includes(Key)) Errors.push({ Key, Code: "AccessDenied", Message: "Access Denied" });
      else left.delete(Key);
    }
    return { Errors };
  });
  return left;
}

const batches = (): (number | undefined)[] =>
  s3.commandCalls(DeleteObjectsCommand).map(({ args }) => args[0].input.Delete?.Objects?.length);

describe("Session.deletePrefix", () => {
  it("deletes the object of this name and everything below it, but no sibling that only starts alike", async () => {
    const left = bucketWith(["train", "train/a", "train/b/c", "training/a", "train.txt", "other"]);

    expect(await session.deletePrefix("s3://bucket/train")).toEqual({ deleted: 3, bytes: 9 });
    expect([...left]).toEqual(["training/a", "train.txt", "other"]);
  });

  it("keeps an object of the same name when the URI ends with a slash", async () => {
    const left = bucketWith(["train", "train/a", "training/a"]);

    expect(await session.deletePrefix("s3://bucket/train/")).toEqual({ deleted: 1, bytes: 3 });
    expect([...left]).toEqual(["train", "training/a"]);
  });

  it("deletes every key that starts with the text when it is told so", async () => {
    const left = bucketWith(["train", "train/a", "training/a", "other"]);

    expect(await session.deletePrefix("s3://bucket/train", { match: "prefix" })).toEqual({ deleted: 3, bytes: 9 });
    expect([...left]).toEqual(["other"]);
  });

  it("sends batches of 1000 and asks for the failures only", async () => {
    bucketWith(Array.from({ length: 2500 }, (_, index) => `data/${String(index).padStart(4, "0")}`));

    expect(await session.deletePrefix("s3://bucket/data")).toEqual({ deleted: 2500, bytes: 7500 });
    expect(batches()).toEqual([1000, 1000, 500]);
    expect(s3.commandCalls(DeleteObjectsCommand)[0]?.args[0].input).toMatchObject({
      Bucket: "bucket",
      Delete: { Quiet: true },
    });
  });

  it("refuses a whole bucket unless it is told so, and sends nothing", async () => {
    const left = bucketWith(["a", "b/c"]);
    for (const uri of ["s3://bucket", "s3://bucket/"]) {
      for (const options of [{}, { match: "prefix" }, { wholeBucket: false }] as const) {
        const error = await rejection(session.deletePrefix(uri, options));

        expect(ValidationError.is(error)).toBe(true);
        expect(error).toMatchObject({ code: "INVALID_INPUT", message: expect.stringContaining("wholeBucket: true") });
      }
    }
    expect(s3.calls()).toHaveLength(0);
    expect(await session.deletePrefix("s3://bucket", { wholeBucket: true })).toEqual({ deleted: 2, bytes: 6 });
    expect([...left]).toEqual([]);
  });

  it("refuses options that it does not know", async () => {
    const options = { wholebucket: true, match: "folder" } as never;

    expect(await rejection(session.deletePrefix("s3://bucket/a", options))).toMatchObject({
      message: expect.stringContaining('did you mean "wholeBucket"?'),
    });
    expect(await rejection(session.deletePrefix("s3://bucket/a", { match: "glob" as never }))).toMatchObject({
      message: expect.stringContaining('match must be one of "folder", "prefix"; got "glob"'),
    });
    expect(s3.calls()).toHaveLength(0);
  });

  it("sends nothing to delete when nothing is there", async () => {
    bucketWith(["other"]);

    expect(await session.deletePrefix("s3://bucket/none")).toEqual({ deleted: 0, bytes: 0 });
    expect(batches()).toEqual([]);
  });

  it("names every object that was refused, after it has deleted the others", async () => {
    const left = bucketWith(["a/1", "a/2", "a/3"], ["a/2"]);
    const error = await rejection(session.deletePrefix("s3://bucket/a"));

    if (!DeletionError.is(error)) throw error;
    expect(error).toMatchObject({ code: "DELETION_INCOMPLETE", failed: 1, deleted: 2 });
    expect(error.failures).toEqual([{ uri: "s3://bucket/a/2", code: "AccessDenied", message: "Access Denied" }]);
    expect(error.message).toBe(
      "1 of 3 objects below s3://bucket/a could not be deleted; the first is s3://bucket/a/2: AccessDenied, Access Denied",
    );
    expect([...left]).toEqual(["a/2"]);
  });

  it("explains a bucket that may not be changed, and sends the owner of a default bucket along", async () => {
    bucketWith(["a"]);
    s3.on(DeleteObjectsCommand).rejects(awsError("AccessDenied", "Access Denied", 403));
    const error = await rejection(session.deletePrefix("s3://sagemaker-us-east-1-111122223333/a"));

    expect(ConfigurationError.is(error)).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining("s3:DeleteObject") });
    expect(s3.commandCalls(DeleteObjectsCommand)[0]?.args[0].input.ExpectedBucketOwner).toBe("111122223333");
  });

  it("stops at the abort with its reason, between two batches too, and leaves no listener", async () => {
    const controller = new AbortController();
    bucketWith(Array.from({ length: 1500 }, (_, index) => `data/${String(index).padStart(4, "0")}`));
    s3.on(DeleteObjectsCommand).callsFake(() => {
      controller.abort("enough");
      return {};
    });

    expect(await rejection(session.deletePrefix("s3://bucket/data", { signal: controller.signal }))).toBe("enough");
    expect(batches()).toEqual([1000]);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("works on the embedded service, also with keys that break naive stores", async () => {
    s3.restore();
    const local = new LocalSession({ root: "temporary" });
    onTestFinished(() => local.close());
    const bucket = await local.defaultBucket({ create: true });
    const keys = ["a", "a/b c&d", "a//e", "a/../f", "a/<\u00e9>", "ab", "z"];
    for (const key of keys) await local.uploadString("text", `s3://${bucket}/${key}`);

    expect(await local.deletePrefix(`s3://${bucket}/a`)).toEqual({ deleted: 5, bytes: 20 });
    const files = await local.listS3Files(`s3://${bucket}`).toArray();
    expect(files.map(({ key }) => key)).toEqual(["ab", "z"]);
    expect(await rejection(local.deletePrefix("s3://no-such-bucket/a"))).toMatchObject({ code: "NO_BUCKET" });
  });
});
