import type * as z from "zod";
import type { ValidationIssue } from "../errors/index.js";
import type { BuiltInAlgorithm } from "../images/index.js";
import type { Channel, InputMode } from "../inputs/index.js";
import type { PreflightChecks, PreflightContext } from "../preflight/index.js";
import type { HyperparameterWireRules } from "./hyperparameters/index.js";

/**
 * What an algorithm reads from one channel.
 *
 * @public
 */
export interface ChannelRule {
  /** The job cannot run without it. */
  readonly required: boolean;
  /** Why it is required, when that is not plain. */
  readonly why?: string | undefined;
  /** Content types that the algorithm reads; the first one is set on channels that name none. */
  readonly contentTypes: readonly string[];
  /** Content type set on a channel that names none, instead of the first one; undefined sets none. */
  readonly contentTypeOf?: ((channel: Channel) => string | undefined) | undefined;
  /** Content type set on augmented manifests that name none. */
  readonly manifestContentType?: string | undefined;
  /** Input mode of this channel whatever the job's is; set on channels that name none. */
  readonly inputMode?: InputMode | undefined;
}

/**
 * Hyperparameters that follow from the data, so that an estimator can be made before the data is known.
 *
 * @public
 */
export interface DerivedHyperparameters {
  readonly keys: readonly string[];
  /** The schema of the algorithm with these keys optional; the constructor checks with it. */
  readonly schema: z.ZodType;
  /** How to get the values, as the end of a sentence: `let withData() derive it`. */
  readonly hint: string;
}

/**
 * Checks an option for one algorithm.
 *
 * @param value - the option as given, never undefined
 * @param hyperparameters - undefined when they are not valid
 * @returns every fault
 *
 * @public
 */
export type OptionCheck<Hp = unknown> = (value: unknown, hyperparameters: Hp | undefined) => readonly ValidationIssue[];

/**
 * Instances that an algorithm trains on.
 *
 * @public
 */
export interface InstanceRule {
  /** Legal instance types. */
  readonly types: readonly string[];
  /** Most instances that train together. */
  readonly maxCount: number;
  /** Why, as the end of a sentence: `mode "supervised" trains on one instance`. */
  readonly reason: string;
}

/**
 * A number that the algorithm writes to its log and SageMaker keeps.
 *
 * @public
 */
export interface AlgorithmMetric {
  readonly name: string;
  /** Expression that finds it in the log; group 1 is the number. */
  readonly regex: string;
  /** Which way is better. */
  readonly direction: "Maximize" | "Minimize";
  /** True when a tuning job may optimise it. */
  readonly objective: boolean;
}

/**
 * A hyperparameter that tuning jobs may vary, with the range that AWS advises.
 *
 * @public
 */
export type TunableHyperparameter =
  | { readonly kind: "integer" | "continuous"; readonly min: number; readonly max: number }
  | { readonly kind: "categorical"; readonly values: readonly string[] };

/**
 * What tuning jobs may vary and optimise in an algorithm.
 *
 * @public
 */
export interface AlgorithmTuning {
  readonly hyperparameters: Readonly<Record<string, TunableHyperparameter>>;
  /** Names of metrics; each is one of the algorithm's metrics with `objective`. */
  readonly objectives: readonly string[];
}

/**
 * What a tuner asks an estimator of a built-in algorithm.
 *
 * @public
 */
export interface TuningRules<T extends AlgorithmTuning = AlgorithmTuning> {
  /** Name of the algorithm in messages. */
  readonly algorithm: string;
  readonly hyperparameters: T["hyperparameters"];
  /** Which way is better, by the metric's name. */
  readonly objectives: Readonly<Record<T["objectives"][number], "Maximize" | "Minimize">>;
  /** Spelling of values on the wire, where it is not the usual one. */
  readonly wire: HyperparameterWireRules | undefined;
}

/**
 * A training job as the rules of an algorithm see it.
 *
 * @public
 */
export interface AlgorithmJob<Hp = unknown> {
  readonly hyperparameters: Hp;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly channels: readonly Channel[];
  /** Input mode of channels that do not say it themselves. */
  readonly inputMode: InputMode;
  /** Model of an earlier job to go on from, when the options name one. */
  readonly modelUri?: string | undefined;
}

/**
 * A built-in algorithm as data: everything that makes it different from the next one.
 *
 * @public
 */
export interface AlgorithmDefinition<S extends z.ZodType = z.ZodType> {
  /** Name in messages and documents, for example `BlazingText`. */
  readonly name: string;
  /** Name that `imageUris.retrieve` knows. */
  readonly image: BuiltInAlgorithm;
  /** Schema of the hyperparameters. */
  readonly hyperparameters: S;
  /** Set when some of them follow from the data. `channels`, `instances` and `options` may then meet them missing. */
  readonly derived?: DerivedHyperparameters | undefined;
  /** Options that only this algorithm has, or that it restricts, each with its check. */
  readonly options?: Readonly<Record<string, OptionCheck<z.output<S>>>> | undefined;
  /** Spelling of values on the wire, where it is not the usual one. */
  readonly wire?: HyperparameterWireRules | undefined;
  /** Channel that a single input goes to. */
  readonly defaultChannel: string;
  /** Codes of docs/preflight.md that the messages of these faults end with. */
  readonly codes?:
    | {
        readonly unknownChannel?: string | undefined;
        /** A hyperparameter that belongs to another variant of the schema. */
        readonly otherVariant?: string | undefined;
      }
    | undefined;
  /**
   * Channels that these hyperparameters allow.
   *
   * @param given - names of the channels that the job has, for algorithms that read several sets of channels
   */
  channels(hyperparameters: z.output<S>, given: readonly string[]): Readonly<Record<string, ChannelRule>>;
  /** Instances that these hyperparameters allow. */
  instances(hyperparameters: z.output<S>): InstanceRule;
  readonly inputModes: readonly InputMode[];
  /** Longest `maxWaitSeconds` of spot training; set for algorithms that write no checkpoints. */
  readonly maxSpotWaitSeconds?: number | undefined;
  /**
   * True when a job can go on from the model of an earlier one.
   *
   * @defaultValue false
   */
  readonly incremental?: boolean | undefined;
  readonly metrics: readonly AlgorithmMetric[];
  /**
   * What tuning jobs may vary and optimise, given the hyperparameters of the estimator.
   *
   * @defaultValue nothing to vary; every metric with `objective`
   */
  tuning?(hyperparameters: z.output<S>): AlgorithmTuning;
  /** Faults that only the whole job shows. Called when the job is put together, after the rules above hold. */
  check?(job: AlgorithmJob<z.output<S>>): readonly ValidationIssue[];
  /** What is legal but hardly meant, as full sentences. */
  warnings?(job: AlgorithmJob<z.output<S>>): readonly string[];
  /** Checks of the data, for preflight. They are loaded here, so that an estimator that only attaches to jobs pays nothing. */
  preflight?(context: PreflightContext<z.output<S>>): Promise<PreflightChecks>;
}

/**
 * Declares an algorithm. Returns its argument, frozen; what it adds is the check by the compiler.
 *
 * @example
 * ```ts
 * const algorithm = defineAlgorithm({ name: "BlazingText", image: "blazingtext", hyperparameters: schema, ... });
 * ```
 * @public
 */
export function defineAlgorithm<const S extends z.ZodType, const D extends AlgorithmDefinition<S>>(
  definition: D & { readonly hyperparameters: S },
): Readonly<D> {
  return Object.freeze(definition);
}
