/**
 * How much of the data is read. Limits are per channel.
 *
 * @public
 */
export interface PreflightSample {
  /**
   * Bytes that are read of large files. Of a longer file, parts are read that are spread over it.
   *
   * @defaultValue 268435456 (256 MiB)
   */
  readonly bytes?: number | undefined;
  /**
   * Objects that are opened, for example images whose header is read.
   *
   * @defaultValue 1000
   */
  readonly objects?: number | undefined;
  /**
   * Objects that are listed, 1000 per request.
   *
   * @defaultValue 500000
   */
  readonly listed?: number | undefined;
}

/**
 * Options of {@link EstimatorBase.preflight}.
 *
 * @public
 */
export interface PreflightOptions {
  /**
   * How much is read: limits, or `"whole"` for everything.
   *
   * @defaultValue the limits of {@link PREFLIGHT_DEFAULTS}
   */
  readonly sample?: PreflightSample | "whole" | undefined;
  /**
   * Local files or folders to read in place of the S3 data of a channel, by channel: to check data before it is uploaded.
   */
  readonly localData?: Readonly<Record<string, string>> | undefined;
  /**
   * Also check what only AWS knows: the region of each bucket, the trust policy of the role (needs the optional package
   * `@aws-sdk/client-iam` and iam:GetRole), the hyperparameters of the job whose model is trained on.
   *
   * @defaultValue false
   */
  readonly apiCalls?: boolean | undefined;
  /** Codes of findings to leave out, for example `["BT-13"]`. */
  readonly ignore?: readonly string[] | undefined;
  /**
   * Findings of each code, kind and channel that are listed; all are counted.
   *
   * @defaultValue 5
   */
  readonly findingsPerKind?: number | undefined;
  /**
   * Requests and file reads in flight at once, for each channel; each holds up to 8 MiB.
   *
   * @defaultValue 4
   */
  readonly concurrency?: number | undefined;
  /**
   * Seconds after which the remaining checks are skipped.
   *
   * @defaultValue 300
   */
  readonly timeoutSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Defaults of {@link PreflightOptions}.
 *
 * @public
 */
export const PREFLIGHT_DEFAULTS = Object.freeze({
  sample: Object.freeze({ bytes: 256 * 1024 * 1024, objects: 1000, listed: 500_000 }),
  findingsPerKind: 5,
  concurrency: 4,
  timeoutSeconds: 300,
} as const);
