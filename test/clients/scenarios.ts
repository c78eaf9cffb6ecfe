import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { seededRandom } from "../../src/internal/random.js";
import type { LocalSageMaker } from "../../src/local/index.js";
import { type ClientDriver, ClientFailure, type Json, type ServiceName } from "./driver.js";

/** Where a scenario plays. */
interface Scene {
  readonly client: ClientDriver;
  readonly local: LocalSageMaker;
  /** Empty folder for files. */
  readonly folder: string;
  /** Part of all names, so that clients do not meet. */
  readonly tag: string;
}

export interface Scenario {
  /** A sentence about what the client does. */
  readonly name: string;
  /** Operations that must have arrived at the service when the scenario is over. */
  readonly operations: readonly string[];
  /** True when an address is opened without a client, which takes a server. */
  readonly needsServer?: boolean;
  run(scene: Scene): Promise<void>;
}

const image = "811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1";

async function failure(
  client: ClientDriver,
  service: ServiceName,
  operation: string,
  input: Json,
): Promise<ClientFailure> {
  try {
    await client.call(service, operation, input);
  } catch (error) {
    if (error instanceof ClientFailure) return error;
    throw error;
  }
  throw new Error(`${operation} succeeded`);
}

/** Texts in which half of the words tell the label. */
export function labelledTexts(count: number): string {
  const random = seededRandom(1);
  const words = { positive: ["good", "great", "fine"], negative: ["bad", "poor", "awful"] };
  return Array.from({ length: count }, (_, index) => {
    const label = index % 2 === 0 ? "positive" : "negative";
    const word = (list: readonly string[]): string => list[random.nextInt(list.length)] ?? "";
    return `__label__${label} the ${word(words[label])} plot was ${word(words[label])}\n`;
  }).join("");
}

