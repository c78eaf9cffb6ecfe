import type { AlgorithmSource, LoadedModel, ServingContext, TrainingContext } from "../engines/index.js";

/** What a worker thread is started with. Everything here is structured-clonable. */
export type WorkerTask =
  | {
      readonly kind: "train";
      readonly source: AlgorithmSource;
      readonly context: Omit<TrainingContext, "log" | "signal">;
      readonly metricDefinitions: readonly MetricDefinition[];
    }
  | { readonly kind: "serve"; readonly source: AlgorithmSource; readonly context: Omit<ServingContext, "log"> };

/** How a metric is read from log lines: the first group of the expression is the value. */
export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

/** From the service to a worker. */
export type ToWorker =
  | { readonly type: "stop" }
  | {
      readonly type: "invoke";
      readonly id: number;
      readonly body: Uint8Array;
      readonly contentType: string;
      readonly accept: string | undefined;
      readonly customAttributes: string | undefined;
      readonly isBatch: boolean | undefined;
    };

/** From a worker to the service. */
export type FromWorker =
  | { readonly type: "line"; readonly text: string; readonly metrics: readonly (readonly [string, number])[] }
  | { readonly type: "loaded"; readonly executionParameters: LoadedModel["executionParameters"] }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly failure: WorkerFailure }
  | { readonly type: "answer"; readonly id: number; readonly body: Uint8Array; readonly contentType: string }
  | { readonly type: "refused"; readonly id: number; readonly status: number; readonly message: string };

/** Why a worker's task failed. `Aborted` means that the engine gave up because it was asked to stop. */
export interface WorkerFailure {
  readonly kind: "ClientError" | "AlgorithmError" | "InternalServerError" | "Aborted";
  readonly message: string;
  /** What the container ended with; absent when the service itself failed, for example to download data. */
  readonly exitCode?: number;
}
