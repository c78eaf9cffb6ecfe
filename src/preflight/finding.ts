/**
 * How bad a finding is: `error` for what fails the job or ruins the model, `warning` for what is hardly meant, `info` for what
 * is good to know.
 *
 * @public
 */
export type FindingSeverity = "error" | "warning" | "info";

/**
 * Where a finding is; as exact as it is known.
 *
 * @public
 */
export interface FindingPlace {
  readonly channel?: string | undefined;
  /** S3 URI or path of the file. */
  readonly file?: string | undefined;
  /** Line, from 1. */
  readonly line?: number | undefined;
  /** Byte offset from the start of the file, from 0. */
  readonly byte?: number | undefined;
  /** Record of a file that has no lines, from 1. */
  readonly record?: number | undefined;
  /** Attribute, hyperparameter or option. */
  readonly field?: string | undefined;
}

/**
 * One thing that preflight found.
 *
 * @public
 */
export interface Finding {
  /** Stable code, for example `IC-03`; docs/preflight.md lists all. */
  readonly code: string;
  /** What exactly, among the things a code stands for, for example `blank-line`. Stable like the code. */
  readonly kind: string;
  readonly severity: FindingSeverity;
  /** What is wrong, with the value that was found. */
  readonly message: string;
  readonly place: FindingPlace;
  /** What the service makes of it. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
  /** How many more findings of this code, kind and channel were counted and not listed; on the last listed one only. */
  readonly more?: number | undefined;
}
