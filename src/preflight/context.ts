import type { Channel, InputMode } from "../inputs/index.js";
import type { Session } from "../session/index.js";
import type { ChannelData } from "./channel-data.js";
import type { DataFile } from "./data-store.js";
import type { Finding } from "./finding.js";
import type { DerivedValue } from "./report.js";

/**
 * A training job as preflight sees it.
 *
 * @public
 */
export interface PreflightJob<Hp = unknown> {
  /** Name of the algorithm. */
  readonly subject: string;
  readonly hyperparameters: Hp;
  readonly instanceType: string;
  readonly instanceCount: number;
  /** Input mode of channels that do not say it themselves. */
  readonly inputMode: InputMode;
  readonly channels: readonly Channel[];
  readonly maxRuntimeSeconds: number;
  readonly spot: boolean;
  readonly checkpoints: boolean;
  /** ARN or name; undefined when only the session knows it. */
  readonly role: string | undefined;
  readonly outputPath: string | undefined;
  /** Model that is trained on. */
  readonly modelUri: string | undefined;
}

/**
 * What a check works with.
 *
 * @public
 */
export interface PreflightContext<Hp = unknown> {
  readonly job: PreflightJob<Hp>;
  readonly session: Session;
  /** Whether calls to other services than S3 are wanted. */
  readonly apiCalls: boolean;
  /** Data by channel, in the order of the job. */
  readonly data: ReadonlyMap<string, ChannelData>;
  readonly signal: AbortSignal;
  /**
   * Adds a finding.
   *
   * @param count - how many times it was found, when only the first is described
   */
  add(finding: Omit<Finding, "more">, count?: number): void;
  /** Says that checks could not be made, and why. */
  skip(codes: readonly string[], reason: string, channel?: string): void;
  derive(value: DerivedValue): void;
  /** The data of a channel when it is given and can be read; says otherwise that these checks were skipped. */
  readable(channel: string, codes: readonly string[]): ChannelData | undefined;
}

/**
 * Checks of an algorithm, as its definition brings them.
 *
 * @public
 */
export interface PreflightChecks {
  /** Codes that these checks may find. */
  readonly codes: readonly string[];
  /** Sees every object of every channel, while they are listed. */
  object?(file: DataFile, channel: ChannelData): void;
  /** Called when all channels are listed. */
  run(): Promise<void>;
}
