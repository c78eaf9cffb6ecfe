import { ServiceError } from "../core/contract.js";

/** What the guard knows about the server that it protects. */
export interface GuardedServer {
  readonly port: number;
  readonly region: string;
}

interface GuardedRequest {
  readonly rawQuery: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Names by which a client reaches this machine; S3 puts the bucket before `localhost`. */
const LOOPBACK_HOST = /^(?:127\.0\.0\.1|\[::1\]|(?:[a-z0-9][a-z0-9.-]*\.)?localhost)$/u;
const AUTHORIZATION =
  /^AWS4-(?:HMAC-SHA256|ECDSA-P256-SHA256) Credential=([^,\s]+),\s*SignedHeaders=[^,\s]+,\s*Signature=[0-9a-f]+$/u;
/** Services that have one endpoint for all regions, and S3, whose clients follow the region of the bucket. */
const WITHOUT_REGION = new Set(["iam", "sts", "s3"]);

/**
 * Refuses what no AWS client on this machine sends: requests of web pages (of another site, or of a name that was made to
 * point here) and requests without a signature.
 *
 * @remarks
 * The signature itself is not verified: the service has no secrets, and any key is welcome. It must be there because a web
 * page cannot add one without asking first, and the answer to that question is no.
 *
 * @throws ServiceError `AccessDenied`, `MissingAuthenticationToken`, `IncompleteSignature`, `InvalidSignatureException`
 */
export function guardRequest(request: GuardedRequest, server: GuardedServer): void {
  checkHost(request.headers["host"] ?? "", server.port);
  checkPage(request.headers);
  const scope = credentialScope(request);
  if (scope && !WITHOUT_REGION.has(scope.service) && scope.region !== server.region) {
    throw new ServiceError(
      "InvalidSignatureException",
      `[local mode] Credential should be scoped to a valid region: the request is for ${scope.region}, ` +
        `the local service is in ${server.region}. Set the client's region, or start the service with that one.`,
      403,
    );
  }
}

/** A name of somebody else that resolves to this machine would let its pages read the answers. */
function checkHost(host: string, port: number): void {
  const [, name = "", stated = "80"] = /^(.*?)(?::(\d{1,5}))?$/u.exec(host.toLowerCase()) ?? [];
  if (LOOPBACK_HOST.test(name) && Number(stated) === port) return;
  throw new ServiceError(
    "AccessDenied",
    `[local mode] The Host header must name this machine (127.0.0.1, [::1] or localhost) and port ${port}.`,
    403,
  );
}

/** Browsers say where a request comes from. Only an address that the user opened is from nobody's page. */
function checkPage(headers: GuardedRequest["headers"]): void {
  const site = headers["sec-fetch-site"];
  if (headers["origin"] === undefined && (site === undefined || site === "none")) return;
  throw new ServiceError("AccessDenied", "[local mode] Requests of web pages are refused.", 403);
}

interface Scope {
  readonly region: string;
  readonly service: string;
}

/** Region and service of the signature; undefined for the old signature of S3, which names none. */
function credentialScope({ headers, rawQuery, now }: GuardedRequest): Scope | undefined {
  const authorization = headers["authorization"];
  if (authorization !== undefined) {
    if (/^AWS [^\s:]+:\S+$/u.test(authorization)) return undefined;
    return parseScope(AUTHORIZATION.exec(authorization)?.[1]);
  }
  const query = new URLSearchParams(rawQuery);
  if (query.has("X-Amz-Signature")) {
    const scope = parseScope(query.get("X-Amz-Credential") ?? undefined);
    const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u.exec(query.get("X-Amz-Date") ?? "");
    const seconds = /^\d{1,6}$/u.exec(query.get("X-Amz-Expires") ?? "");
    if (!date || !seconds) throw incomplete();
    const [, year, month, day, hour, minute, second] = date.map(Number);
    const signed = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
    if (now > signed + Number(seconds[0]) * 1000) throw expired();
    return scope;
  }
  if (query.has("AWSAccessKeyId") && query.has("Signature")) {
    const expires = /^\d{1,12}$/u.exec(query.get("Expires") ?? "");
    if (!expires) throw incomplete();
    if (now > Number(expires[0]) * 1000) throw expired();
    return undefined;
  }
  throw new ServiceError(
    "MissingAuthenticationToken",
    "[local mode] The request is not signed. Any access key and secret will do, for example local and local.",
    403,
  );
}

function parseScope(credential: string | undefined): Scope {
  const parts = credential?.split("/") ?? [];
  const [region, service, end] = parts.slice(-3);
  if (parts.length < 5 || !region || !service || end !== "aws4_request") throw incomplete();
  return { region, service };
}

function incomplete(): ServiceError {
  return new ServiceError(
    "IncompleteSignature",
    "The signature of the request does not conform to AWS Signature Version 4.",
    403,
  );
}

function expired(): ServiceError {
  return new ServiceError("AccessDenied", "Request has expired", 403);
}
