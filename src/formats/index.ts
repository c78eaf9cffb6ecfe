/**
 * Data formats of the built-in algorithms: streaming writers and readers. No AWS client is loaded.
 *
 * @packageDocumentation
 */

export {
  FormatError,
  type FormatErrorCode,
  type FormatErrorDetails,
  MissingDependencyError,
  ValidationError,
} from "../errors/index.js";
export type { Frequency, FrequencyUnit } from "../internal/frequency.js";
// For the other rooms of this library; stripped from the declarations.
/** @internal */
export { type AtomicFile, createAtomicFile, type ReversibleCommit } from "./atomic-file.js";
export {
  type AugmentedManifestNames,
  type AugmentedManifestReadOptions,
  type AugmentedManifestRecord,
  type AugmentedManifestWriteOptions,
  encodeAugmentedManifest,
  type NamedManifestRecord,
  readAugmentedManifest,
  writeAugmentedManifest,
} from "./augmented-manifest.js";
export type { ByteSource } from "./byte-source.js";
/** @internal */
export { isRepeatable, sizeOf } from "./byte-source.js";
export { type Cifar10Image, type Cifar100Image, type CifarReadOptions, readCifar10, readCifar100 } from "./cifar.js";
export { type DecodeImageOptions, decodeImage } from "./decode-image.js";
export type { DecodedImage } from "./decoded-image.js";
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
/** @internal */
export { SeenNumbers, SeenTexts } from "./duplicate-check.js";
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
/** @internal */
export { FastTextScan, type ScanFaultKind } from "./fasttext-scan.js";
/** @internal */
export { openMaybeGzip } from "./gunzip-reader.js";
export { type IdxImage, type IdxReadOptions, readIdx, readIdxImages, readIdxItems } from "./idx-read.js";
export type { IdxArray, IdxData, IdxElementType } from "./idx-types.js";
export { encodeIdx, type IdxInput, writeIdx } from "./idx-write.js";
export { type ImageFormat, sniffImageFormat } from "./image-format.js";
export { type ImageHeader, type ImageHeaderOptions, parseImageHeader, readImageHeader } from "./image-header.js";
export {
  encodeImageList,
  type ImageListReadOptions,
  type ImageListWriteOptions,
  type ListRecord,
  readImageList,
  writeImageList,
} from "./image-list.js";
/** @internal */
export { readListLine } from "./image-list-decoder.js";
export {
  encodeImageManifest,
  type ImageManifestNames,
  type ImageManifestReadOptions,
  type ImageManifestRecord,
  type ImageManifestWriteOptions,
  type NamedImageManifestRecord,
  readImageManifest,
  writeImageManifest,
} from "./image-manifest.js";
export type { ImageRecord, ImageRecordInput } from "./image-record.js";
export { type ImageRecordReader, type OpenImageRecordsOptions, openImageRecords } from "./image-record-file.js";
export {
  encodeImageRecords,
  type ImageRecordsWriteOptions,
  readImageRecords,
  writeImageRecords,
} from "./image-records.js";
export type { JpegHeader } from "./jpeg-header.js";
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
export { ImageListing, type ListImagesOptions, listImages, type SkippedFile } from "./list-images.js";
export { augmentedManifestLimits } from "./manifest-attributes.js";
export { classIds, multiHot } from "./multi-hot.js";
export { type PackImagesOptions, packImages } from "./pack-images.js";
export { encodePng, type PngOptions } from "./png-encode.js";
export type { PngHeader } from "./png-header.js";
export { fromBatches, type RecordBatches, type RecordSource } from "./record-source.js";
export { RecordStream } from "./record-stream.js";
export type { WriteOptions, WriteResult } from "./record-writer.js";
export { encodeRecordIO, type RecordIOReadOptions, readRecordIO } from "./recordio.js";
export { encodeS3Manifest, readS3Manifest, type S3ManifestReadOptions, writeS3Manifest } from "./s3-manifest.js";
export type { TextRuleOptions } from "./text-rules.js";
export { tokenize } from "./tokenize.js";
export { type ViridisOptions, viridis } from "./viridis.js";
export type { ImageRecordsResult, IndexedWriteOptions } from "./write-indexed.js";
