const marker = Symbol.for("sagemaker-ts.error");

/**
 * Options of every error constructor of this library.
 *
 * @public
 */
export interface SageMakerErrorOptions {
  /** Stable machine-readable code, `UPPER_SNAKE`. Part of the public API; the message is not. */
  readonly code: string;
  /** The error that led to this one, for example the untouched AWS exception. */
  readonly cause?: unknown;
}

/**
 * Base of every error that this library throws on its own account.
 *
 * @remarks
 * AWS exceptions pass through untouched unless the library can add a fact; then one of the
 * subclasses is thrown with the original as `cause`. An aborted call rejects with `signal.reason`,
 * never with one of these.
 *
 * One process can hold the ESM and the CommonJS copy of this library, and `instanceof` is then
 * false across the two: use the static `is` of each class, which compares a marker.
 *
 * @example
 * ```ts
 * try {
 *   await estimator.fit({ train });
 * } catch (error) {
 *   if (JobError.is(error)) console.error(error.failureReason);
 *   else throw error;
 * }
 * ```
 * @public
 */
export abstract class SageMakerError extends Error {
  /** Name of the class as text: survives minifiers, which rename classes. */
  static readonly className: string = "SageMakerError";

  /** Stable machine-readable code, `UPPER_SNAKE`. */
  readonly code: string;

  constructor(message: string, options: SageMakerErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.className;
    this.code = options.code;
    Object.defineProperty(this, marker, { value: lineage(new.target), enumerable: false });
  }

  /** True when `value` is an error of this class, from whichever copy of the library it comes. */
  static is<C extends abstract new (...args: never[]) => SageMakerError>(
    this: C,
    value: unknown,
  ): value is InstanceType<C> {
    const names = (value as Record<symbol, unknown> | null | undefined)?.[marker];
    return Array.isArray(names) && names.includes((this as unknown as { className: string }).className);
  }
}

/** Class names from the concrete class up to SageMakerError. */
function lineage(concrete: { readonly className: string }): string[] {
  const names: string[] = [];
  let current: { readonly className?: string } | null = concrete;
  while (current?.className !== undefined) {
    names.push(current.className);
    current = Object.getPrototypeOf(current) as { readonly className?: string } | null;
  }
  return names;
}
