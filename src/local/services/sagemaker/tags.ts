import { ServiceError } from "../../core/contract.js";
import { endpointKind, type Tag, trainingKind, transformKind, tuningKind } from "../../jobs/index.js";
import type { SageMakerContext } from "./context.js";
import { endpointConfigKind } from "./endpoint-configs.js";
import { modelKind } from "./models.js";

interface Tagged {
  readonly name: string;
  readonly arn: string;
  tags: readonly Tag[];
}

/** One page holds all tags: a resource has at most 50. */
export async function listTags(context: SageMakerContext, input: { ResourceArn: string }): Promise<object> {
  return { Tags: (await find(context, input.ResourceArn)).resource.tags };
}

export async function addTags(
  context: SageMakerContext,
  input: { ResourceArn: string; Tags: readonly Tag[] },
): Promise<object> {
  return change(context, input.ResourceArn, (tags) => {
    const added = new Map([...tags, ...input.Tags].map(({ Key, Value }) => [Key, Value]));
    return [...added].map(([Key, Value]) => ({ Key, Value }));
  });
}

export async function deleteTags(
  context: SageMakerContext,
  input: { ResourceArn: string; TagKeys: readonly string[] },
): Promise<object> {
  await change(context, input.ResourceArn, (tags) => tags.filter(({ Key }) => !input.TagKeys.includes(Key)));
  return {};
}

async function change(
  context: SageMakerContext,
  arn: string,
  edit: (tags: readonly Tag[]) => Tag[],
): Promise<{ Tags: readonly Tag[] }> {
  return context.exclusively(arn, async () => {
    const { kind, resource } = await find(context, arn);
    // A job or endpoint at work writes its own record again and again: the live one must carry the tags too.
    const live = liveRecord(context, kind, resource.name);
    const tags = edit(resource.tags);
    if (live) live.tags = tags;
    await context.environment.records.write(kind, resource.name, live ?? { ...resource, tags });
    return { Tags: tags };
  });
}

function liveRecord(context: SageMakerContext, kind: string, name: string): Tagged | undefined {
  if (kind === trainingKind) return context.training.running(name);
  if (kind === transformKind) return context.transforms.running(name);
  if (kind === tuningKind) return context.tuning.running(name);
  return kind === endpointKind ? context.endpoints.record(name) : undefined;
}

async function find(
  context: SageMakerContext,
  arn: string,
): Promise<{ readonly kind: string; readonly resource: Tagged }> {
  for (const kind of [trainingKind, modelKind, endpointConfigKind, endpointKind, transformKind, tuningKind]) {
    if (!arn.includes(`:${kind}/`)) continue;
    const name = arn.slice(arn.indexOf(`:${kind}/`) + kind.length + 2);
    const direct = await context.environment.records.read<Tagged>(kind, name);
    // ARNs of some kinds carry the name in lower case.
    const resource =
      direct?.arn === arn
        ? direct
        : (await context.environment.records.list<Tagged>(kind)).find((one) => one.arn === arn);
    if (resource) return { kind, resource };
  }
  throw new ServiceError("ResourceNotFound", `Could not find resource "${arn}".`);
}
