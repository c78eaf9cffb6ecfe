/** What is read of an AWS exception; nothing else of its class is relied on. */
interface AwsErrorShape {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly $fault?: unknown;
  readonly $retryable?: { readonly throttling?: unknown } | undefined;
  readonly $metadata?: { readonly httpStatusCode?: unknown } | undefined;
}

const THROTTLING = new Set([
  "BandwidthLimitExceeded",
  "PriorRequestNotComplete",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "TooManyRequestsException",
]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);
const DENIED = new Set(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"]);
const NETWORK = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);

function shapeOf(error: unknown): AwsErrorShape {
  return typeof error === "object" && error !== null ? error : {};
}

function nameIn(error: unknown, names: ReadonlySet<string>): boolean {
  const { name, code } = shapeOf(error);
  return (typeof name === "string" && names.has(name)) || (typeof code === "string" && names.has(code));
}

/** Message of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  const { name, message } = shapeOf(error);
  const text = typeof message === "string" ? message : String(error);
  return (typeof name === "string" && name !== "Error" ? `${name}: ${text}` : text).replaceAll(/\s+/gu, " ");
}

/** The service asks to call less often. */
export function isThrottling(error: unknown): boolean {
  const shape = shapeOf(error);
  return nameIn(error, THROTTLING) || shape.$retryable?.throttling === true || shape.$metadata?.httpStatusCode === 429;
}

/** The credentials ran out while waiting; a provider may hold fresh ones at the next call. */
export function isExpiredCredentials(error: unknown): boolean {
  return nameIn(error, EXPIRED) || /security token .*expired/iu.test(String(shapeOf(error).message ?? ""));
}

export function isAccessDenied(error: unknown): boolean {
  return nameIn(error, DENIED);
}

/** Server faults and network trouble: the same call may work a little later. */
export function isTransient(error: unknown): boolean {
  const shape = shapeOf(error);
  const status = shape.$metadata?.httpStatusCode;
  return (
    shape.$fault === "server" ||
    (typeof status === "number" && status >= 500) ||
    nameIn(error, NETWORK) ||
    shape.name === "TimeoutError" ||
    shape.name === "RequestTimeout"
  );
}

/** SageMaker answers a missing resource with a ValidationException; the other services have their own names. */
export function isNotFound(error: unknown): boolean {
  const { name, message } = shapeOf(error);
  if (name === "ResourceNotFoundException" || name === "ResourceNotFound" || name === "NotFound") return true;
  return name === "ValidationException" && /could not find|not found|does not exist/iu.test(String(message ?? ""));
}

export function isValidationException(error: unknown): boolean {
  return shapeOf(error).name === "ValidationException";
}

/** A resource of this name exists already. */
export function isNameTaken(error: unknown): boolean {
  const { name, message } = shapeOf(error);
  return (
    name === "ResourceInUse" ||
    name === "ResourceInUseException" ||
    (name === "ValidationException" && /already exist/iu.test(String(message ?? "")))
  );
}
