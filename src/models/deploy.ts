import type { CreateEndpointCommandInput, CreateEndpointConfigCommandInput } from "@aws-sdk/client-sagemaker";
import { JobError, WaitTimeoutError } from "../errors/index.js";
import { baseFromName, nameFromBase } from "../internal/names.js";
import { joinS3Uri } from "../internal/s3-uri.js";
import { toTags } from "../internal/tags.js";
import { createError, isTransient, messageOf, pickPollOptions, waitForEndpoint } from "../jobs/index.js";
import { Predictor, type PredictorOptions } from "../predictors/index.js";
import { checkDeployOptions, DEPLOY_DEFAULTS, endpointConfigRequest } from "./deploy-options.js";
import type { DeployOptions, Model } from "./model.js";
import type { CreateEndpointRequest } from "./requests.js";
import { type CreatedResources, rollBack } from "./rollback.js";

/** What this deployment has created. */
type Created = { -readonly [K in keyof CreatedResources]: CreatedResources[K] };

/** Options of a deployment whatever its predictor. */
type AnyDeployOptions = DeployOptions<never, unknown> & {
  readonly predictor?: (options: PredictorOptions<never, never>) => unknown;
};

/** Creates model, configuration and endpoint, waits, and takes everything back when a step fails. */
export async function deployModel(model: Model, options: AnyDeployOptions): Promise<unknown> {
  checkDeployOptions(options);
  options.signal?.throwIfAborted();
  const endpointName = options.endpointName ?? nameFromBase(baseFromName(model.name));
  const created: Created = {};
  try {
    if (await model.ensure({ signal: options.signal, tags: options.tags })) created.modelName = model.name;
    await createEndpoint(model, options, endpointName, created);
    if (options.wait ?? DEPLOY_DEFAULTS.wait) {
      await waitForEndpoint(model.session, endpointName, pickPollOptions(options));
    }
  } catch (error) {
    if (options.keepOnFailure ?? DEPLOY_DEFAULTS.keepOnFailure) throw error;
    const leftovers = await rollBack(model.session, created, {
      endpointName,
      timeoutSeconds: options.rollbackTimeoutSeconds ?? DEPLOY_DEFAULTS.rollbackTimeoutSeconds,
      onProgress: options.onProgress,
      deleteModel: () => model.delete(),
    });
    throw deployError(error, endpointName, leftovers, options.signal);
  }
  const make = options.predictor ?? ((given: PredictorOptions<never, never>) => new Predictor(given));
  return make({
    endpointName,
    session: model.session,
    ...(options.serializer !== undefined && { serializer: options.serializer }),
    ...(options.deserializer !== undefined && { deserializer: options.deserializer }),
    owned: created,
  } as unknown as PredictorOptions<never, never>);
}

/**
 * The create calls do not take the signal: a request that is cut off may have been carried out, and nobody would know of the
 * endpoint that bills. They take a moment; the abort is seen after each.
 */
async function createEndpoint(
  model: Model,
  options: AnyDeployOptions,
  endpointName: string,
  created: Created,
): Promise<void> {
  const { session } = model;
  const { signal } = options;
  const { CreateEndpointCommand, CreateEndpointConfigCommand, SageMakerClient } = await import(
    "../clients/sagemaker.js"
  );
  const client = session.client("sagemaker", (settings) => new SageMakerClient(settings));
  const endpointConfigName = options.endpointConfigName ?? endpointName;
  const captureUri =
    options.dataCapture !== undefined && options.dataCapture.destinationS3Uri === undefined
      ? joinS3Uri(await session.defaultBucket({ signal }), session.defaultBucketPrefix, "model-monitor/data-capture")
      : undefined;
  const configuration = endpointConfigRequest(options, { endpointConfigName, modelName: model.name, captureUri });
  try {
    await client.send(new CreateEndpointConfigCommand(configuration as unknown as CreateEndpointConfigCommandInput));
  } catch (error) {
    const advice =
      "a former endpoint of this name may have left it: delete it with session.deleteEndpointConfig(), or pass another endpointConfigName";
    throw createError(error, "endpoint configuration", endpointConfigName, undefined, advice);
  }
  created.endpointConfigName = endpointConfigName;
  signal?.throwIfAborted();
  const tags = toTags(options.tags);
  const request: CreateEndpointRequest = {
    EndpointName: endpointName,
    EndpointConfigName: endpointConfigName,
    ...(tags !== undefined && { Tags: tags }),
  };
  try {
    await client.send(new CreateEndpointCommand(request as unknown as CreateEndpointCommandInput));
  } catch (error) {
    // A name with a timestamp is ours alone: what an unanswered request may have made can be deleted safely.
    if (isTransient(error) && options.endpointName === undefined) created.endpointName = endpointName;
    throw createError(error, "endpoint", endpointName);
  }
  created.endpointName = endpointName;
  signal?.throwIfAborted();
}

/** What to throw after the roll-back: the error itself, unless there is more to say than it says. */
function deployError(
  error: unknown,
  endpointName: string,
  leftovers: readonly string[],
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  const timedOut = WaitTimeoutError.is(error);
  if (leftovers.length === 0 && !timedOut) return error;
  const problem = timedOut
    ? `it was not in service after ${Math.round(error.elapsedSeconds)} s (timeoutSeconds)`
    : messageOf(error);
  return new JobError({
    code: JobError.is(error) ? error.code : "JOB_FAILED",
    kind: "Endpoint",
    jobName: endpointName,
    status: JobError.is(error) ? error.status : timedOut ? error.lastStatus : "not created",
    failureReason:
      leftovers.length === 0
        ? `${problem}; it was deleted again`
        : `${problem}. These could not be deleted and may go on billing, delete them yourself: ${leftovers.join("; ")}`,
    lastLogLines: JobError.is(error) ? error.lastLogLines : undefined,
    cause: error,
  });
}
