import { isS3Uri, parseS3Uri, type S3Location } from "../../../internal/s3-uri.js";
import type { ServedModel, Tag } from "../../jobs/index.js";
import { invalid, notLocal, requireS3Uri, type SageMakerContext, seconds } from "./context.js";
import { type ListRequest, listPage } from "./lists.js";

interface ContainerRequest {
  readonly Image?: string | undefined;
  readonly ModelDataUrl?: string | undefined;
  readonly Mode?: string | undefined;
  readonly ModelPackageName?: string | undefined;
  readonly Environment?: Readonly<Record<string, string>> | undefined;
  readonly ModelDataSource?:
    | {
        readonly S3DataSource?:
          | { readonly S3Uri: string; readonly S3DataType: string; readonly CompressionType: string }
          | undefined;
      }
    | undefined;
}

interface ModelRequest {
  readonly ModelName: string;
  readonly PrimaryContainer?: ContainerRequest | undefined;
  readonly Containers?: readonly ContainerRequest[] | undefined;
  readonly EnableNetworkIsolation?: boolean | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** A model as it is stored; times in milliseconds since 1970. */
export interface ModelRecord {
  readonly name: string;
  readonly arn: string;
  readonly request: ModelRequest;
  readonly creationTime: number;
  tags: readonly Tag[];
}

/** Record kind of models in the store. */
export const modelKind = "model";

export async function createModel(context: SageMakerContext, request: ModelRequest): Promise<object> {
  const { environment, names } = context;
  const arn = names.arn("model", request.ModelName);
  return context.exclusively(arn, async () => {
    if (await environment.records.read(modelKind, request.ModelName)) {
      throw invalid(`Cannot create already existing model "${arn}".`);
    }
    await checkContainer(context, request);
    const record: ModelRecord = {
      name: request.ModelName,
      arn,
      request,
      creationTime: environment.now(),
      tags: request.Tags ?? [],
    };
    await environment.records.write(modelKind, record.name, record);
    return { ModelArn: arn };
  });
}

export async function describeModel(context: SageMakerContext, input: { ModelName: string }): Promise<object> {
  const record = await findModel(context, input.ModelName);
  const { Tags: _, PrimaryContainer: primary, Containers: containers, ...request } = record.request;
  return {
    ...request,
    ModelArn: record.arn,
    ...(primary ? { PrimaryContainer: describeContainer(primary) } : {}),
    ...(containers ? { Containers: containers.map(describeContainer) } : {}),
    CreationTime: seconds(record.creationTime),
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
  };
}

export async function deleteModel(context: SageMakerContext, input: { ModelName: string }): Promise<object> {
  if (!(await context.environment.records.remove(modelKind, input.ModelName))) throw missing(context, input.ModelName);
  return {};
}

export async function listModels({ environment }: SageMakerContext, input: ListRequest): Promise<object> {
  const { page, nextToken } = listPage(await environment.records.list<ModelRecord>(modelKind), input, "Descending");
  return {
    Models: page.map(({ name, arn, creationTime }) => ({
      ModelName: name,
      ModelArn: arn,
      CreationTime: seconds(creationTime),
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

/** @throws ServiceError `ValidationException` in the words of the service when there is no such model */
export async function findModel(context: SageMakerContext, name: string): Promise<ModelRecord> {
  const record = await context.environment.records.read<ModelRecord>(modelKind, name);
  if (!record) throw missing(context, name);
  return record;
}

/** What of a model is needed to serve it. */
export function servedModel(record: ModelRecord): ServedModel {
  const container = onlyContainer(record.request);
  return {
    name: record.name,
    image: container?.Image ?? "",
    modelDataUrl: container ? dataUrl(container) : undefined,
    environment: container?.Environment ?? {},
  };
}

/** Bucket and key of a model's archive, when it has one. */
export function archiveLocation(record: ModelRecord): S3Location | undefined {
  const { modelDataUrl } = servedModel(record);
  return modelDataUrl === undefined ? undefined : parseS3Uri(modelDataUrl);
}

function missing({ names }: SageMakerContext, name: string): Error {
  return invalid(`Could not find model "${names.arn("model", name)}".`);
}

function onlyContainer(request: ModelRequest): ContainerRequest | undefined {
  return request.PrimaryContainer ?? request.Containers?.[0];
}

function dataUrl(container: ContainerRequest): string | undefined {
  return container.ModelDataUrl ?? container.ModelDataSource?.S3DataSource?.S3Uri;
}

async function checkContainer({ environment }: SageMakerContext, request: ModelRequest): Promise<void> {
  if ((request.Containers?.length ?? 0) > 1)
    throw notLocal("Inference pipelines of several containers are not supported.");
  if (request.PrimaryContainer && request.Containers?.length) {
    throw invalid("Both PrimaryContainer and Containers are specified; exactly one of them is allowed.");
  }
  const container = onlyContainer(request);
  if (!container) throw invalid("Either PrimaryContainer or Containers must be specified.");
  if (container.Mode === "MultiModel") throw notLocal("Multi-model containers are not supported.");
  if (container.Image === undefined)
    throw notLocal("The container must name an Image; model packages are not supported.");
  if (!environment.algorithms.find(container.Image)) {
    throw notLocal(
      `The image ${container.Image} cannot be served locally. Supported are the images of: ${environment.algorithms.names.join(", ")}.`,
    );
  }
  const source = container.ModelDataSource?.S3DataSource;
  if (source && (source.S3DataType !== "S3Object" || source.CompressionType !== "Gzip")) {
    throw notLocal("ModelDataSource must name one gzip-compressed archive: S3DataType S3Object, CompressionType Gzip.");
  }
  const url = dataUrl(container);
  if (url === undefined) return;
  requireS3Uri(url, "ModelDataUrl");
  const { bucket, key } = parseS3Uri(url);
  const found = (await environment.objects.bucketExists(bucket)) && (await environment.objects.head(bucket, key));
  if (!found) throw invalid(`Could not find model data at ${url}.`);
}

function describeContainer(container: ContainerRequest): object {
  const url = dataUrl(container);
  const source =
    url !== undefined && isS3Uri(url)
      ? { ModelDataSource: { S3DataSource: { S3Uri: url, S3DataType: "S3Object", CompressionType: "Gzip" } } }
      : {};
  return {
    Mode: "SingleModel",
    ...source,
    ...(url === undefined ? {} : { ModelDataUrl: url }),
    Environment: {},
    ...container,
  };
}