export const scenarios: readonly Scenario[] = [
  {
    name: "says who it is",
    operations: ["GetCallerIdentity", "GetRole"],
    async run({ client, local }) {
      expect(await client.call("sts", "GetCallerIdentity", {})).toMatchObject({
        Account: local.accountId,
        Arn: `arn:aws:sts::${local.accountId}:assumed-role/SageMakerLocalRole/sagemaker-local`,
      });
      expect(await client.call("iam", "GetRole", { RoleName: "SageMakerLocalRole" })).toMatchObject({
        Role: { Arn: local.roleArn },
      });
    },
  },
  {
    name: "puts, lists, reads and deletes objects, also those with difficult names",
    operations: [
      "CreateBucket",
      "HeadBucket",
      "ListBuckets",
      "PutObject",
      "HeadObject",
      "GetObject",
      "CopyObject",
      "ListObjectsV2",
      "DeleteObject",
      "DeleteObjects",
      "DeleteBucket",
    ],
    async run({ client, tag }) {
      const Bucket = `objects-${tag}`;
      const keys = ["a/../b//c?.csv", "täst/日本 +%&=.txt", "z.txt"];
      await client.call("s3", "CreateBucket", { Bucket });
      await client.call("s3", "HeadBucket", { Bucket });
      const { Buckets } = await client.call("s3", "ListBuckets", {});
      expect(Buckets).toContainEqual(expect.objectContaining({ Name: Bucket }));
      for (const Key of keys) {
        await client.call("s3", "PutObject", { Bucket, Key, Body: `grüße ${Key}`, Metadata: { origin: "test" } });
      }
      const [first = ""] = keys;
      expect(await client.call("s3", "HeadObject", { Bucket, Key: first })).toMatchObject({
        ContentLength: Buffer.byteLength(`grüße ${first}`),
        Metadata: { origin: "test" },
      });
      for (const Key of keys) {
        expect(await client.call("s3", "GetObject", { Bucket, Key })).toMatchObject({ Body: `grüße ${Key}` });
      }
      const range = await client.call("s3", "GetObject", { Bucket, Key: "z.txt", Range: "bytes=-5" });
      expect(range).toMatchObject({ Body: "z.txt", ContentLength: 5 });
      await client.call("s3", "CopyObject", { Bucket, Key: "copy", CopySource: `${Bucket}/z.txt` });
      const { Contents } = await client.call("s3", "ListObjectsV2", { Bucket });
      expect((Contents as Json[]).map(({ Key }) => Key)).toEqual([
        "a/../b//c?.csv",
        "copy",
        "täst/日本 +%&=.txt",
        "z.txt",
      ]);
      expect(await client.call("s3", "ListObjectsV2", { Bucket, Delimiter: "/", Prefix: "a/" })).toMatchObject({
        CommonPrefixes: [{ Prefix: "a/../" }],
      });
      await client.call("s3", "DeleteObject", { Bucket, Key: "copy" });
      const { Deleted } = await client.call("s3", "DeleteObjects", {
        Bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })) },
      });
      expect((Deleted as Json[]).map(({ Key }) => Key).sort()).toEqual([...keys].sort());
      await client.call("s3", "DeleteBucket", { Bucket });
    },
  },
  {
    name: "shows the errors of S3 under their codes",
    operations: ["GetObject", "HeadObject", "CreateBucket"],
    async run({ client, tag }) {
      const Bucket = `errors-${tag}`;
      expect(await failure(client, "s3", "GetObject", { Bucket, Key: "k" })).toMatchObject({ code: "NoSuchBucket" });
      await client.call("s3", "CreateBucket", { Bucket });
      expect(await failure(client, "s3", "GetObject", { Bucket, Key: "k" })).toMatchObject({
        code: "NoSuchKey",
        message: "The specified key does not exist.",
      });
      expect(await failure(client, "s3", "HeadObject", { Bucket, Key: "k" })).toMatchObject({ code: "NotFound" });
      await client.call("s3", "DeleteBucket", { Bucket });
    },
  },
  {
    name: "sends a large file in parts and fetches it again",
    operations: ["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "GetObject"],
    async run({ client, tag, folder }) {
      const Bucket = `parts-${tag}`;
      const random = seededRandom(7);
      const bytes = Buffer.alloc(9 * 2 ** 20);
      for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random.nextInt(2 ** 31), at);
      await writeFile(join(folder, "large"), bytes);
      await client.call("s3", "CreateBucket", { Bucket });
      await client.upload(join(folder, "large"), Bucket, "deep/large");
      expect(await client.call("s3", "HeadObject", { Bucket, Key: "deep/large" })).toMatchObject({
        ContentLength: bytes.length,
        ETag: expect.stringMatching(/^"[0-9a-f]{32}-2"$/u),
      });
      await client.download(Bucket, "deep/large", join(folder, "back"));
      expect((await readFile(join(folder, "back"))).equals(bytes)).toBe(true);
    },
  },
  {
    name: "signs an address that anybody on this machine can open",
    operations: ["PutObject", "GetObject"],
    needsServer: true,
    async run({ client, tag }) {
      const Bucket = `signed-${tag}`;
      await client.call("s3", "CreateBucket", { Bucket });
      await client.call("s3", "PutObject", { Bucket, Key: "a b+c.txt", Body: "hello" });
      const address = await client.presign(Bucket, "a b+c.txt");
      const answer = await fetch(address);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe("hello");
      const unsigned = await fetch(address.replace(/\?.*$/u, ""));
      expect(unsigned.status).toBe(403);
      expect(await unsigned.text()).toContain("<Code>MissingAuthenticationToken</Code>");
    },
  },
  {
    name: "trains, reads the log, deploys, predicts, transforms and cleans up",
    operations: [
      "CreateTrainingJob",
      "DescribeTrainingJob",
      "DescribeLogStreams",
      "GetLogEvents",
      "CreateModel",
      "CreateEndpointConfig",
      "CreateEndpoint",
      "DescribeEndpoint",
      "InvokeEndpoint",
      "CreateTransformJob",
      "DescribeTransformJob",
      "DeleteEndpoint",
      "DeleteEndpointConfig",
      "DeleteModel",
    ],
    async run({ client, local, tag }) {
      const Bucket = `train-${tag}`;
      const name = `texts-${tag}`;
      const out = `s3://${Bucket}/out`;
      await client.call("s3", "CreateBucket", { Bucket });
      await client.call("s3", "PutObject", { Bucket, Key: "train/texts.txt", Body: labelledTexts(200) });
      await client.call("s3", "PutObject", {
        Bucket,
        Key: "ask/texts.jsonl",
        Body: '{"source":"the good plot was great"}\n{"source":"the bad plot was awful"}\n',
      });
      const channel = {
        ChannelName: "train",
        ContentType: "text/plain",
        DataSource: {
          S3DataSource: {
            S3DataType: "S3Prefix",
            S3Uri: `s3://${Bucket}/train`,
            S3DataDistributionType: "FullyReplicated",
          },
        },
      };
      const job = {
        TrainingJobName: name,
        AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" },
        RoleArn: local.roleArn,
        InputDataConfig: [channel],
        OutputDataConfig: { S3OutputPath: out },
        ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.xlarge", VolumeSizeInGB: 10 },
        StoppingCondition: { MaxRuntimeInSeconds: 600 },
        HyperParameters: {
          mode: "supervised",
          min_count: "1",
          vector_dim: "10",
          buckets: "1000",
          learning_rate: "0.5",
        },
      };
      expect(await client.call("sagemaker", "CreateTrainingJob", job)).toMatchObject({
        TrainingJobArn: `arn:aws:sagemaker:us-east-1:${local.accountId}:training-job/${name}`,
      });
      expect(await failure(client, "sagemaker", "CreateTrainingJob", job)).toMatchObject({ code: "ResourceInUse" });
      await local.settled("training-job", name);
      await client.wait("TrainingJobCompletedOrStopped", { TrainingJobName: name });
      const artifact = `${out}/${name}/output/model.tar.gz`;
      expect(await client.call("sagemaker", "DescribeTrainingJob", { TrainingJobName: name })).toMatchObject({
        TrainingJobStatus: "Completed",
        ModelArtifacts: { S3ModelArtifacts: artifact },
        FinalMetricDataList: expect.arrayContaining([
          expect.objectContaining({ MetricName: "train:accuracy", Value: 1 }),
        ]),
      });

      const logGroupName = "/aws/sagemaker/TrainingJobs";
      const { logStreams } = await client.call("logs", "DescribeLogStreams", {
        logGroupName,
        logStreamNamePrefix: `${name}/`,
      });
      const [{ logStreamName } = {}] = logStreams as Json[];
      const log = await client.call("logs", "GetLogEvents", { logGroupName, logStreamName, startFromHead: true });
      const messages = (log["events"] as Json[]).map(({ message }) => message);
      expect(messages).toContain("#train_accuracy: 1.0000");

      const model = {
        ModelName: name,
        ExecutionRoleArn: local.roleArn,
        PrimaryContainer: { Image: image, ModelDataUrl: artifact },
      };
      await client.call("sagemaker", "CreateModel", model);
      const variant = {
        VariantName: "AllTraffic",
        ModelName: name,
        InitialInstanceCount: 1,
        InstanceType: "ml.m5.large",
      };
      await client.call("sagemaker", "CreateEndpointConfig", {
        EndpointConfigName: name,
        ProductionVariants: [variant],
      });
      await client.call("sagemaker", "CreateEndpoint", { EndpointName: name, EndpointConfigName: name });
      await local.settled("endpoint", name);
      await client.wait("EndpointInService", { EndpointName: name });
      const ask = { EndpointName: name, ContentType: "application/json" };
      const answer = await client.call("sagemaker-runtime", "InvokeEndpoint", {
        ...ask,
        Body: '{"instances":["the good plot was great","the bad plot was awful"]}',
      });
      expect(JSON.parse(String(answer["Body"]))).toMatchObject([
        { label: ["__label__positive"] },
        { label: ["__label__negative"] },
      ]);
      expect(await failure(client, "sagemaker-runtime", "InvokeEndpoint", { ...ask, Body: "{" })).toMatchObject({
        code: "ModelError",
      });

      await client.call("sagemaker", "CreateTransformJob", {
        TransformJobName: name,
        ModelName: name,
        TransformInput: {
          DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${Bucket}/ask` } },
          ContentType: "application/jsonlines",
          SplitType: "Line",
        },
        TransformOutput: { S3OutputPath: `${out}/batch`, AssembleWith: "Line" },
        TransformResources: { InstanceCount: 1, InstanceType: "ml.m4.xlarge" },
      });
      await local.settled("transform-job", name);
      await client.wait("TransformJobCompletedOrStopped", { TransformJobName: name });
      const batch = await client.call("s3", "GetObject", { Bucket, Key: "out/batch/texts.jsonl.out" });
      const lines = String(batch["Body"]).trim().split("\n");
      expect(lines.map((line) => JSON.parse(line) as Json)).toMatchObject([
        { label: ["__label__positive"] },
        { label: ["__label__negative"] },
      ]);

      await client.call("sagemaker", "DeleteEndpoint", { EndpointName: name });
      await client.wait("EndpointDeleted", { EndpointName: name });
      await client.call("sagemaker", "DeleteEndpointConfig", { EndpointConfigName: name });
      await client.call("sagemaker", "DeleteModel", { ModelName: name });
      expect(await failure(client, "sagemaker", "DescribeModel", { ModelName: name })).toMatchObject({
        code: "ValidationException",
        message: expect.stringMatching(/^Could not find model/u),
      });
    },
  },
];
