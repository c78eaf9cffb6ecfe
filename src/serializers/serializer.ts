/**
 * Turns a value into the body of a request.
 *
 * @public
 */
export interface Serializer<In = unknown> {
  /** `Content-Type` that is sent with the body. */
  readonly contentType: string;
  /** @throws {@link ValidationError} `INVALID_INPUT` when the value has no form in this content type */
  serialize(value: In): Uint8Array | string;
}

/**
 * Turns the body of an answer into a value.
 *
 * @public
 */
export interface Deserializer<Out = unknown> {
  /** `Accept` that is sent with the request. */
  readonly accept: string;
  /**
   * @param body - the whole body, possibly empty
   * @param contentType - `Content-Type` of the answer, parameters such as `charset` included
   * @throws {@link DecodeError} `DECODE_FAILED` when the body does not follow its content type
   */
  deserialize(body: Uint8Array, contentType: string): Out;
}

/**
 * Options of the serializers.
 *
 * @public
 */
export interface SerializerOptions {
  /** Content type to send instead of the serializer's own. */
  readonly contentType?: string | undefined;
}

/**
 * Options of the deserializers.
 *
 * @public
 */
export interface DeserializerOptions {
  /** Content type to ask for instead of the deserializer's own. */
  readonly accept?: string | undefined;
}
