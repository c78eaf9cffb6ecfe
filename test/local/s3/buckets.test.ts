import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { newS3, send } from "./support.js";

describe("buckets", () => {
  it("are created, listed, found and deleted", async () => {
    const { s3 } = await newS3();
    for (const Bucket of ["zebra", "apple.pie"]) await s3.send(new CreateBucketCommand({ Bucket }));

    const { Buckets, Owner } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["apple.pie", "zebra"]);
    expect(Buckets?.[0]?.CreationDate?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(Owner?.ID).toBe("123456789012");
    const page = await s3.send(new ListBucketsCommand({ MaxBuckets: 1 }));
    expect(page.Buckets?.map(({ Name }) => Name)).toEqual(["apple.pie"]);
    const rest = await s3.send(new ListBucketsCommand({ MaxBuckets: 1, ContinuationToken: page.ContinuationToken }));
    expect(rest.Buckets?.map(({ Name }) => Name)).toEqual(["zebra"]);
    expect(rest.ContinuationToken).toBeUndefined();

    expect(await s3.send(new HeadBucketCommand({ Bucket: "zebra" }))).toMatchObject({ BucketRegion: "us-east-1" });
    await s3.send(new DeleteBucketCommand({ Bucket: "zebra" }));
    const gone = s3.send(new HeadBucketCommand({ Bucket: "zebra" }));
    await expect(gone).rejects.toMatchObject({ name: "NotFound", $metadata: { httpStatusCode: 404 } });
  });

  it("answer as the region's S3 does: created again, located, with the right location", async () => {
    const virginia = await newS3();
    await virginia.s3.send(new CreateBucketCommand({ Bucket: "again" }));
    await virginia.s3.send(new CreateBucketCommand({ Bucket: "again" }));
    const location = new GetBucketLocationCommand({ Bucket: "again" });
    expect((await virginia.s3.send(location)).LocationConstraint).toBeUndefined();
    const elsewhere = { Bucket: "other", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } } as const;
    await expect(virginia.s3.send(new CreateBucketCommand(elsewhere))).rejects.toMatchObject({
      name: "IllegalLocationConstraintException",
    });

    const ireland = await newS3({ region: "eu-west-1" });
    const create = new CreateBucketCommand(elsewhere);
    await ireland.s3.send(create);
    expect((await ireland.s3.send(new GetBucketLocationCommand({ Bucket: "other" }))).LocationConstraint).toBe(
      "eu-west-1",
    );
    await expect(ireland.s3.send(create)).rejects.toMatchObject({ name: "BucketAlreadyOwnedByYou" });
    // The SDK fills the location in, so the request without one goes below it.
    const bare = await send(ireland.local, "PUT", "/third");
    expect(bare.text).toContain("The unspecified location constraint is incompatible");
  });

  it("are refused with bad names, foreign owners and content", async () => {
    const { local, s3 } = await newS3();
    for (const name of ["ab", "Upper", "under_score", "192.168.0.1", "a..b", "xn--bucket", "b".repeat(64), "%2e%2e"]) {
      expect((await send(local, "PUT", `/${name}`)).text, name).toContain("<Code>InvalidBucketName</Code>");
    }
    await s3.send(new CreateBucketCommand({ Bucket: "mine" }));
    const foreign = s3.send(new HeadBucketCommand({ Bucket: "mine", ExpectedBucketOwner: "999999999999" }));
    await expect(foreign).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
    await s3.send(new PutObjectCommand({ Bucket: "mine", Key: "k", Body: "" }));
    await expect(s3.send(new DeleteBucketCommand({ Bucket: "mine" }))).rejects.toMatchObject({
      name: "BucketNotEmpty",
      $metadata: { httpStatusCode: 409 },
    });
    await expect(s3.send(new DeleteBucketCommand({ Bucket: "never" }))).rejects.toMatchObject({ name: "NoSuchBucket" });
  });
});
