import { describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import { FileSystemInput, TrainingInput, type TrainingInputOptions, toChannels } from "../../src/inputs/index.js";

function faults(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (ValidationError.is(error)) return error.issues.map(({ message }) => message);
    throw error;
  }
  return [];
}

const options = (given: object): TrainingInputOptions => given as TrainingInputOptions;

describe("TrainingInput", () => {
  it("sends a replicated S3 prefix and nothing else by default", () => {
    expect(new TrainingInput("s3://bkt/train").toChannel("train")).toEqual({
      ChannelName: "train",
      DataSource: {
        S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/train", S3DataDistributionType: "FullyReplicated" },
      },
    });
  });

  it("sends every option under its AWS name", () => {
    const recordIo = new TrainingInput("s3://bkt/t.rec", {
      distribution: "ShardedByS3Key",
      compression: "None",
      contentType: "application/x-recordio",
      recordWrapping: "RecordIO",
      inputMode: "Pipe",
      shuffleConfig: { seed: 1 },
    });
    expect(recordIo.toChannel("train")).toEqual({
      DataSource: {
        S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/t.rec", S3DataDistributionType: "ShardedByS3Key" },
      },
      CompressionType: "None",
      ContentType: "application/x-recordio",
      RecordWrapperType: "RecordIO",
      InputMode: "Pipe",
      ShuffleConfig: { Seed: 1 },
      ChannelName: "train",
    });
    const manifest = new TrainingInput("s3://bkt/v.manifest", {
      s3DataType: "AugmentedManifestFile",
      attributeNames: ["source-ref", "class"],
      contentType: "application/x-image",
      recordWrapping: "RecordIO",
      inputMode: "Pipe",
    });
    expect(manifest.toChannel("validation")).toEqual({
      DataSource: {
        S3DataSource: {
          S3DataType: "AugmentedManifestFile",
          S3Uri: "s3://bkt/v.manifest",
          S3DataDistributionType: "FullyReplicated",
          AttributeNames: ["source-ref", "class"],
        },
      },
      ContentType: "application/x-image",
      RecordWrapperType: "RecordIO",
      InputMode: "Pipe",
      ChannelName: "validation",
    });
    const hub = new TrainingInput("s3://bkt/a", {
      instanceGroups: ["gpu"],
      hubAccessConfig: { hubContentArn: "arn" },
      modelAccessConfig: { acceptEula: true },
    });
    expect(hub.toChannel("model").DataSource.S3DataSource).toMatchObject({
      InstanceGroupNames: ["gpu"],
      HubAccessConfig: { HubContentArn: "arn" },
      ModelAccessConfig: { AcceptEula: true },
    });
  });

  it("leaves the distribution out when a target attribute is named, unless it is given", () => {
    const plain = new TrainingInput("s3://bkt/t", { targetAttributeName: "price" }).toChannel("train");
    expect(plain.DataSource.S3DataSource).not.toHaveProperty("S3DataDistributionType");
    expect(plain.TargetAttributeName).toBe("price");
    const both = new TrainingInput("s3://bkt/t", { targetAttributeName: "price", distribution: "FullyReplicated" });
    expect(both.toChannel("train").DataSource.S3DataSource?.S3DataDistributionType).toBe("FullyReplicated");
  });

  it("keeps #, ? and % of a key", () => {
    const uri = "s3://bkt/k#1?x=%20";
    expect(new TrainingInput(uri).toChannel("train").DataSource.S3DataSource?.S3Uri).toBe(uri);
  });

  it.each([
    ["https://bkt.s3.us-east-1.amazonaws.com/train/a.txt", '"s3://bkt/train/a.txt"'],
    ["https://s3.us-east-1.amazonaws.com/bkt/train/a%20b.txt", '"s3://bkt/train/a b.txt"'],
    ["https://bkt.s3.amazonaws.com/train/a.txt?versionId=1", '"s3://bkt/train/a.txt"'],
    ["s3://bkt//train/a.txt", '"s3://bkt/train/a.txt"'],
    ["s3://bkt/train//a.txt", '"s3://bkt/train/a.txt"'],
    ["s3://bkt", '"s3://bkt/"'],
    ["S3:/bkt/train", '"s3://bkt/train"'],
    ["s3:///bkt/train", '"s3://bkt/train"'],
  ])("refuses %s and names the right form", (uri, right) => {
    const [message, ...others] = faults(() => new TrainingInput(uri));
    expect(message).toContain(right);
    expect(others).toEqual([]);
  });

  it("refuses local paths and other texts", () => {
    expect(faults(() => new TrainingInput("file:///tmp/train"))[0]).toContain("session.uploadData");
    expect(faults(() => new TrainingInput("./train"))[0]).toContain("session.uploadData");
    expect(faults(() => new TrainingInput("train"))[0]).toContain("expected s3://bucket/key");
    expect(faults(() => new TrainingInput(7 as unknown as string))[0]).toContain("got 7");
    expect(faults(() => new TrainingInput(`s3://bkt/${"k".repeat(1024)}`))[0]).toContain("at most 1024");
  });

  it("takes a whole bucket when it is written with a slash, but not as a manifest", () => {
    expect(faults(() => new TrainingInput("s3://bkt/"))).toEqual([]);
    expect(faults(() => new TrainingInput("s3://bkt/", { s3DataType: "ManifestFile" }))[0]).toContain("one object");
  });

  it("reports all faults of one object together, with the nearest name", () => {
    expect(
      faults(
        () =>
          new TrainingInput(
            "s3://bkt/t",
            options({ contenttype: "text/plain", inputMode: "Fastfile", distribution: "Sharded", shuffleConfig: {} }),
          ),
      ),
    ).toEqual([
      'unknown option "contenttype" of TrainingInput; did you mean "contentType"?',
      'distribution must be one of "FullyReplicated", "ShardedByS3Key"; got "Sharded"',
      'inputMode must be one of "File", "Pipe", "FastFile"; got "Fastfile"; did you mean "FastFile"?',
      "shuffleConfig needs a seed: { seed: 1 }; got {}",
    ]);
  });

  it("demands attribute names and Pipe of an augmented manifest", () => {
    const s3DataType = "AugmentedManifestFile";
    expect(faults(() => new TrainingInput("s3://bkt/m", { s3DataType }))).toEqual([
      'an augmented manifest needs attributeNames, for example ["source", "label"]',
      'an augmented manifest is only read with inputMode "Pipe"; got undefined',
    ]);
    expect(
      faults(() => new TrainingInput("s3://bkt/m", { s3DataType, attributeNames: ["a"], inputMode: "File" })),
    ).toHaveLength(1);
    const many = Array.from({ length: 17 }, (_, index) => `a${index}`);
    expect(
      faults(() => new TrainingInput("s3://bkt/m", { s3DataType, attributeNames: many, inputMode: "Pipe" }))[0],
    ).toContain("at most 16");
    expect(faults(() => new TrainingInput("s3://bkt/m", { attributeNames: ["a"] }))[0]).toContain(
      "AugmentedManifestFile",
    );
  });

  it("allows FastFile only for a prefix and Gzip only in a pipe", () => {
    expect(
      faults(() => new TrainingInput("s3://bkt/m", { s3DataType: "ManifestFile", inputMode: "FastFile" }))[0],
    ).toContain("S3Prefix");
    expect(faults(() => new TrainingInput("s3://bkt/m", { compression: "Gzip", inputMode: "File" }))[0]).toContain(
      '"Pipe"',
    );
    expect(faults(() => new TrainingInput("s3://bkt/m", { compression: "Gzip", inputMode: "Pipe" }))).toEqual([]);
  });

  it("does not change with the object its options came from", () => {
    const given = { contentType: "text/plain" };
    const input = new TrainingInput("s3://bkt/t", given);
    given.contentType = "changed";
    expect(input.toChannel("train").ContentType).toBe("text/plain");
  });
});

