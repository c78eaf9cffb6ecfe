export {
  type ByteSource,
  fromBatches,
  LabelIndex,
  type RecordBatches,
  type RecordSource,
  RecordStream,
  type WriteResult,
} from "../formats/index.js";
export { type Frequency, type FrequencyParts, type FrequencyUnit, parseFrequency } from "../internal/frequency.js";
export { normalNumbers, type Random, seededRandom } from "../internal/random.js";
export {
  addSteps,
  alignmentFault,
  type ClockZone,
  formatTimestamp,
  stepsBetween,
  type TimeParts,
  type TimestampInput,
  type TimestampOptions,
  timestamps,
} from "../internal/timestamp.js";
export { CategoryEncoder } from "./category-encoder.js";
export { type CollectedLabels, collectLabels } from "./collect-labels.js";
export { intervalCoverage, pinballLoss, rootMeanSquaredError, weightedQuantileLoss } from "./forecast-scores.js";
export {
  type ForecastSplit,
  type RollingWindows,
  type RollingWindowsOptions,
  rollingWindows,
  type SplitForecastOptions,
  splitForecast,
} from "./forecast-splits.js";
export { type SeriesFromRowsOptions, seriesFromRows } from "./series-from-rows.js";
export { type ShuffleLinesOptions, shuffleLines } from "./shuffle-lines.js";
export { shuffled } from "./shuffled.js";
export { type SplitLinesOptions, type SplitMethod, type SplitOutput, splitLines } from "./split-lines.js";
export { TimeSeries, type TimeSeriesInput, type TimeSeriesJSON } from "./time-series.js";
export {
  type TrainValidationTest,
  type TrainValidationTestSplitOptions,
  trainValidationTestSplit,
} from "./train-validation-test-split.js";
