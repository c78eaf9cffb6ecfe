export type { BuiltInAlgorithm } from "./built-in-images.js";
export { type ImageUris, imageUris, type RetrieveImageOptions } from "./image-uris.js";
