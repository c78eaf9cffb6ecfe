/** Key under which `attach` hands a job's name to the constructor; a symbol, so no caller sets it by accident. */
export const ATTACHED: unique symbol = Symbol("attached training job");

/** Options of an estimator whose job exists already: they are what the job says, so they are not checked again. */
export interface AttachedJob {
  readonly [ATTACHED]?: string | undefined;
}
