// Loaded here: a first lazy import takes real time, in which the simulated clock would run on.
import "../../src/clients/logs.js";
import "../../src/clients/sagemaker.js";
import { Session } from "../../src/session/index.js";
import type { VirtualClock } from "./virtual-clock.js";

/** A training job of the simulation; times in seconds since the clock's start. */
export interface SimulatedJob {
  readonly name: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** A log line every so many seconds from the start of the containers on; none when undefined. */
  readonly lineEvery?: number | undefined;
}

/** Start times of the calls of one operation, in seconds. */
export type Calls = Map<string, number[]>;

/** Containers start so long after the job, in seconds. */
const CONTAINERS_AFTER = 120;

/**
 * DescribeTrainingJob, DescribeLogStreams and GetLogEvents for simulated jobs, answered at once. Calls above a quota are
 * throttled.
 */
export class SimulatedService {
  readonly calls: Calls = new Map();
  throttled = 0;
  readonly #clock: VirtualClock;
  readonly #jobs: ReadonlyMap<string, SimulatedJob>;
  readonly #quota: Readonly<Record<string, number>>;
  readonly #recent = new Map<string, number[]>();

  constructor(clock: VirtualClock, jobs: readonly SimulatedJob[], quota: Readonly<Record<string, number>> = {}) {
    this.#clock = clock;
    this.#jobs = new Map(jobs.map((job) => [job.name, job]));
    this.#quota = quota;
  }

  session(): Session {
    const client = { send: (command: never) => this.send(command) };
    return new Session({ region: "us-east-1", clients: { sagemaker: client, logs: client } });
  }

  count(operation: string): number {
    return this.calls.get(operation)?.length ?? 0;
  }

  /** The most calls of an operation within any second. */
  most(operation: string): number {
    const times = this.calls.get(operation) ?? [];
    let most = 0;
    for (let last = 0, first = 0; last < times.length; last++) {
      while ((times[last] ?? 0) - (times[first] ?? 0) >= 1 - 1e-9) first++;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  async send(command: { readonly input: Record<string, unknown>; readonly constructor: { readonly name: string } }) {
    const operation = command.constructor.name.replace("Command", "");
    const now = this.#clock.now() / 1000;
    const times = this.calls.get(operation) ?? [];
    times.push(now);
    this.calls.set(operation, times);
    this.#limit(operation, now);
    if (operation === "DescribeTrainingJob") return this.#describe(String(command.input["TrainingJobName"]), now);
    if (operation === "DescribeLogStreams") return this.#streams(String(command.input["logStreamNamePrefix"]), now);
    if (operation === "GetLogEvents") return this.#events(command.input, now);
    throw new Error(`the simulation knows no ${operation}`);
  }

  #limit(operation: string, now: number): void {
    const quota = this.#quota[operation];
    if (quota === undefined) return;
    const recent = (this.#recent.get(operation) ?? []).filter((time) => now - time < 1);
    this.#recent.set(operation, recent);
    if (recent.length >= quota) {
      this.throttled++;
      throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    }
    recent.push(now);
  }

  #job(name: string): SimulatedJob {
    const job = this.#jobs.get(name);
    if (!job) throw Object.assign(new Error("Requested resource not found."), { name: "ValidationException" });
    return job;
  }

  #describe(name: string, now: number): object {
    const job = this.#job(name);
    const date = (seconds: number): Date => new Date(Date.now() + (seconds - now) * 1000);
    const containers = job.startsAt + Math.min(CONTAINERS_AFTER, (job.endsAt - job.startsAt) / 2);
    const status = now >= job.endsAt ? "Completed" : now >= containers ? "Training" : "Starting";
    const transitions = [
      { Status: "Starting", StartTime: date(job.startsAt), StatusMessage: "Preparing the instances for training" },
      { Status: "Training", StartTime: date(containers), StatusMessage: "Training image download completed." },
      { Status: "Completed", StartTime: date(job.endsAt), StatusMessage: "Training job completed" },
    ];
    return {
      TrainingJobName: name,
      TrainingJobArn: `arn:aws:sagemaker:us-east-1:444455556666:training-job/${name}`,
      TrainingJobStatus: status === "Completed" ? "Completed" : "InProgress",
      SecondaryStatus: status,
      CreationTime: date(job.startsAt),
      LastModifiedTime: date(now),
      ...(status === "Completed" && { TrainingEndTime: date(job.endsAt) }),
      AlgorithmSpecification: {
        TrainingInputMode: "File",
        MetricDefinitions: [{ Name: "validation:accuracy", Regex: "#validation_accuracy: ([0-9.]+)" }],
      },
      ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.xlarge", VolumeSizeInGB: 30 },
      SecondaryStatusTransitions: transitions.filter(({ Status }) =>
        status === "Completed" ? true : status === "Training" ? Status !== "Completed" : Status === "Starting",
      ),
    };
  }

  /** Number of lines that the job has printed by now. */
  #lines(job: SimulatedJob, now: number): number {
    const containers = job.startsAt + Math.min(CONTAINERS_AFTER, (job.endsAt - job.startsAt) / 2);
    if (job.lineEvery === undefined || now < containers) return 0;
    return Math.floor((Math.min(now, job.endsAt) - containers) / job.lineEvery) + 1;
  }

  #streams(prefix: string, now: number): object {
    const name = prefix.replace(/\/$/u, "");
    return { logStreams: this.#lines(this.#job(name), now) > 0 ? [{ logStreamName: `${name}/algo-1-1` }] : [] };
  }

  #events(input: Record<string, unknown>, now: number): object {
    const job = this.#job(String(input["logStreamName"]).split("/")[0] ?? "");
    const token = input["nextToken"];
    const start = token === undefined ? 0 : Number(token);
    const end = Math.min(this.#lines(job, now), start + 10_000);
    const events = Array.from({ length: end - start }, (_, index) => ({
      message: `[INFO] line ${start + index}`,
      timestamp: Math.round((job.startsAt + CONTAINERS_AFTER + (start + index) * (job.lineEvery ?? 1)) * 1000),
    }));
    return { events, nextForwardToken: String(end) };
  }
}
