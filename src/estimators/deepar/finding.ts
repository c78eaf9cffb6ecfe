/**
 * Something that a comparison of data and hyperparameters found.
 *
 * @public
 */
export interface DeepARFinding {
  /** Stable code, for example `DA-11`. */
  readonly code: string;
  /** What exactly, among the things a code stands for, for example `too-short`. Stable like the code. */
  readonly kind: string;
  /** `error` for what fails the job or ruins the model, `warning` for what is hardly meant, `info` for what is good to know. */
  readonly severity: "error" | "warning" | "info";
  /** What is wrong, with the value that was found. */
  readonly message: string;
  readonly place: {
    readonly channel?: string | undefined;
    /** Line, from 1. */
    readonly line?: number | undefined;
    /** Hyperparameter, option or field of the file. */
    readonly field?: string | undefined;
  };
  /** What the service makes of it. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
}
