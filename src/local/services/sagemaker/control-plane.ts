import { mkdir, readdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ServiceError } from "../../core/contract.js";
import type { LocalDependencies, LocalRuntimeService, SageMakerService } from "../../core/dependencies.js";
import { AlgorithmRegistry } from "../../engines/index.js";
import {
  type EndpointRecord,
  EndpointRunner,
  endpointKind,
  instantDelays,
  type JobEnvironment,
  ModelCache,
  realisticDelays,
  recoverTraining,
  recoverTransforms,
  recoverTuning,
  Slots,
  type StageDelays,
  TrainingRunner,
  TransformRunner,
  TuningRunner,
} from "../../jobs/index.js";
import { RequestValidator, sagemakerRequests } from "../../model/index.js";
import { EndpointRuntime } from "../runtime.js";
import type { Operation, SageMakerContext } from "./context.js";
import * as endpointConfigs from "./endpoint-configs.js";
import * as endpoints from "./endpoints.js";
import * as models from "./models.js";
import { Names } from "./names.js";
import * as tags from "./tags.js";
import * as trainingJobs from "./training-jobs.js";
import * as transformJobs from "./transform-jobs.js";
import * as tuningJobs from "./tuning-jobs.js";

/** Folder below the scratch folder that survives a restart: unpacked model archives. */
const modelsFolder = "models";

const operations: Readonly<Record<string, Operation>> = {
  CreateTrainingJob: trainingJobs.createTrainingJob,
  DescribeTrainingJob: trainingJobs.describeTrainingJob,
  StopTrainingJob: trainingJobs.stopTrainingJob,
  DeleteTrainingJob: trainingJobs.deleteTrainingJob,
  ListTrainingJobs: trainingJobs.listTrainingJobs,
  CreateModel: models.createModel,
  DescribeModel: models.describeModel,
  DeleteModel: models.deleteModel,
  ListModels: models.listModels,
  CreateEndpointConfig: endpointConfigs.createEndpointConfig,
  DescribeEndpointConfig: endpointConfigs.describeEndpointConfig,
  DeleteEndpointConfig: endpointConfigs.deleteEndpointConfig,
  ListEndpointConfigs: endpointConfigs.listEndpointConfigs,
  CreateEndpoint: endpoints.createEndpoint,
  DescribeEndpoint: endpoints.describeEndpoint,
  UpdateEndpoint: endpoints.updateEndpoint,
  UpdateEndpointWeightsAndCapacities: endpoints.updateEndpointWeightsAndCapacities,
  DeleteEndpoint: endpoints.deleteEndpoint,
  ListEndpoints: endpoints.listEndpoints,
  CreateTransformJob: transformJobs.createTransformJob,
  DescribeTransformJob: transformJobs.describeTransformJob,
  StopTransformJob: transformJobs.stopTransformJob,
  ListTransformJobs: transformJobs.listTransformJobs,
  CreateHyperParameterTuningJob: tuningJobs.createTuningJob,
  DescribeHyperParameterTuningJob: tuningJobs.describeTuningJob,
  StopHyperParameterTuningJob: tuningJobs.stopTuningJob,
  DeleteHyperParameterTuningJob: tuningJobs.deleteTuningJob,
  ListHyperParameterTuningJobs: tuningJobs.listTuningJobs,
  ListTrainingJobsForHyperParameterTuningJob: tuningJobs.listTrainingJobsOf,
  AddTags: tags.addTags,
  ListTags: tags.listTags,
  DeleteTags: tags.deleteTags,
};

/** What can be waited for. */
export type SettledKind = "training-job" | "transform-job" | "tuning-job" | "endpoint";

/** Settings of the SageMaker side that {@link LocalDependencies} do not hold. */
export interface ControlPlaneOptions {
  /** Default: the built-in algorithms. */
  readonly algorithms?: AlgorithmRegistry | undefined;
  /** Training and transform jobs that run at the same time; default the number of cores. */
  readonly maxConcurrentJobs?: number | undefined;
  /** How long a stopped training job may tidy up, in seconds; default 120. */
  readonly stopGraceSeconds?: number | undefined;
  /** Replaces single delays of `timing`, in seconds. */
  readonly delays?: Partial<StageDelays> | undefined;
}

/**
 * The local SageMaker: the control plane as an AWS JSON service, and the runtime of its endpoints.
 */
export class SageMakerControlPlane implements SageMakerService {
  readonly targetPrefix = "SageMaker";
  /** InvokeEndpoint on the endpoints of this service. */
  readonly runtime: LocalRuntimeService;
  readonly #context: SageMakerContext;
  readonly #cache: ModelCache;
  readonly #validator = new RequestValidator(sagemakerRequests);
  readonly #queues = new Map<string, Promise<unknown>>();
  #closed = false;

