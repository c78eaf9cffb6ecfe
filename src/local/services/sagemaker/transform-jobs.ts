import { ServiceError } from "../../core/contract.js";
import { isFinished, type TransformRecord, type TransformRequest, transformKind } from "../../jobs/index.js";
import { invalid, notLocal, requireBucket, requireS3Uri, type SageMakerContext, seconds } from "./context.js";
import { type ListRequest, listPage } from "./lists.js";
import { findModel, servedModel } from "./models.js";
import { newInstanceId } from "./names.js";
import { requireObjects } from "./training-jobs.js";

/** Starts a batch transform job after the checks that the service makes at once. */
export async function createTransformJob(context: SageMakerContext, request: TransformRequest): Promise<object> {
  const { environment, names, transforms } = context;
  const name = request.TransformJobName;
  const arn = names.arn("transform-job", name);
  return context.exclusively(arn, async () => {
    if (await environment.records.read(transformKind, name)) {
      throw new ServiceError(
        "ResourceInUse",
        `Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
      );
    }
    const model = await findModel(context, request.ModelName);
    checkTransform(request);
    const source = request.TransformInput.DataSource.S3DataSource;
    requireS3Uri(source.S3Uri, "TransformInput.DataSource.S3DataSource.S3Uri");
    await requireObjects(environment, source.S3DataType, source.S3Uri, roleOf(model.request));
    await requireBucket(context, request.TransformOutput.S3OutputPath, "TransformOutput.S3OutputPath");
    const now = environment.now();
    const record: TransformRecord = {
      name,
      arn,
      request,
      model: servedModel(model),
      instanceId: newInstanceId(),
      creationTime: now,
      lastModifiedTime: now,
      tags: request.Tags ?? [],
      status: "InProgress",
    };
    await environment.records.write(transformKind, name, record);
    transforms.start(record);
    return { TransformJobArn: arn };
  });
}

export async function describeTransformJob(
  context: SageMakerContext,
  input: { TransformJobName: string },
): Promise<object> {
  const record = await existing(context, input.TransformJobName);
  const { Tags: _, ...request } = record.request;
  return {
    ...request,
    TransformJobArn: record.arn,
    TransformJobStatus: record.status,
    ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
    TransformInput: { CompressionType: "None", SplitType: "None", ...request.TransformInput },
    TransformOutput: { AssembleWith: "None", KmsKeyId: "", ...request.TransformOutput },
    CreationTime: seconds(record.creationTime),
    ...(record.startTime === undefined ? {} : { TransformStartTime: seconds(record.startTime) }),
    ...(record.endTime === undefined ? {} : { TransformEndTime: seconds(record.endTime) }),
    DataProcessing: { InputFilter: "$", OutputFilter: "$", JoinSource: "None", ...request.DataProcessing },
  };
}

export async function stopTransformJob(
  context: SageMakerContext,
  input: { TransformJobName: string },
): Promise<object> {
  const record = await existing(context, input.TransformJobName);
  if (isFinished(record.status)) {
    throw invalid(`The request was rejected because the transform job is in status ${record.status}.`);
  }
  await context.transforms.stop(record.name);
  return {};
}

export async function listTransformJobs({ environment }: SageMakerContext, input: ListRequest): Promise<object> {
  const records = await environment.records.list<TransformRecord>(transformKind);
  const { page, nextToken } = listPage(records, input, "Descending");
  return {
    TransformJobSummaries: page.map((record) => ({
      TransformJobName: record.name,
      TransformJobArn: record.arn,
      CreationTime: seconds(record.creationTime),
      ...(record.endTime === undefined ? {} : { TransformEndTime: seconds(record.endTime) }),
      LastModifiedTime: seconds(record.lastModifiedTime),
      TransformJobStatus: record.status,
      ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

async function existing({ environment }: SageMakerContext, name: string): Promise<TransformRecord> {
  const record = await environment.records.read<TransformRecord>(transformKind, name);
  if (!record) throw invalid(`Could not find requested job with name: ${name}`);
  return record;
}

function roleOf(request: object): string {
  return "ExecutionRoleArn" in request ? String(request.ExecutionRoleArn) : "";
}

function checkTransform(request: TransformRequest): void {
  const { SplitType } = request.TransformInput;
  const { InputFilter = "$", OutputFilter = "$", JoinSource = "None" } = request.DataProcessing ?? {};
  const refused: string[] = [];
  if (SplitType === "RecordIO" || SplitType === "TFRecord") refused.push(`SplitType ${SplitType}`);
  if (InputFilter !== "$") refused.push(`DataProcessing.InputFilter ${InputFilter}`);
  if (OutputFilter !== "$") refused.push(`DataProcessing.OutputFilter ${OutputFilter}`);
  if (JoinSource !== "None") refused.push(`DataProcessing.JoinSource ${JoinSource}`);
  if (request.MaxPayloadInMB === 0) refused.push("MaxPayloadInMB 0 (streaming)");
  if (refused.length > 0) throw notLocal(`Batch transform does not support: ${refused.join(", ")}.`);
  const concurrent = request.MaxConcurrentTransforms ?? 1;
  const payload = request.MaxPayloadInMB ?? 6;
  if (Math.max(1, concurrent) * payload > 100) {
    throw invalid(
      `MaxConcurrentTransforms (${concurrent}) times MaxPayloadInMB (${payload}) must not be greater than 100.`,
    );
  }
}
