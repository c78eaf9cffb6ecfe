/**
 * How DeepAR draws the windows of an epoch.
 *
 * @public
 */
export interface DeepAREpochSize {
  /** Times that every series is looked at in one epoch. */
  readonly passes: number;
  /** Share of these times that a window is really taken. */
  readonly probability: number;
  /** Windows of an epoch, on average: about ten batches. */
  readonly windows: number;
}

/** Batches that an epoch is made of; read off the logs of five jobs. */
const BATCHES_PER_EPOCH = 10;

/**
 * Size of an epoch: about ten batches whatever the size of the data, so `epochs` are no passes over the data.
 *
 * @param series - of the channel `train`, without those that are too short
 * @param miniBatchSize - the hyperparameter `mini_batch_size`
 * @public
 */
export function deepAREpochSize(series: number, miniBatchSize: number): DeepAREpochSize {
  const windows = BATCHES_PER_EPOCH * miniBatchSize;
  const passes = Math.ceil(windows / series);
  return { passes, probability: windows / (passes * series), windows };
}
