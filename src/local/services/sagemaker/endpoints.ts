import { type EndpointRecord, endpointKind, type ServedVariant, type Tag } from "../../jobs/index.js";
import { invalid, notLocal, type SageMakerContext, seconds } from "./context.js";
import { findEndpointConfig } from "./endpoint-configs.js";
import { type ListRequest, listPage } from "./lists.js";
import { findModel, servedModel } from "./models.js";
import { newInstanceId } from "./names.js";

interface EndpointRequest {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
  readonly Tags?: readonly Tag[] | undefined;
}

interface UpdateEndpointRequest {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
  readonly RetainAllVariantProperties?: boolean | undefined;
}

interface WeightsRequest {
  readonly EndpointName: string;
  readonly DesiredWeightsAndCapacities: readonly {
    readonly VariantName: string;
    readonly DesiredWeight?: number | undefined;
    readonly DesiredInstanceCount?: number | undefined;
  }[];
}

export async function createEndpoint(context: SageMakerContext, request: EndpointRequest): Promise<object> {
  const { environment, names } = context;
  const name = request.EndpointName;
  const arn = names.arn("endpoint", name);
  return context.exclusively(arn, async () => {
    if (context.endpoints.record(name)) throw invalid(`Cannot create already existing endpoint "${arn}".`);
    const variants = await variantsOf(context, request.EndpointConfigName);
    const now = environment.now();
    const record: EndpointRecord = {
      name,
      arn,
      creationTime: now,
      lastModifiedTime: now,
      tags: request.Tags ?? [],
      status: "Creating",
      configName: request.EndpointConfigName,
      variants,
    };
    await environment.records.write(endpointKind, name, record);
    context.endpoints.open(record);
    return { EndpointArn: arn };
  });
}

export async function describeEndpoint(context: SageMakerContext, input: { EndpointName: string }): Promise<object> {
  const record = existing(context, input.EndpointName);
  return {
    EndpointName: record.name,
    EndpointArn: record.arn,
    EndpointConfigName: record.configName,
    ...(record.status === "InService" || record.status === "Updating"
      ? { ProductionVariants: record.variants.map(describeVariant) }
      : {}),
    EndpointStatus: record.status,
    ...(record.failureReason === undefined ? {} : { FailureReason: record.failureReason }),
    CreationTime: seconds(record.creationTime),
    LastModifiedTime: seconds(record.lastModifiedTime),
  };
}

export async function updateEndpoint(context: SageMakerContext, request: UpdateEndpointRequest): Promise<object> {
  const name = request.EndpointName;
  return context.exclusively(context.names.arn("endpoint", name), async () => {
    const record = settled(context, name);
    const variants = await variantsOf(context, request.EndpointConfigName);
    for (const variant of request.RetainAllVariantProperties ? variants : []) {
      const current = record.variants.find((other) => other.name === variant.name);
      if (!current) continue;
      variant.weight = current.weight;
      variant.instanceCount = current.instanceCount;
    }
    await context.endpoints.update(name, request.EndpointConfigName, variants);
    return { EndpointArn: record.arn };
  });
}

export async function updateEndpointWeightsAndCapacities(
  context: SageMakerContext,
  request: WeightsRequest,
): Promise<object> {
  const name = request.EndpointName;
  return context.exclusively(context.names.arn("endpoint", name), async () => {
    const record = settled(context, name);
    const changes = request.DesiredWeightsAndCapacities.map((change) => {
      const variant = record.variants.find((other) => other.name === change.VariantName);
      if (!variant) throw invalid(`Could not find variant ${change.VariantName} of endpoint "${record.arn}".`);
      return { variant, change };
    });
    for (const { variant, change } of changes) {
      variant.weight = change.DesiredWeight ?? variant.weight;
      variant.instanceCount = change.DesiredInstanceCount ?? variant.instanceCount;
    }
    await context.endpoints.save(name);
    return { EndpointArn: record.arn };
  });
}

export async function deleteEndpoint(context: SageMakerContext, input: { EndpointName: string }): Promise<object> {
  const name = input.EndpointName;
  return context.exclusively(context.names.arn("endpoint", name), async () => {
    existing(context, name);
    await context.endpoints.remove(name);
    return {};
  });
}

export async function listEndpoints({ environment }: SageMakerContext, input: ListRequest): Promise<object> {
  const records = await environment.records.list<EndpointRecord>(endpointKind);
  const { page, nextToken } = listPage(records, input, "Descending");
  return {
    Endpoints: page.map((record) => ({
      EndpointName: record.name,
      EndpointArn: record.arn,
      CreationTime: seconds(record.creationTime),
      LastModifiedTime: seconds(record.lastModifiedTime),
      EndpointStatus: record.status,
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

function existing({ endpoints, names }: SageMakerContext, name: string): EndpointRecord {
  const record = endpoints.record(name);
  if (!record) throw invalid(`Could not find endpoint "${names.arn("endpoint", name)}".`);
  return record;
}

/** An endpoint that nothing else changes at the moment. */
function settled(context: SageMakerContext, name: string): EndpointRecord {
  const record = existing(context, name);
  if (record.status === "Creating" || record.status === "Updating") {
    throw invalid(`Cannot update in-progress endpoint "${record.arn}".`);
  }
  if (record.status === "Failed") {
    throw notLocal(`The endpoint "${record.arn}" has failed; delete it and create it again.`);
  }
  return record;
}

async function variantsOf(context: SageMakerContext, configName: string): Promise<ServedVariant[]> {
  const config = await findEndpointConfig(context, configName);
  const variants: ServedVariant[] = [];
  for (const request of config.request.ProductionVariants) {
    variants.push({
      name: request.VariantName,
      model: servedModel(await findModel(context, request.ModelName ?? "")),
      instanceType: request.InstanceType,
      serverlessConfig: request.ServerlessConfig,
      instanceId: newInstanceId(),
      weight: request.InitialVariantWeight ?? 1,
      instanceCount: request.InitialInstanceCount ?? 0,
    });
  }
  return variants;
}

function describeVariant(variant: ServedVariant): object {
  return {
    VariantName: variant.name,
    DeployedImages: [{ SpecifiedImage: variant.model.image, ResolvedImage: variant.model.image }],
    CurrentWeight: variant.weight,
    DesiredWeight: variant.weight,
    CurrentInstanceCount: variant.instanceCount,
    DesiredInstanceCount: variant.instanceCount,
    ...(variant.serverlessConfig
      ? { CurrentServerlessConfig: variant.serverlessConfig, DesiredServerlessConfig: variant.serverlessConfig }
      : {}),
  };
}
