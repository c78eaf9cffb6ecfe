import { describe, expect, it } from "vitest";
import { TransformInput } from "../../src/inputs/index.js";

describe("TransformInput", () => {
  it("sends a prefix by default", () => {
    expect(new TransformInput("s3://bkt/in/").toRequest()).toEqual({
      DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/in/" } },
    });
  });

  it("sends every option under its AWS name", () => {
    const input = new TransformInput("s3://bkt/in", {
      dataType: "ManifestFile",
      contentType: "text/csv",
      compressionType: "Gzip",
      splitType: "Line",
    });
    expect(input.toRequest()).toEqual({
      DataSource: { S3DataSource: { S3DataType: "ManifestFile", S3Uri: "s3://bkt/in" } },
      ContentType: "text/csv",
      CompressionType: "Gzip",
      SplitType: "Line",
    });
  });

  it("refuses an augmented manifest and unknown values", () => {
    const given = { dataType: "AugmentedManifestFile", splitType: "line" } as never;
    expect(() => new TransformInput("s3://bkt/in", given)).toThrow(
      /dataType must be one of[\s\S]*did you mean "Line"/u,
    );
  });
});
