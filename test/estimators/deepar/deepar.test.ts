import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTrainingJobCommand, DescribeTrainingJobCommand, ListTagsCommand } from "@aws-sdk/client-sagemaker";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CategoryEncoder } from "../../../src/datasets/index.js";
import { DeepAR, deepARModelCard } from "../../../src/estimators/index.js";
import { inspectDeepAR, LabelIndex } from "../../../src/formats/index.js";
import { FileSystemInput, TrainingInput } from "../../../src/inputs/index.js";
import type { Session } from "../../../src/session/index.js";
import { completedJob, goldenSession, mockAws, ROLE } from "../support.js";
import { base, faultsOf, makeDeepAR, messagesOf } from "./support.js";

const IMAGE = "156387875391.dkr.ecr.us-west-2.amazonaws.com/forecasting-deepar:1";

let aws: ReturnType<typeof mockAws>;
// biome-ignore lint/suspicious/noExplicitAny: the mock's own type parameters are of no use here
let s3: AwsStub<any, any, any>;
beforeEach(() => {
  aws = mockAws();
  s3 = mockClient(S3Client);
  vi.useFakeTimers({ now: new Date("2026-08-12T10:00:00.000Z"), toFake: ["Date"] });
});
afterEach(() => {
  aws.restore();
  s3.restore();
});

const towns = new CategoryEncoder({ town: new LabelIndex(["east", "north"]) });
const out = { outputPath: "s3://bkt/out" };

/** A session whose log is kept. */
function loggedSession(): { session: Session; lines: string[] } {
  const lines: string[] = [];
  const to = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  const logger = { debug: to("debug"), info: to("info"), warn: to("warn"), error: to("error") };
  return { session: goldenSession({ logger }), lines };
}

/** What the session logs when a job with these settings starts. */
async function warningsOf(options: object, hyperparameters: object, inputs: object | string): Promise<string[]> {
  aws.sagemaker.on(CreateTrainingJobCommand).resolves({});
  const { session, lines } = loggedSession();
  await makeDeepAR({ session, ...out, ...options }, hyperparameters).fit(inputs as never, { wait: false });
  return lines;
}