describe("FileSystemInput", () => {
  it("sends the directory, read-only by default", () => {
    const input = new FileSystemInput("fs-0123456789abcdef0", {
      fileSystemType: "EFS",
      directoryPath: "/train",
      contentType: "text/csv",
    });
    expect(input.toChannel("train")).toEqual({
      ChannelName: "train",
      DataSource: {
        FileSystemDataSource: {
          FileSystemId: "fs-0123456789abcdef0",
          FileSystemType: "EFS",
          DirectoryPath: "/train",
          FileSystemAccessMode: "ro",
        },
      },
      ContentType: "text/csv",
    });
  });

  it("refuses an unknown type or mode, a relative path and an odd id together", () => {
    const given = { fileSystemType: "NFS", directoryPath: "train", fileSystemAccessMode: "w" } as never;
    expect(faults(() => new FileSystemInput("efs-1", given))).toHaveLength(4);
  });
});

describe("toChannels", () => {
  it("sends a single input to the given channel, or to training as Python does", () => {
    expect(toChannels("s3://bkt/t").map(({ ChannelName }) => ChannelName)).toEqual(["training"]);
    expect(toChannels(new TrainingInput("s3://bkt/t"), { defaultChannelName: "train" })[0]?.ChannelName).toBe("train");
  });

  it("keeps the order of the names and takes strings, TrainingInput and FileSystemInput", () => {
    const files = new FileSystemInput("fs-0123456789abcdef0", { fileSystemType: "EFS", directoryPath: "/v" });
    const channels = toChannels({ train: "s3://bkt/t", validation: files, test: new TrainingInput("s3://bkt/x") });
    expect(channels.map(({ ChannelName }) => ChannelName)).toEqual(["train", "validation", "test"]);
  });

  it("refuses no channel at all, which the service would refuse later", () => {
    expect(faults(() => toChannels({}))).toEqual([
      'no channel given; write for example { train: "s3://bucket/train/" }',
    ]);
  });

  it("names the channel of every fault", () => {
    expect(
      faults(() => toChannels({ train: "bkt/t", "my channel": "s3://bkt/v", test: 5 as unknown as string })),
    ).toEqual([
      'channel "train": expected s3://bucket/key, got "bkt/t" [GEN-04]',
      'a channel name is 1 to 64 letters, digits, dots, dashes and underscores; got "my channel"',
      'channel "test" must be an S3 URI, a TrainingInput or a FileSystemInput; got 5',
    ]);
  });

  it("refuses more than 20 channels", () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`c${index}`, "s3://bkt/t"]));
    expect(faults(() => toChannels(many))[0]).toContain("at most 20");
  });
});