  constructor(dependencies: LocalDependencies, options: ControlPlaneOptions = {}) {
    const { identity, objects, records, logs, settings, logger, paths, timing } = dependencies;
    const environment: JobEnvironment = {
      ...{ identity, objects, records, logs, settings, logger },
      algorithms: options.algorithms ?? new AlgorithmRegistry(),
      workFolder: paths.work,
      slots: new Slots(options.maxConcurrentJobs ?? availableParallelism()),
      delays: { ...(timing === "realistic" ? realisticDelays : instantDelays), ...options.delays },
      stopGraceMilliseconds: (options.stopGraceSeconds ?? 120) * 1000,
      now: () => dependencies.now(),
    };
    this.#cache = new ModelCache(join(paths.work, modelsFolder));
    const training = new TrainingRunner(environment, this.#cache);
    this.#context = {
      environment,
      names: new Names(identity),
      training,
      endpoints: new EndpointRunner(environment, this.#cache),
      transforms: new TransformRunner(environment, this.#cache),
      tuning: new TuningRunner(environment, training),
      exclusively: (resource, work) => this.#exclusively(resource, work),
    };
    this.runtime = new EndpointRuntime(environment, this.#context.endpoints);
  }

  /**
   * Puts right what an earlier process left unfinished on this root, which nobody else may have open: running jobs have
   * failed, stopping jobs are stopped, endpoints serve again.
   */
  async start(): Promise<void> {
    const { environment, endpoints: runner } = this.#context;
    await mkdir(environment.workFolder, { recursive: true });
    for (const name of await readdir(environment.workFolder)) {
      if (name !== modelsFolder) await rm(join(environment.workFolder, name), { recursive: true, force: true });
    }
    await recoverTraining(environment);
    await recoverTransforms(environment);
    await recoverTuning(environment);
    const endpointRecords = await environment.records.list<EndpointRecord>(endpointKind);
    await this.#cache.prune(await archivesInUse(environment, this.#cache, endpointRecords));
    for (const record of endpointRecords) runner.open(record);
  }

  /** @throws ServiceError */
  async call(operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    if (this.#closed) throw new ServiceError("ServiceUnavailable", "[local mode] The local service is closed.", 503);
    const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
    if (!run) {
      throw new ServiceError(
        "UnknownOperationException",
        `[local mode] ${operation} is not served. Served are: ${Object.keys(operations).sort().join(", ")}.`,
      );
    }
    const request = this.#validator.validate(operation, input, {
      onUnknownMember: (path, suggestion) => {
        const hint = suggestion ? `; did you mean ${suggestion}?` : "";
        this.#context.environment.logger?.warn(`${operation}: unknown member ${path} is ignored${hint}`);
      },
    });
    return (await run(this.#context, request as never)) as Record<string, unknown>;
  }

  /** Resolves when a job is in its final status, or when an endpoint is no longer being created or updated. */
  async settled(kind: SettledKind, name: string): Promise<void> {
    if (kind === "training-job") await this.#context.training.finished(name);
    else if (kind === "transform-job") await this.#context.transforms.finished(name);
    else if (kind === "tuning-job") await this.#context.tuning.finished(name);
    else await this.#context.endpoints.settled(name);
  }

  /** Ends all workers. Running jobs are stored as failed; endpoints serve again when the root is opened the next time. */
  async close(): Promise<void> {
    this.#closed = true;
    const { training, transforms, tuning, endpoints: runner } = this.#context;
    await Promise.all([tuning.close(), training.close(), transforms.close(), runner.close()]);
  }

  async #exclusively<T>(resource: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(resource) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    this.#queues.set(resource, settled);
    try {
      return await turn;
    } finally {
      if (this.#queues.get(resource) === settled) this.#queues.delete(resource);
    }
  }
}

/** Contents that endpoints serve, and those of archives that models point at. */
async function archivesInUse(
  { objects, records }: JobEnvironment,
  cache: ModelCache,
  endpointRecords: readonly EndpointRecord[],
): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const { variants, pending } of endpointRecords) {
    for (const { archiveKey } of [...variants, ...(pending?.variants ?? [])]) if (archiveKey) keys.add(archiveKey);
  }
  for (const record of await records.list<models.ModelRecord>(models.modelKind)) {
    const location = models.archiveLocation(record);
    if (!location || !(await objects.bucketExists(location.bucket))) continue;
    const archive = await objects.head(location.bucket, location.key);
    if (archive) keys.add(cache.keyOf(archive));
  }
  return keys;
}