describe("DeepAR.toRequest", () => {
  it("is the golden request", async () => {
    const estimator = new DeepAR({
      session: goldenSession(),
      instanceType: "ml.c5.2xlarge",
      ...out,
      baseJobName: "deepar-demand",
      hyperparameters: { time_freq: "D", context_length: 30, prediction_length: 30, epochs: 100 },
    });
    const channel = (ChannelName: string) => ({
      ChannelName,
      DataSource: {
        S3DataSource: {
          S3DataType: "S3Prefix",
          S3Uri: `s3://bkt/${ChannelName}/`,
          S3DataDistributionType: "FullyReplicated",
        },
      },
    });
    expect(await estimator.toRequest({ train: "s3://bkt/train/", test: "s3://bkt/test/" })).toEqual({
      TrainingJobName: "deepar-demand-2026-08-12-10-00-00-000",
      AlgorithmSpecification: { TrainingInputMode: "File", TrainingImage: IMAGE },
      RoleArn: ROLE,
      HyperParameters: { time_freq: "D", context_length: "30", prediction_length: "30", epochs: "100" },
      InputDataConfig: [channel("train"), channel("test")],
      OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
      ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.2xlarge", VolumeSizeInGB: 30 },
      StoppingCondition: { MaxRuntimeInSeconds: 86400 },
    });
  });

  it("is the request of the recorded job, with the content type that .jsonl needs [DA-13]", async () => {
    const request = await makeDeepAR(out, {
      num_cells: 40,
      num_layers: 3,
      likelihood: "gaussian",
      mini_batch_size: 32,
      learning_rate: 0.001,
      dropout_rate: 0.05,
      early_stopping_patience: 10,
    }).toRequest({ train: "s3://bkt/in/training.jsonl", test: "s3://bkt/in/test.jsonl" });
    // As the container logged it.
    expect(request.HyperParameters).toEqual({
      prediction_length: "50",
      dropout_rate: "0.05",
      time_freq: "H",
      likelihood: "gaussian",
      context_length: "50",
      num_layers: "3",
      epochs: "20",
      learning_rate: "0.001",
      early_stopping_patience: "10",
      mini_batch_size: "32",
      num_cells: "40",
    });
    expect(request.InputDataConfig?.map(({ ContentType }) => ContentType)).toEqual(["json", "json"]);
  });

  it.each([
    ["s3://bkt/a.json", "json"],
    ["s3://bkt/a.jsonl", "json"],
    ["s3://bkt/A.JSONL", "json"],
    ["s3://bkt/a.ndjson", "json"],
    ["s3://bkt/a.json.gz", "json.gz"],
    ["s3://bkt/a.jsonl.gz", "json.gz"],
    ["s3://bkt/a.parquet", "parquet"],
    ["s3://bkt/a.parquet/", undefined],
    ["s3://bkt/folder/", undefined],
    ["s3://bkt/prefix", undefined],
    ["s3://bkt/v1.2/data", undefined],
  ])("tells the container what %s is: %s", async (uri, expected) => {
    const request = await makeDeepAR(out).toRequest(uri);
    expect(request.InputDataConfig?.[0]).toMatchObject({ ChannelName: "train" });
    expect(request.InputDataConfig?.[0]?.ContentType).toBe(expected);
    expect(Object.hasOwn(request.InputDataConfig?.[0] ?? {}, "ContentType")).toBe(expected !== undefined);
  });

  it("keeps the content type that a channel names, and leaves manifests and file systems alone", async () => {
    const typeOf = async (input: object) => {
      const request = await makeDeepAR({ ...out, vpcConfig: { subnets: ["s"], securityGroupIds: ["g"] } }).toRequest({
        train: input as never,
      });
      return request.InputDataConfig?.[0]?.ContentType;
    };
    expect(await typeOf(new TrainingInput("s3://bkt/a/", { contentType: "parquet" }))).toBe("parquet");
    expect(await typeOf(new TrainingInput("s3://bkt/a.json", { contentType: "json.gz" }))).toBe("json.gz");
    expect(await typeOf(new TrainingInput("s3://bkt/list.json", { s3DataType: "ManifestFile" }))).toBeUndefined();
    const file = new FileSystemInput("fs-0123456789abcdef0", { fileSystemType: "EFS", directoryPath: "/a" });
    expect(await typeOf(file)).toBeUndefined();
  });

  it("refuses channels that DeepAR does not read", async () => {
    const ask = (inputs: object) => messagesOf(() => makeDeepAR(out).toRequest(inputs as never));
    expect(await ask({ train: "s3://b/t", validation: "s3://b/v" })).toEqual([
      expect.stringContaining('DeepAR reads no channel "validation" here, only "train", "test"'),
    ]);
    expect(await ask({ test: "s3://b/t" })).toEqual([expect.stringContaining('channel "train" of DeepAR is missing')]);
    expect(await ask({ train: new TrainingInput("s3://b/t", { contentType: "application/json" }) })).toEqual([
      expect.stringContaining("reads json, json.gz, parquet"),
    ]);
    expect(await ask({ train: new TrainingInput("s3://b/t", { inputMode: "FastFile" }) })).toEqual([
      expect.stringContaining('DeepAR reads input in mode "File"; got "FastFile"'),
    ]);
    const manifest = new TrainingInput("s3://b/t.manifest", {
      s3DataType: "AugmentedManifestFile",
      attributeNames: ["a"],
      inputMode: "Pipe",
    });
    expect((await ask({ train: manifest })).join()).toContain("an augmented manifest is streamed");
  });
});

describe("new DeepAR", () => {
  it("takes CPU and GPU instances, several of them", async () => {
    const request = await makeDeepAR({ ...out, instanceType: "ml.p3.8xlarge", instanceCount: 4 }).toRequest("s3://b/t");
    expect(request.ResourceConfig).toMatchObject({ InstanceCount: 4, InstanceType: "ml.p3.8xlarge" });
    expect(() => makeDeepAR({ instanceType: undefined, unlistedInstanceType: "ml.c9.large" })).not.toThrow();
    expect(await messagesOf(() => makeDeepAR({ instanceType: "ml.trn1.2xlarge" }))).toEqual([
      expect.stringContaining("it trains on CPU instances, and on GPU instances of the families"),
    ]);
  });

  it("waits for spot instances one hour at most, and starts from no earlier model", async () => {
    expect(await messagesOf(() => makeDeepAR({ spot: { maxWaitSeconds: 7200 }, maxRuntimeSeconds: 3600 }))).toEqual([
      expect.stringContaining("at most 3600 for DeepAR, which writes no checkpoints"),
    ]);
    const spot = { spot: { maxWaitSeconds: 3600 }, maxRuntimeSeconds: 3600 };
    expect((await makeDeepAR({ ...out, ...spot }).toRequest("s3://b/t")).StoppingCondition).toEqual({
      MaxRuntimeInSeconds: 3600,
      MaxWaitTimeInSeconds: 3600,
    });
    expect(await messagesOf(() => makeDeepAR({ modelUri: "s3://b/model.tar.gz" }))).toEqual([
      expect.stringContaining("cannot go on from the model of an earlier job"),
    ]);
  });

  it("reports every fault at once", async () => {
    const error = await faultsOf(() =>
      makeDeepAR({ instanceType: "ml.c5.huge", categoryEncoder: {} }, { epochs: 0, time_freq: "h", epoch: 1 }),
    );
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues.map(({ path }) => path.join(".")).sort()).toEqual([
      "categoryEncoder",
      "hyperparameters.epoch",
      "hyperparameters.epochs",
      "hyperparameters.time_freq",
    ]);
  });

  it("takes the cardinality of the encoder, and refuses another one", async () => {
    expect(makeDeepAR({ categoryEncoder: towns }).options.hyperparameters.cardinality).toEqual([2]);
    expect(() => makeDeepAR({ categoryEncoder: towns }, { cardinality: "auto" })).not.toThrow();
    for (const cardinality of [[3], "ignore", ""]) {
      expect(await messagesOf(() => makeDeepAR({ categoryEncoder: towns }, { cardinality }))).toEqual([
        expect.stringContaining("categoryEncoder has [2] groups"),
      ]);
    }
  });
});

