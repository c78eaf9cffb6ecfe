import type { Tag } from "../../jobs/index.js";
import { invalid, notLocal, type SageMakerContext, seconds } from "./context.js";
import { type ListRequest, listPage } from "./lists.js";
import { findModel } from "./models.js";

/** A production variant as it stands in CreateEndpointConfig. */
export interface VariantRequest {
  readonly VariantName: string;
  readonly ModelName?: string | undefined;
  readonly InstanceType?: string | undefined;
  readonly InitialInstanceCount?: number | undefined;
  readonly InitialVariantWeight?: number | undefined;
  readonly ServerlessConfig?: Readonly<Record<string, unknown>> | undefined;
}

interface EndpointConfigRequest {
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly VariantRequest[];
  readonly ShadowProductionVariants?: readonly VariantRequest[] | undefined;
  readonly AsyncInferenceConfig?: unknown;
  readonly DataCaptureConfig?: unknown;
  readonly EnableNetworkIsolation?: boolean | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

/** An endpoint configuration as it is stored; times in milliseconds since 1970. */
export interface EndpointConfigRecord {
  readonly name: string;
  readonly arn: string;
  readonly request: EndpointConfigRequest;
  readonly creationTime: number;
  tags: readonly Tag[];
}

/** Record kind of endpoint configurations in the store. */
export const endpointConfigKind = "endpoint-config";

export async function createEndpointConfig(context: SageMakerContext, request: EndpointConfigRequest): Promise<object> {
  const { environment, names } = context;
  const name = request.EndpointConfigName;
  const arn = names.arn("endpoint-config", name);
  return context.exclusively(arn, async () => {
    if (await environment.records.read(endpointConfigKind, name)) {
      throw invalid(`Cannot create already existing endpoint configuration "${arn}".`);
    }
    if (request.AsyncInferenceConfig) throw notLocal("Asynchronous endpoints are not supported.");
    if (request.ShadowProductionVariants?.length) throw notLocal("Shadow variants are not supported.");
    if (request.DataCaptureConfig) {
      environment.logger?.warn(
        `Endpoint configuration ${name}: local mode keeps DataCaptureConfig but captures nothing.`,
      );
    }
    await checkVariants(context, request.ProductionVariants);
    const record: EndpointConfigRecord = {
      name,
      arn,
      request,
      creationTime: environment.now(),
      tags: request.Tags ?? [],
    };
    await environment.records.write(endpointConfigKind, name, record);
    return { EndpointConfigArn: arn };
  });
}

export async function describeEndpointConfig(
  context: SageMakerContext,
  input: { EndpointConfigName: string },
): Promise<object> {
  const record = await findEndpointConfig(context, input.EndpointConfigName);
  const { Tags: _, ...request } = record.request;
  return {
    ...request,
    EndpointConfigArn: record.arn,
    ProductionVariants: request.ProductionVariants.map((variant) => ({ InitialVariantWeight: 1, ...variant })),
    CreationTime: seconds(record.creationTime),
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
  };
}

export async function deleteEndpointConfig(
  context: SageMakerContext,
  input: { EndpointConfigName: string },
): Promise<object> {
  const name = input.EndpointConfigName;
  if (!(await context.environment.records.remove(endpointConfigKind, name))) throw missing(context, name);
  return {};
}

export async function listEndpointConfigs({ environment }: SageMakerContext, input: ListRequest): Promise<object> {
  const records = await environment.records.list<EndpointConfigRecord>(endpointConfigKind);
  const { page, nextToken } = listPage(records, input, "Descending");
  return {
    EndpointConfigs: page.map(({ name, arn, creationTime }) => ({
      EndpointConfigName: name,
      EndpointConfigArn: arn,
      CreationTime: seconds(creationTime),
    })),
    ...(nextToken === undefined ? {} : { NextToken: nextToken }),
  };
}

/** @throws ServiceError `ValidationException` in the words of the service when there is no such configuration */
export async function findEndpointConfig(context: SageMakerContext, name: string): Promise<EndpointConfigRecord> {
  const record = await context.environment.records.read<EndpointConfigRecord>(endpointConfigKind, name);
  if (!record) throw missing(context, name);
  return record;
}

function missing({ names }: SageMakerContext, name: string): Error {
  return invalid(`Could not find endpoint configuration "${names.arn("endpoint-config", name)}".`);
}

async function checkVariants(context: SageMakerContext, variants: readonly VariantRequest[]): Promise<void> {
  const seen = new Set<string>();
  for (const variant of variants) {
    const name = variant.VariantName;
    if (seen.has(name)) throw invalid(`The variant name ${name} is used more than once in ProductionVariants.`);
    seen.add(name);
    if (variant.ModelName === undefined)
      throw notLocal(`Variant "${name}": inference components are not supported; give a ModelName.`);
    if (!variant.ServerlessConfig && (variant.InstanceType === undefined || !variant.InitialInstanceCount)) {
      throw invalid(
        `Variant ${name} must specify InstanceType and an InitialInstanceCount of at least 1, or a ServerlessConfig.`,
      );
    }
    await findModel(context, variant.ModelName);
  }
}
