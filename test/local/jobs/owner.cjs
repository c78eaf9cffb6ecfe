// A process that owns a local SageMaker built from dist, for tests that kill it or that need the CommonJS build.
//   node owner.cjs <cjs|esm> <root> <complete|wait>
const { mkdirSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const [, , format, root, end] = process.argv;
const built = (path) => {
  const file = join(__dirname, "../../../dist", format, "local", path);
  return format === "cjs" ? require(file) : import(pathToFileURL(file).href);
};

async function main() {
  const { AlgorithmRegistry } = await built("engines/index.js");
  const { SageMakerControlPlane } = await built("services/sagemaker/index.js");
  const { FileObjectStore } = await built("store/object-store.js");
  const { FileRecordStore } = await built("store/record-store.js");
  const { lineCounter } = await import(pathToFileURL(join(__dirname, "line-counter.mjs")).href);
  const temporary = join(root, "tmp");
  for (const folder of ["s3", "sagemaker", "tmp"]) mkdirSync(join(root, folder), { recursive: true });
  const objects = new FileObjectStore(join(root, "s3"), temporary);
  const service = new SageMakerControlPlane(
    {
      identity: {
        accountId: "123456789012",
        region: "us-east-1",
        roleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
      },
      objects,
      records: new FileRecordStore(join(root, "sagemaker"), temporary),
      logs: {
        append: async (_group, _stream, events) => {
          for (const { message } of events) process.stdout.write(`${message}\n`);
        },
      },
      paths: { root, work: join(root, "work"), temporary },
      settings: { seed: 1, threads: 1 },
      timing: "instant",
      now: Date.now,
      logger: undefined,
    },
    {
      maxConcurrentJobs: 4,
      algorithms: new AlgorithmRegistry([
        {
          algorithm: lineCounter,
          source: {
            kind: "module",
            url: pathToFileURL(join(__dirname, "line-counter.mjs")).href,
            exportName: "lineCounter",
          },
        },
      ]),
    },
  );
  await service.start();
  await objects.createBucket("bucket");
  await objects.put("bucket", "train/a.txt", Buffer.from("one\ntwo\n"));
  const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/line-counter:1";
  const train = (name, hyperParameters) =>
    service.call("CreateTrainingJob", {
      TrainingJobName: name,
      AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" },
      RoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
      HyperParameters: hyperParameters,
      InputDataConfig: [
        { ChannelName: "train", DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bucket/train/" } } },
      ],
      OutputDataConfig: { S3OutputPath: "s3://bucket/out" },
      ResourceConfig: { InstanceType: "ml.c5.xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
    });
  await train("model", {});
  await service.settled("training-job", "model");
  await service.call("CreateModel", {
    ModelName: "model",
    ExecutionRoleArn: "arn:aws:iam::123456789012:role/SageMakerRole",
    PrimaryContainer: { Image: image, ModelDataUrl: "s3://bucket/out/model/output/model.tar.gz" },
  });
  await service.call("CreateEndpointConfig", {
    EndpointConfigName: "config",
    ProductionVariants: [
      { VariantName: "AllTraffic", ModelName: "model", InstanceType: "ml.m5.large", InitialInstanceCount: 1 },
    ],
  });
  await service.call("CreateEndpoint", { EndpointName: "endpoint", EndpointConfigName: "config" });
  if (end === "wait") {
    await train("running", { end: "wait" });
    await objects.put("bucket", "slow/a.txt", Buffer.from("sleep 60000"));
    await service.call("CreateTransformJob", {
      TransformJobName: "transforming",
      ModelName: "model",
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bucket/slow/" } },
        ContentType: "text/plain",
      },
      TransformOutput: { S3OutputPath: "s3://bucket/out/transforming" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
    });
    await train("stopping", { end: "deaf" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await service.call("StopTrainingJob", { TrainingJobName: "stopping" });
    process.stdout.write("ready to be killed\n");
    return;
  }
  await service.settled("endpoint", "endpoint");
  const answer = await service.runtime.invokeEndpoint({
    endpointName: "endpoint",
    body: Buffer.from("abc"),
    contentType: "text/plain",
  });
  process.stdout.write(`answer ${Buffer.from(answer.body)}\n`);
  // No close: an idle endpoint must not keep the process alive.
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
