import type { Logger } from "../../internal/logger.js";
import type { EngineSettings } from "../engines/contract.js";
import type { JsonService, LocalIdentity, LogStore, ObjectStore, RecordStore, RuntimeService } from "./contract.js";

/**
 * How long the steps of jobs and endpoints take: `instant` adds no waiting to the work itself, `realistic` waits as on AWS.
 *
 * @public
 */
export type LocalTiming = "instant" | "realistic";

/** What the services of the embedded SageMaker are built from. */
export interface LocalDependencies {
  readonly identity: LocalIdentity;
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly logs: LogStore;
  readonly paths: {
    /** Folder of the whole store, absolute. */
    readonly root: string;
    /** Scratch folders of jobs and loaded models; same disk as the objects. */
    readonly work: string;
    /** Temporary files; emptied when the store is opened. */
    readonly temporary: string;
  };
  readonly settings: EngineSettings;
  readonly timing: LocalTiming;
  /** Milliseconds since 1970. */
  now(): number;
  readonly logger: Logger | undefined;
}

/** A service with work of its own: it picks up where the last process stopped, and ends its workers. */
export interface ServiceLifecycle {
  start?(): Promise<void>;
  close?(): Promise<void>;
}

/** SageMaker's control plane. */
export type SageMakerService = JsonService & ServiceLifecycle;

/** SageMaker Runtime. */
export type LocalRuntimeService = RuntimeService & ServiceLifecycle;
