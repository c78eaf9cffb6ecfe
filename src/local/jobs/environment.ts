import type { Logger } from "../../internal/logger.js";
import type { LocalIdentity, LogStore, ObjectStore, RecordStore } from "../core/contract.js";
import type { AlgorithmRegistry, EngineSettings } from "../engines/index.js";
import type { Slots } from "./slots.js";

/** Seconds that a job or endpoint spends in a status besides the real work; all 0 by default. */
export interface StageDelays {
  readonly starting: number;
  readonly downloading: number;
  readonly uploading: number;
  readonly endpoint: number;
}

/** Everything instantly, apart from the work itself. */
export const instantDelays: StageDelays = { starting: 0, downloading: 0, uploading: 0, endpoint: 0 };

/** What a run on AWS took (one small training job and its endpoint, May 2025). */
export const realisticDelays: StageDelays = { starting: 42, downloading: 102, uploading: 13, endpoint: 180 };

/** What jobs and endpoints share. */
export interface JobEnvironment {
  readonly identity: LocalIdentity;
  readonly objects: ObjectStore;
  readonly records: RecordStore;
  readonly logs: LogStore;
  readonly algorithms: AlgorithmRegistry;
  readonly settings: EngineSettings;
  readonly logger: Logger | undefined;
  /** Folder for the scratch folders of jobs, on the disk of the object store. */
  readonly workFolder: string;
  readonly slots: Slots;
  readonly delays: StageDelays;
  /** How long a stopped job may tidy up before its worker is ended. */
  readonly stopGraceMilliseconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Reason of a job that was running when its process ended. */
export const interruptedReason = "InternalServerError: The local service was stopped while the job was running";