describe("DeepAR.with", () => {
  it("replaces options and hyperparameters one by one, and removes what is undefined", () => {
    const estimator = makeDeepAR({ categoryEncoder: towns }, { num_cells: 30 });
    const other = estimator.with({ instanceType: "ml.m5.large", hyperparameters: { num_cells: undefined, epochs: 3 } });
    expect(other.options.instanceType).toBe("ml.m5.large");
    expect(other.options.hyperparameters).toEqual({ ...base, epochs: 3, cardinality: [2] });
    expect(other.options.categoryEncoder).toBe(towns);
    expect(estimator.options.hyperparameters).toMatchObject({ num_cells: 30, epochs: 20 });
  });
});

describe("DeepAR.withData", () => {
  const lineOf = (record: object) => `${JSON.stringify({ start: "2024-01-01 00:00:00", ...record })}\n`;
  const target = Array.from({ length: 200 }, (_, index) => Math.sin(index));
  const text = [0, 1, 0, 1].map((code) => lineOf({ target, cat: [code] })).join("");
  const report = (given = text) => inspectDeepAR({ text: given }, { predictionLength: 50, frequency: "H" });

  it("fills in what follows from the data, so that the model card knows it", async () => {
    const estimator = makeDeepAR().withData({ train: await report() });
    expect(estimator.options.hyperparameters).toEqual({ ...base, cardinality: [2], num_dynamic_feat: "ignore" });
    expect(estimator.modelCard()).toEqual({
      frequency: "H",
      predictionLength: 50,
      cardinality: [2],
      dynamicFeatures: 0,
      categoryEncoder: undefined,
    });
    expect(makeDeepAR().modelCard()).toMatchObject({ cardinality: undefined, dynamicFeatures: undefined });
  });

  it("refuses data that would fail the job, with the place and the code", async () => {
    const train = await report(lineOf({ target: target.slice(0, 40), cat: [1] }));
    const error = await faultsOf(() => makeDeepAR({}, { cardinality: [3] }).withData({ train }));
    expect(error.code).toBe("INVALID_HYPERPARAMETERS");
    expect(error.issues).toEqual([
      { path: ["channels", "train"], message: expect.stringContaining("[DA-11]") },
      { path: ["channels", "train"], message: expect.stringContaining("[DA-12]") },
      {
        path: ["hyperparameters", "cardinality"],
        message: expect.stringContaining('set "cardinality" to [2] [DA-07]'),
      },
      { path: ["channels", "train"], message: expect.stringContaining("the code 0 in cat[0]") },
    ]);
  });

  it("logs warnings and hints", async () => {
    const { session, lines } = loggedSession();
    const counts = lineOf({ target: Array.from({ length: 400 }, (_, index) => index % 7) });
    const short = lineOf({ target: [1, 2, 3] });
    makeDeepAR({ session }).withData({ train: await report(counts + short) });
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn 1 of 2 series of channel "train" are not longer than "prediction_length", 50.*\[DA-12\]\.$/u,
      ),
      expect.stringMatching(/^info all values are whole numbers from 0.*try "negative-binomial" \[DA-14\]\.$/u),
    ]);
  });
});

