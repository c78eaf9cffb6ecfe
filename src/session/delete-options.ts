/**
 * Options of {@link Session.deletePrefix}.
 *
 * @public
 */
export interface DeletePrefixOptions {
  /**
   * `folder`: the object with exactly this key and everything below `key/`. `prefix`: every key that starts with the text,
   * so that `train` also takes `training/...`.
   * @defaultValue "folder"
   */
  readonly match?: "folder" | "prefix" | undefined;
  /** Allows a URI without a key, which means every object of the bucket. @defaultValue false */
  readonly wholeBucket?: boolean | undefined;
  /** Stops before the next request; what is deleted by then stays deleted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What {@link Session.deletePrefix} has deleted.
 *
 * @public
 */
export interface DeletePrefixResult {
  /** Number of objects. */
  readonly deleted: number;
  /** Their bytes. */
  readonly bytes: number;
}
