/**
 * Something that a comparison of data and hyperparameters found.
 *
 * @public
 */
export interface ImageClassificationFinding {
  /** Stable code, for example `IC-05`. */
  readonly code: string;
  /** What exactly, among the things a code stands for, for example `label-gap`. Stable like the code. */
  readonly kind: string;
  /** `error` for what fails the job or ruins the model, `warning` for what is hardly meant. */
  readonly severity: "error" | "warning";
  /** What is wrong, with the value that was found. */
  readonly message: string;
  readonly place: {
    readonly channel?: string | undefined;
    /** Hyperparameter or option. */
    readonly field?: string | undefined;
  };
  /** What the service makes of it. */
  readonly cause: string;
  /** What to do. */
  readonly fix: string;
}
