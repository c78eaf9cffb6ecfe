/**
 * Data formats of the built-in algorithms: streaming writers and readers. No AWS client is loaded.
 *
 * @packageDocumentation
 */

export { FormatError, type FormatErrorCode, type FormatErrorDetails, MissingDependencyError } from "../errors/index.js";
export type { Frequency, FrequencyUnit } from "../internal/frequency.js";
// For the other rooms of this library; stripped from the declarations.
/** @internal */
export { type AtomicFile, createAtomicFile } from "./atomic-file.js";
export {
  type AugmentedManifestNames,
  type AugmentedManifestReadOptions,
  type AugmentedManifestRecord,
  type AugmentedManifestWriteOptions,
  augmentedManifestLimits,
  encodeAugmentedManifest,
  type NamedManifestRecord,
  readAugmentedManifest,
  writeAugmentedManifest,
} from "./augmented-manifest.js";
export type { ByteSource } from "./byte-source.js";
/** @internal */
export { isRepeatable, sizeOf } from "./byte-source.js";
export {
  type DeepARReadOptions,
  type DeepARWriteOptions,
  type DeepARWriteResult,
  encodeDeepAR,
  readDeepAR,
  writeDeepAR,
} from "./deepar.js";
export { type DeepARFileFormat, deepARFormatByName } from "./deepar-files.js";
export {
  type DeepARCategory,
  type DeepARFault,
  type DeepARFaultKind,
  type DeepARInspectOptions,
  type DeepARReport,
  inspectDeepAR,
} from "./deepar-inspect.js";
export type { DeepARInput, DeepARSeries } from "./deepar-series.js";
export {
  encodeFastText,
  type FastTextInput,
  type FastTextReadOptions,
  type FastTextRecord,
  type FastTextWriteOptions,
  readFastText,
  writeFastText,
} from "./fasttext.js";
export type { FastTextFaultKind } from "./fasttext-decoder.js";
export {
  type FastTextFault,
  type FastTextInspectOptions,
  type FastTextReport,
  inspectFastText,
} from "./fasttext-inspect.js";
export {
  encodeJsonLines,
  type JsonLinesReadOptions,
  type JsonLinesWriteOptions,
  readJsonLines,
  writeJsonLines,
} from "./json-lines.js";
export { LabelIndex } from "./label-index.js";
/** @internal */
export { checkedMaxLineBytes, type LineBlock, lineBlocks } from "./line-blocks.js";
export { fromBatches, type RecordBatches, type RecordSource } from "./record-source.js";
export { RecordStream } from "./record-stream.js";
export type { WriteOptions, WriteResult } from "./record-writer.js";
export type { TextRuleOptions } from "./text-rules.js";
export { tokenize } from "./tokenize.js";
