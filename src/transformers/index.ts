export { outputFiles, type TransformOutputFile, transformOutputUri } from "./output-files.js";
export { Transformer } from "./transformer.js";
export type { TransformerOptions, TransformModel, TransformOptions } from "./transformer-options.js";
