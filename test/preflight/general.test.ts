import { gzipSync } from "node:zlib";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetObjectCommand, HeadBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { CreateTrainingJobCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { mockClient } from "aws-sdk-client-mock";
import { describe, expect, it, onTestFinished } from "vitest";
import { Estimator, type EstimatorOptions, FileSystemInput, TrainingInput, ValidationError } from "../../src/index.js";
import { formatReport, PreflightError } from "../../src/preflight/index.js";
import { Session } from "../../src/session/index.js";
import { rejection } from "../workflow/support.js";
import { faults, folderWith, found, storeWith } from "./support.js";

const ROLE = "arn:aws:iam::111122223333:role/service-role/Trainer";
const OPTIONS = { imageUri: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1", instanceType: "ml.m5.xlarge" };

function estimator(session: Session, options: Partial<EstimatorOptions> = {}): Estimator {
  return new Estimator({ ...OPTIONS, role: ROLE, session, ...options });
}

function remote(): Session {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  return new Session({ region: "eu-west-1", role: ROLE, credentials, defaultBucket: "out" });
}

function mocked<T extends { restore(): void }>(stub: T): T {
  onTestFinished(() => stub.restore());
  return stub;
}

/** What S3 answers for a bucket of another region. */
function elsewhere(): Error {
  return Object.assign(new Error("The bucket is in this region: us-west-2."), {
    name: "PermanentRedirect",
    $metadata: { httpStatusCode: 301 },
    $response: { headers: { "x-amz-bucket-region": "us-west-2" } },
  });
}

describe("GEN-01: hyperparameters", () => {
  it("are refused by the constructor of their algorithm, with the code in the message", async () => {
    const { parseHyperparameters, blazingTextHyperparametersSchema } = await import("../../src/estimators/index.js");
    const parse = (values: object): unknown =>
      parseHyperparameters(blazingTextHyperparametersSchema, values, "BlazingText");
    expect(() => parse({})).toThrow(/"mode" of BlazingText is required: .* \[GEN-01\]/u);
    expect(() => parse({ mode: "supervised", epoch: 3 })).toThrow('did you mean "epochs"? [GEN-01]');
  });
});

describe("GEN-02: data that is not there", () => {
  it("names the prefix, the likely misspelling and what is one level up", async () => {
    const { session, uri } = await storeWith({ "reviews/train/a.txt": "a", "reviews/test/a.txt": "a" });
    const report = await estimator(session).preflight({ train: uri("reviews/trian/") });
    expect(report.ok).toBe(false);
    const [finding] = found(report, "GEN-02");
    expect(finding?.message).toBe(`there is no object under ${uri("reviews/trian/")}; did you mean "train"?`);
    expect(finding?.fix).toContain('one level up there is "test/", "train/"');
    expect(finding?.place).toEqual({ channel: "train", file: uri("reviews/trian/") });
  });

  it("names a bucket that does not exist, and a local path", async () => {
    const { session } = await storeWith({});
    const report = await estimator(session).preflight({ a: "s3://no-such-bucket/x", b: "./no-such-folder" });
    expect(found(report, "GEN-02").map(({ message }) => message)).toEqual([
      'there is no bucket "no-such-bucket"',
      'there is no file or folder "./no-such-folder"',
    ]);
  });

  it("keeps fit from creating a job, with all errors and the report in the error", async () => {
    const { session, uri } = await storeWith({ "empty.rec": "" });
    const made = estimator(session);
    const error = await rejection(made.fit({ train: uri("empty.rec"), validation: uri("none/") }));
    if (!PreflightError.is(error)) throw error;
    expect(ValidationError.is(error)).toBe(true);
    expect(error.code).toBe("PREFLIGHT_FAILED");
    expect(error.issues.map(({ path }) => path)).toEqual([
      ["channels", "train"],
      ["channels", "validation"],
    ]);
    expect(error.report.findings.map(({ code }) => code)).toEqual(["GEN-09", "GEN-02"]);
    expect(made.latestPreflight).toBe(error.report);
    expect(made.latestTrainingJob).toBeUndefined();
  });
});

describe("GEN-03: a prefix that takes more than its folder", () => {
  it("warns of the keys beside it, and not when the prefix ends with a slash", async () => {
    const { session, uri } = await storeWith({ "d/train/a.png": "x", "d/train_lst/a.lst": "x", "d/val/a.png": "x" });
    const report = await estimator(session).preflight({ train: uri("d/train"), validation: uri("d/val") });
    expect(faults(report)).toEqual(["GEN-03 sibling-prefix"]);
    const [finding] = found(report, "GEN-03");
    expect(finding?.message).toContain(uri("d/train_lst/a.lst"));
    expect(finding?.fix).toContain(uri("d/train/"));
    expect(report.ok).toBe(true);
    expect(faults(await estimator(session).preflight({ train: uri("d/train/") }))).toEqual([]);
  });

  it("takes a beginning of names in one folder for what it is", async () => {
    const { session, uri } = await storeWith({ "d/part-0": "x", "d/part-1": "x" });
    expect(faults(await estimator(session).preflight({ train: uri("d/part-") }))).toEqual([]);
  });
});

describe("GEN-04: addresses that jobs cannot read", () => {
  it("are refused before anything is read", async () => {
    const { session } = await storeWith({});
    for (const bad of ["s3://b/a//b", "https://b.s3.eu-west-1.amazonaws.com/a", "s3://bucket"]) {
      await expect(estimator(session).preflight({ train: bad })).rejects.toThrow("[GEN-04]");
    }
  });

  it("are found among the keys of a prefix too", async () => {
    const { session, uri } = await storeWith({ "d/a//b.txt": "x" });
    const [finding] = found(await estimator(session).preflight({ train: uri("d/") }), "GEN-04");
    expect(finding).toMatchObject({ severity: "error", place: { channel: "train", file: uri("d/a//b.txt") } });
    expect(finding?.cause).toContain("illegal char sub-sequence '//'");
  });
});

describe("GEN-05: a bucket in another region", () => {
  it("is found when its listing is refused, and named with both regions", async () => {
    mocked(mockClient(S3Client)).on(ListObjectsV2Command).rejects(elsewhere());
    const report = await estimator(remote()).preflight({ train: "s3://far/train/" });
    expect(faults(report)).toEqual(["GEN-05 other-region"]);
    expect(report.findings[0]?.message).toMatch(/from region eu-west-1: the bucket is in us-west-2/u);
  });

  it("is found for the output bucket with apiCalls", async () => {
    const s3 = mocked(mockClient(S3Client));
    s3.on(ListObjectsV2Command).resolves({ KeyCount: 1, Contents: [{ Key: "train/a", Size: 1 }] });
    s3.on(HeadBucketCommand, { Bucket: "near" }).resolves({ BucketRegion: "eu-west-1" });
    s3.on(HeadBucketCommand, { Bucket: "far" }).rejects(elsewhere());
    s3.on(HeadBucketCommand, { Bucket: "none" }).rejects(Object.assign(new Error("NotFound"), { name: "NotFound" }));
    const messages = async (outputPath: string): Promise<unknown[]> => {
      const made = estimator(remote(), { outputPath });
      const report = await made.preflight({ train: "s3://near/train/" }, { apiCalls: true });
      return found(report, "GEN-05").map(({ message, place }) => [message, place.field]);
    };
    expect(await messages("s3://far/out")).toEqual([
      ['bucket "far" is in us-west-2, the job in eu-west-1', "outputPath"],
    ]);
    expect(await messages("s3://none/out")).toEqual([['there is no bucket "none"', "outputPath"]]);
    expect(await messages("s3://near/out")).toEqual([]);
  });
});

describe("GEN-06: the role", () => {
  const listed = (): void => {
    const answer = { KeyCount: 1, Contents: [{ Key: "train/a", Size: 1 }] };
    mocked(mockClient(S3Client)).on(ListObjectsV2Command).resolves(answer);
  };

  it.each([
    ["arn:aws:iam::111122223333:user/me", "is no role that a service can assume"],
    ["arn:aws:sts::111122223333:assumed-role/Trainer/me", "is no role that a service can assume"],
    ["arn:aws-cn:iam::111122223333:role/Trainer", "belongs to partition aws-cn, the job's region eu-west-1 to aws"],
  ])("%s is refused", async (role, message) => {
    listed();
    const report = await estimator(remote(), { role }).preflight("s3://near/train/");
    expect(found(report, "GEN-06")[0]).toMatchObject({ severity: "error", message: expect.stringContaining(message) });
  });

  it("must trust SageMaker, which apiCalls looks up", async () => {
    listed();
    const iam = mocked(mockClient(IAMClient));
    const document = (service: string): string =>
      encodeURIComponent(
        JSON.stringify({ Statement: { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" } }),
      );
    const answer = (service: string): object => ({ Role: { AssumeRolePolicyDocument: document(service) } });
    iam.on(GetRoleCommand, { RoleName: "Trainer" }).resolvesOnce(answer("lambda.amazonaws.com") as never);
    const report = await estimator(remote()).preflight("s3://near/train/", { apiCalls: true });
    const [finding] = found(report, "GEN-06");
    expect(finding).toMatchObject({ kind: "no-trust", cause: expect.stringContaining("sts:AssumeRole") });
    expect(finding?.fix).toContain('"Service":"sagemaker.amazonaws.com"');
    iam.on(GetRoleCommand).resolves(answer("sagemaker.amazonaws.com") as never);
    expect(found(await estimator(remote()).preflight("s3://near/train/", { apiCalls: true }), "GEN-06")).toEqual([]);
  });

  it("is reported as not checked when IAM may not be asked", async () => {
    listed();
    const denied = Object.assign(new Error("no"), { name: "AccessDenied" });
    mocked(mockClient(IAMClient)).on(GetRoleCommand).rejects(denied);
    const report = await estimator(remote()).preflight("s3://near/train/", { apiCalls: true });
    expect(report.ok).toBe(true);
    expect(report.skipped).toContainEqual({
      codes: ["GEN-06"],
      reason: "the trust policy of the role could not be read: the caller lacks iam:GetRole",
    });
  });
});

describe("GEN-07 and GEN-08: spot training", () => {
  it("is refused when the limit for waiting is below the limit for training", () => {
    expect(() => estimator(remote(), { spot: { maxWaitSeconds: 60 }, maxRuntimeSeconds: 3600 })).toThrow("[GEN-07]");
  });

  it("is warned of when a long job keeps no checkpoints", async () => {
    const { session, uri } = await storeWith({ "train/a": "x" });
    const long = { spot: { maxWaitSeconds: 200_000 }, maxRuntimeSeconds: 172_800 };
    const [finding] = found(await estimator(session, long).preflight(uri("train/")), "GEN-08");
    expect(finding).toMatchObject({ severity: "warning", message: expect.stringContaining("up to 48 hours") });
    for (const options of [
      { ...long, checkpoint: { s3Uri: uri("checkpoints/") } },
      { spot: { maxWaitSeconds: 3600 }, maxRuntimeSeconds: 3600 },
    ]) {
      expect(faults(await estimator(session, options).preflight(uri("train/")))).toEqual([]);
    }
  });
});

describe("GEN-09: an empty file", () => {
  it("is named, also below a prefix; the markers of consoles are none", async () => {
    const { session, uri } = await storeWith({ "train/": "", "train/a.rec": "", "train/b.rec": "x" });
    const report = await estimator(session).preflight({ train: uri("train/") });
    expect(faults(report)).toEqual(["GEN-09 empty-file"]);
    expect(report.findings[0]?.place.file).toBe(uri("train/a.rec"));
    expect(report.findings[0]?.cause).toContain("Empty .rec file in train channel");
  });
});

describe("GEN-11: a model archive", () => {
  /** A tar archive, compressed; links have a target. */
  function tar(
    entries: readonly { readonly name: string; readonly link?: string; readonly body?: string }[],
  ): Uint8Array {
    const blocks = entries.flatMap(({ name, link, body = "" }) => {
      const header = Buffer.alloc(512);
      header.write(name);
      header.write("0000644\0", 100);
      header.write(body.length.toString(8).padStart(11, "0"), 124);
      header.write(link === undefined ? "0" : "2", 156);
      header.write(link ?? "", 157);
      header.write("ustar", 257);
      header.fill(32, 148, 156);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
      const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512);
      padded.write(body);
      return [header, padded];
    });
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
  }

  async function check(archive: Uint8Array): Promise<string[]> {
    const { session, uri } = await storeWith({ "train/a": "x", "old/model.tar.gz": archive });
    const made = estimator(session, { modelUri: uri("old/model.tar.gz") });
    return found(await made.preflight(uri("train/")), "GEN-11").map(({ kind, message }) => `${kind}: ${message}`);
  }

  it("with its files at the top is good", async () => {
    const files = [
      { name: "./model.json", body: "{}" },
      { name: "./weights/a.bin", body: "x".repeat(2000) },
    ];
    expect(await check(tar(files))).toEqual([]);
  });

  it("with links, metadata of macOS or an extra folder is named", async () => {
    const files = [
      { name: "model/a.bin", body: "x" },
      { name: "model/._a.bin", body: "x" },
      { name: "model/b.bin", link: "/home/me/b.bin" },
    ];
    expect(await check(tar(files))).toEqual([
      'link: "model/b.bin" is a link',
      'macos-file: "model/._a.bin" is metadata of macOS, not a part of the model',
      'top-folder: all files lie in the folder "model/" instead of at the top',
    ]);
  });

  it("inside an archive, or that is none, is named", async () => {
    expect(await check(tar([{ name: "model.tar", body: "x" }]))).toEqual([
      'archive-inside: the archive holds another archive, "model.tar"',
    ]);
    expect(await check(gzipSync("hello".repeat(300)))).toEqual(["archive: the file is no tar archive"]);
    const cut = tar([{ name: "a", body: "x".repeat(5000) }]);
    expect(await check(cut.subarray(0, cut.length - 12))).toEqual([
      "archive: the gzip data ends too early; a download cut short?",
    ]);
  });
});

describe("checks that cannot be made", () => {
  it("are reported as skipped when S3 is mocked without answers, and fit goes on", async () => {
    const s3 = mocked(mockClient(S3Client));
    const sagemaker = mocked(mockClient(SageMakerClient));
    sagemaker.on(CreateTrainingJobCommand).resolves({});
    for (const answer of [undefined, {}]) {
      s3.on(ListObjectsV2Command).resolves(answer as never);
      const made = estimator(remote());
      await made.fit({ train: "s3://bucket/train/" }, { wait: false });
      expect(made.latestPreflight).toMatchObject({ ok: true, findings: [], checked: [{ coverage: "unread" }] });
      expect(made.latestPreflight?.skipped[0]).toMatchObject({
        codes: ["GEN-02", "GEN-03", "GEN-04", "GEN-09"],
        channel: "train",
        reason: expect.stringContaining("ListObjectsV2 answered without KeyCount"),
      });
    }
    expect(sagemaker.commandCalls(CreateTrainingJobCommand)).toHaveLength(2);
  });

  it("are reported as skipped when the caller may not list, as the role may", async () => {
    const denied = Object.assign(new Error("Access Denied"), {
      name: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    });
    mocked(mockClient(S3Client)).on(ListObjectsV2Command).rejects(denied);
    const report = await estimator(remote()).preflight({ train: "s3://bucket/train/" });
    expect(report.ok).toBe(true);
    expect(report.skipped[0]?.reason).toContain("s3:ListBucket");
  });

  it("are those of file systems and plain manifests", async () => {
    const files = new FileSystemInput("fs-0123456789abcdef0", { fileSystemType: "EFS", directoryPath: "/train" });
    const manifest = new TrainingInput("s3://bucket/all.manifest", { s3DataType: "ManifestFile" });
    const report = await estimator(remote()).preflight({ train: files, validation: manifest });
    expect(report.skipped.slice(0, 2).map(({ channel, reason }) => [channel, reason])).toEqual([
      ["train", expect.stringContaining("inside a VPC")],
      ["validation", expect.stringContaining("ManifestFile")],
    ]);
  });

  it("are those that are left when the time is over", async () => {
    const s3 = mocked(mockClient(S3Client));
    s3.on(ListObjectsV2Command).callsFake(() => new Promise(() => undefined));
    const report = await estimator(remote()).preflight({ train: "s3://b/train/" }, { timeoutSeconds: 0.01 });
    expect(report.ok).toBe(true);
    expect(report.skipped[0]?.reason).toBe("preflight stopped after 0.01 s; give it more with timeoutSeconds");
  });
});

describe("Estimator.preflight", () => {
  it("rejects with the reason of its signal, and leaves no listener", async () => {
    const s3 = mocked(mockClient(S3Client));
    const controller = new AbortController();
    const reason = new Error("enough");
    s3.on(ListObjectsV2Command).callsFake(() => {
      controller.abort(reason);
      return new Promise(() => undefined);
    });
    const running = estimator(remote()).preflight({ train: "s3://b/train/" }, { signal: controller.signal });
    expect(await rejection(running)).toBe(reason);
    expect(await rejection(estimator(remote()).preflight("s3://b/t/", { signal: controller.signal }))).toBe(reason);
  });

  it("lists pages until the limit and says so", async () => {
    const s3 = mocked(mockClient(S3Client));
    let pages = 0;
    s3.on(ListObjectsV2Command).callsFake(() => {
      pages++;
      const Contents = Array.from({ length: 1000 }, (_, index) => ({ Key: `t/${pages}-${index}`, Size: 2 }));
      return { KeyCount: 1000, Contents, IsTruncated: true, NextContinuationToken: String(pages) };
    });
    const report = await estimator(remote()).preflight("s3://b/t/", { sample: { listed: 2500 } });
    expect(pages).toBe(3);
    expect(report.checked).toMatchObject([{ objects: 2500, totalBytes: 5000, objectsRead: 0, coverage: "listed" }]);
    expect(s3.commandCalls(GetObjectCommand)).toEqual([]);
  });

  it("reads local files in place of a channel, by path, by file: URL and by localData", async () => {
    const { session, uri } = await storeWith({});
    const folder = await folderWith({ "a/x.bin": "1", "a/b/y.bin": "22", "empty.bin": "" });
    const report = await estimator(session).preflight(
      { one: `${folder}/a`, two: new URL(`file://${folder}/empty.bin`).href, three: uri("later/") },
      { localData: { three: `${folder}/a/x.bin` } },
    );
    expect(faults(report)).toEqual(["GEN-09 empty-file"]);
    expect(
      report.checked.map(({ channel, uri: from, objects, totalBytes }) => [channel, from, objects, totalBytes]),
    ).toEqual([
      ["one", `${folder}/a`, 2, 3],
      ["two", new URL(`file://${folder}/empty.bin`).href, 1, 0],
      ["three", `${folder}/a/x.bin`, 1, 1],
    ]);
  });

  it("lists the first findings of a kind and counts the others", async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`f${10 + index}.txt`, ""]));
    const folder = await folderWith(files);
    const { session } = await storeWith({});
    const report = await estimator(session).preflight(folder, { findingsPerKind: 3 });
    expect(report.findings.map(({ place, more }) => [place.file?.slice(-7), more])).toEqual([
      ["f10.txt", undefined],
      ["f11.txt", undefined],
      ["f12.txt", 9],
    ]);
    expect(report.counts).toEqual({ error: 12, warning: 0, info: 0 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(formatReport(report)).toContain("Preflight of training job: 12 errors\n");
    expect(formatReport(report)).toContain("  and 9 more\n");
  });

  it("leaves out codes that are to be ignored", async () => {
    const { session, uri } = await storeWith({ "train/a": "" });
    const report = await estimator(session).preflight(uri("train/"), { ignore: ["GEN-09"] });
    expect(report).toMatchObject({ ok: true, findings: [] });
  });

  it("refuses options that it does not know, with every fault", async () => {
    const { session } = await storeWith({});
    const options = { smaple: {}, ignore: ["x"], sample: { bytes: 0 }, localData: { train: "s3://b/c" } };
    const error = await rejection(estimator(session).preflight("s3://b/c", options as never));
    if (!ValidationError.is(error)) throw error;
    expect(error.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining('did you mean "sample"?'),
      expect.stringContaining("sample.bytes must be an integer in [1,"),
      expect.stringContaining("ignore must be a list of codes"),
      expect.stringContaining("localData.train must be a local path"),
    ]);
    await expect(estimator(session).fit("s3://b/c", { preflight: { apiCalls: 1 } as never })).rejects.toThrow(
      "apiCalls",
    );
  });
});

describe("formatReport", () => {
  it("shows place, cause and fix of every finding, what was read and what was not", async () => {
    const { session, uri } = await storeWith({ "train/a.rec": "", "train/b.rec": "12345" });
    const text = formatReport(await estimator(session).preflight({ train: uri("train/") }));
    expect(text).toBe(
      [
        "Preflight of training job: 1 error",
        "",
        `ERROR GEN-09 channel "train", ${uri("train/a.rec")}`,
        "  the file is empty",
        "  cause: an algorithm that opens it fails, for example: Unable to start training. Empty .rec file in train channel.",
        "  fix:   upload it again, or delete it",
        "",
        "Read:",
        `  train: 2 objects, 5 bytes (${uri("train/")}); keys and sizes`,
        "",
        "Not checked:",
        "  GEN-05, GEN-06: bucket regions and the role's trust policy are checked with apiCalls: true",
        "",
      ].join("\n"),
    );
  });
});
