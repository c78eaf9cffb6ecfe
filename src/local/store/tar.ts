export { type ExtractedArchive, type ExtractTarGzOptions, extractTarGz } from "./tar-extractor.js";
export { type CreateTarGzOptions, createTarGz, type TarGzResult } from "./tar-writer.js";
