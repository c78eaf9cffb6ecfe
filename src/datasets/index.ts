export {
  type ByteSource,
  fromBatches,
  LabelIndex,
  type RecordBatches,
  type RecordSource,
  RecordStream,
  type WriteResult,
} from "../formats/index.js";
export { type Random, seededRandom } from "../internal/random.js";
export { type CollectedLabels, collectLabels } from "./collect-labels.js";
export { type ShuffleLinesOptions, shuffleLines } from "./shuffle-lines.js";
export { shuffled } from "./shuffled.js";
export { type SplitLinesOptions, type SplitMethod, type SplitOutput, splitLines } from "./split-lines.js";
export {
  type TrainValidationTest,
  type TrainValidationTestSplitOptions,
  trainValidationTestSplit,
} from "./train-validation-test-split.js";
