export type { NumberArray } from "./content.js";
export {
  CsvDeserializer,
  type CsvDeserializerOptions,
  type CsvInput,
  type CsvRow,
  CsvSerializer,
  type CsvValue,
} from "./csv.js";
export { JsonDeserializer, JsonLinesDeserializer, JsonLinesSerializer, JsonSerializer } from "./json.js";
export { NumpyDeserializer } from "./npy-read.js";
export type { NdArray, NpyType } from "./npy-types.js";
export {
  type NestedNumbers,
  type NumpyInput,
  NumpySerializer,
  type NumpySerializerOptions,
} from "./npy-write.js";
export {
  BytesDeserializer,
  IdentitySerializer,
  LibSvmSerializer,
  StringDeserializer,
  StringSerializer,
} from "./plain.js";
export type { Deserializer, DeserializerOptions, Serializer, SerializerOptions } from "./serializer.js";
