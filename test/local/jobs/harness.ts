import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogEvent, LogStore } from "../../../src/local/core/contract.js";
import { AlgorithmRegistry } from "../../../src/local/engines/index.js";
import { RequestValidator } from "../../../src/local/model/index.js";
import { type ControlPlaneOptions, SageMakerControlPlane } from "../../../src/local/services/sagemaker/index.js";
import { FileObjectStore } from "../../../src/local/store/object-store.js";
import { FileRecordStore } from "../../../src/local/store/record-store.js";
import { sagemakerAnswers } from "../model/outputs.generated.js";
import { lineCounter } from "./line-counter.mjs";

export const image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/line-counter:1";
export const roleArn = "arn:aws:iam::123456789012:role/SageMakerRole";

/** Logs in memory. */
export class MemoryLogs implements LogStore {
  readonly events: { readonly group: string; readonly stream: string; readonly event: LogEvent }[] = [];

  async append(group: string, stream: string, events: readonly LogEvent[]): Promise<void> {
    for (const event of events) this.events.push({ group, stream, event });
  }

  messages(group: string, streamStart = ""): string[] {
    return this.events
      .filter((one) => one.group === group && one.stream.startsWith(streamStart))
      .map(({ event }) => event.message);
  }
}

type Json = Record<string, unknown>;
const answers = new RequestValidator(sagemakerAnswers);

/** A control plane on a root of its own, with the line counter as its only algorithm. */
export class Harness implements AsyncDisposable {
  readonly root: string;
  readonly logs: MemoryLogs;
  readonly objects: FileObjectStore;
  readonly service: SageMakerControlPlane;
  readonly warnings: string[] = [];

  private constructor(root: string, options: ControlPlaneOptions, logs: MemoryLogs) {
    this.root = root;
    this.logs = logs;
    const temporary = join(root, "tmp");
    this.objects = new FileObjectStore(join(root, "s3"), temporary);
    const silent = (): void => undefined;
    this.service = new SageMakerControlPlane(
      {
        identity: { accountId: "123456789012", region: "us-east-1", roleArn },
        objects: this.objects,
        records: new FileRecordStore(join(root, "sagemaker"), temporary),
        logs,
        paths: { root, work: join(root, "work"), temporary },
        settings: { seed: 1, threads: 1 },
        timing: "instant",
        now: Date.now,
        logger: {
          debug: silent,
          info: silent,
          warn: (text) => this.warnings.push(text),
          error: (text) => this.warnings.push(text),
        },
      },
      { algorithms: lineCounterOnly(), ...options },
    );
  }

  /** @param before - a harness or root to open again */
  static async open(options: ControlPlaneOptions = {}, before?: Harness | string): Promise<Harness> {
    const previous = typeof before === "string" ? undefined : before;
    const root =
      typeof before === "string" ? before : (before?.root ?? (await mkdtemp(join(tmpdir(), "local-sagemaker-"))));
    for (const folder of ["s3", "sagemaker", "tmp"]) await mkdir(join(root, folder), { recursive: true });
    const harness = new Harness(root, options, previous?.logs ?? new MemoryLogs());
    await harness.service.start();
    if (!before) await harness.objects.createBucket("bucket");
    return harness;
  }

  /** Calls an operation and holds its answer against the official model. */
  async call(operation: string, input: Json = {}): Promise<Json> {
    const output = await this.service.call(operation, input);
    const answer = JSON.parse(JSON.stringify(output)) as Json;
    // The model calls it required; the service leaves it out until the job has a model.
    if (operation === "DescribeTrainingJob") answer["ModelArtifacts"] ??= { S3ModelArtifacts: "s3://bucket/none" };
    answers.validate(operation, answer, {
      onUnknownMember: (path) => {
        throw new Error(`${operation} answered ${path}, which the model does not have`);
      },
    });
    return output;
  }

  async put(key: string, text: string): Promise<void> {
    await this.objects.put("bucket", key, new TextEncoder().encode(text));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service.close();
    await rm(this.root, { recursive: true, force: true });
  }
}

function lineCounterOnly(): AlgorithmRegistry {
  return new AlgorithmRegistry([
    {
      algorithm: lineCounter,
      source: { kind: "module", url: new URL("line-counter.mjs", import.meta.url).href, exportName: "lineCounter" },
    },
  ]);
}

/** A CreateTrainingJob request; `channel` names the S3 prefix below the bucket. */
export function trainingRequest(name: string, hyperParameters: Record<string, string> = {}, channel = "train/"): Json {
  return {
    TrainingJobName: name,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: "File" },
    RoleArn: roleArn,
    HyperParameters: hyperParameters,
    InputDataConfig: [
      {
        ChannelName: "train",
        ContentType: "text/plain",
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://bucket/${channel}` } },
      },
    ],
    OutputDataConfig: { S3OutputPath: "s3://bucket/out/" },
    ResourceConfig: { InstanceType: "ml.c5.xlarge", InstanceCount: 1, VolumeSizeInGB: 30 },
    StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  };
}