describe("DeepAR.fit", () => {
  it("warns about what is legal but hardly meant", async () => {
    const both = { train: "s3://b/t.json", test: "s3://b/v.json" };
    expect(await warningsOf({}, {}, both)).toEqual([]);
    expect(await warningsOf({}, { test_quantiles: [0.5], num_eval_samples: 10 }, "s3://b/t.json")).toEqual([
      'warn "num_eval_samples" has no effect without the channel "test".',
      'warn "test_quantiles" has no effect without the channel "test".',
    ]);
    expect(await warningsOf({}, {}, { train: "s3://b/t.json", test: "s3://b/t.json" })).toEqual([
      expect.stringContaining("[DA-19]"),
    ]);
    expect(await warningsOf({ instanceType: "ml.g4dn.xlarge" }, {}, both)).toEqual([
      expect.stringContaining("ml.g4dn.xlarge pays off"),
    ]);
    expect(await warningsOf({ instanceType: "ml.g4dn.xlarge" }, { mini_batch_size: 1024 }, both)).toEqual([]);
  });

  it("stores the codes of the groups with the job", async () => {
    s3.on(PutObjectCommand).resolves({});
    await warningsOf({ categoryEncoder: towns }, {}, "s3://b/t.json");
    const [put] = s3.commandCalls(PutObjectCommand);
    expect(put?.args[0].input).toMatchObject({
      Bucket: "bkt",
      Key: expect.stringMatching(/^out\/forecasting-deepar-.*\/categories\.json$/u),
    });
    expect(JSON.parse(String(put?.args[0].input.Body))).toEqual(JSON.parse(JSON.stringify(towns)));
  });
});

describe("DeepAR.attach", () => {
  const described = (HyperParameters: object, image = IMAGE) => {
    aws.sagemaker.on(ListTagsCommand).resolves({ Tags: [] });
    aws.sagemaker.on(DescribeTrainingJobCommand).resolves(
      completedJob("job", {
        AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" },
        RoleArn: ROLE,
        OutputDataConfig: { S3OutputPath: "s3://bkt/out" },
        HyperParameters,
      }),
    );
  };
  const required = { time_freq: "H", prediction_length: "50", context_length: "50", epochs: "20" };
  const stored = (value: unknown) =>
    s3.on(GetObjectCommand).resolves({
      Body: { transformToByteArray: async () => Buffer.from(JSON.stringify(value)) } as never,
    });

  it("gives typed hyperparameters and the stored codes of the groups", async () => {
    described({
      ...required,
      cardinality: "[2]",
      num_dynamic_feat: "",
      likelihood: "student-t",
      test_quantiles: "[0.5]",
    });
    stored(towns);
    const estimator = await DeepAR.attach("job", { session: goldenSession() });
    expect(estimator.options.hyperparameters).toEqual({
      ...base,
      cardinality: [2],
      num_dynamic_feat: "",
      likelihood: "student-t",
      test_quantiles: [0.5],
    });
    expect(estimator.options.categoryEncoder?.encode({ town: "north" })).toEqual([1]);
    expect(estimator.modelCard()).toMatchObject({ cardinality: [2], dynamicFeatures: 0, predictionLength: 50 });
    expect(s3.commandCalls(GetObjectCommand)[0]?.args[0].input).toMatchObject({
      Bucket: "bkt",
      Key: "out/job/categories.json",
    });
  });

  it("looks for no codes of a job without categories, and leaves codes of other groups out", async () => {
    described({ ...required, cardinality: "ignore" });
    expect((await DeepAR.attach("job", { session: goldenSession() })).modelCard().cardinality).toEqual([]);
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(0);

    described({ ...required, cardinality: "[3]" });
    stored(towns);
    const { session, lines } = loggedSession();
    expect((await DeepAR.attach("job", { session })).options.categoryEncoder).toBeUndefined();
    expect(lines).toEqual([expect.stringContaining("The categories in s3://bkt/out/job/categories.json are left out")]);
  });

  it("refuses jobs of another algorithm", async () => {
    described(required, "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1");
    await expect(DeepAR.attach("job", { session: goldenSession() })).rejects.toThrow("is no DeepAR job");
  });
});

describe("deepARModelCard", () => {
  it("says what hyperparameters say, and nothing about what only the data knows", () => {
    expect(deepARModelCard(base)).toEqual({
      frequency: "H",
      predictionLength: 50,
      cardinality: undefined,
      dynamicFeatures: undefined,
      categoryEncoder: undefined,
    });
    expect(deepARModelCard({ ...base, cardinality: "", num_dynamic_feat: 2 })).toMatchObject({
      cardinality: [],
      dynamicFeatures: 2,
    });
    expect(deepARModelCard(base, { categoryEncoder: towns }).cardinality).toEqual([2]);
  });
});
