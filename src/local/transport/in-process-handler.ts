import { Readable } from "node:stream";
import { onAbort, raceAbort } from "../../internal/abort.js";
import type { WireRequest, WireResponse } from "../core/contract.js";

/**
 * A request as AWS SDK clients (version 3) give it to their request handler.
 *
 * @public
 */
export interface SdkHttpRequest {
  readonly method: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/**
 * An answer as AWS SDK clients (version 3) take it from their request handler.
 *
 * @public
 */
export interface SdkHttpResponse {
  statusCode: number;
  reason?: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** The parts of an abort signal that are used; the SDK allows signals older than the standard's. */
interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  onabort?: unknown;
}

/** What answers the requests. */
export interface WireService {
  handle(request: WireRequest): Promise<WireResponse>;
}

/**
 * An AWS SDK request handler that answers inside this process: no socket is opened. Pass it as `requestHandler` to any
 * AWS SDK client, version 3.
 *
 * @remarks
 * Requests that could not go over HTTP are refused here too, so that code that works locally works on AWS: header values
 * that are undefined or hold characters outside Latin-1.
 *
 * @public
 */
export class InProcessHandler {
  /** Protocol information that SDK clients look at. */
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #service: () => WireService | Promise<WireService>;

  /** @internal */
  constructor(service: () => WireService | Promise<WireService>) {
    this.#service = service;
  }

  /**
   * Answers one request.
   *
   * @throws Error `AbortError` when the signal aborts, as the SDK's own handler does
   */
  async handle(
    request: SdkHttpRequest,
    options: { readonly abortSignal?: unknown } = {},
  ): Promise<{ response: SdkHttpResponse }> {
    const abortSignal = options.abortSignal as AbortSignalLike | undefined;
    if (abortSignal?.aborted) throw abortError(abortSignal);
    const headers = wireHeaders(request);
    const requestBody = wireBody(request.body);
    // Node's HTTP client states the length of a body that it has whole.
    if (headers["transfer-encoding"] === undefined && !isStream(requestBody)) {
      headers["content-length"] ??= String(requestBody?.length ?? 0);
    }
    const service = await this.#service();
    const controller = new AbortController();
    const ended = whenAborted(abortSignal, () => controller.abort(abortError(abortSignal)));
    let streaming = false;
    try {
      const answer = await raceSignal(
        service.handle({
          method: request.method,
          rawPath: request.path,
          rawQuery: rawQuery(request.query),
          headers,
          body: requestBody,
          signal: controller.signal,
        }),
        controller.signal,
      );
      let { body }: { body: unknown } = answer;
      if (isStream(answer.body)) {
        const stream = Readable.from(answer.body, { objectMode: false });
        const cut = (): void => void stream.destroy(controller.signal.reason as Error);
        controller.signal.addEventListener("abort", cut, { once: true });
        stream.once("close", ended);
        // As with HTTP, cutting off an answer that nobody reads is no uncaught error; a reader still gets it.
        stream.on("error", () => undefined);
        streaming = true;
        body = stream;
      }
      return { response: { statusCode: answer.status, headers: answer.headers, body } };
    } finally {
      if (!streaming) ended();
    }
  }

  /** Nothing to close: whoever opened the service closes it. */
  destroy(): void {}

  /** The handler has no settings; clients may try to set some. */
  updateHttpClientConfig(_key: never, _value: never): void {}

  /** The handler has no settings. */
  httpHandlerConfigs(): Record<string, never> {
    return {};
  }
}

/** Rejects at the abort without waiting for the service to notice; an answer that comes late is closed. */
async function raceSignal(answer: Promise<WireResponse>, signal: AbortSignal): Promise<WireResponse> {
  try {
    return await raceAbort(answer, signal);
  } catch (error) {
    answer.then(closeBody, () => undefined);
    throw error;
  }
}

function closeBody({ body }: WireResponse): void {
  if (!isStream(body)) return;
  body[Symbol.asyncIterator]()
    .return?.()
    .catch(() => undefined);
}

/** Calls back at the abort; the result takes the callback off again. */
function whenAborted(signal: AbortSignalLike | undefined, callback: () => void): () => void {
  if (signal instanceof AbortSignal) return onAbort(signal, callback);
  if (signal) signal.onabort = callback;
  return () => undefined;
}

function abortError(signal: AbortSignalLike | undefined): Error {
  const reason = signal?.reason;
  const error = new Error(reason === undefined || reason instanceof Error ? "Request aborted" : String(reason), {
    ...(reason instanceof Error ? { cause: reason } : {}),
  });
  error.name = "AbortError";
  return error;
}

function wireHeaders(request: SdkHttpRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    // Node's HTTP client refuses these as well, in the same words.
    if (value === undefined || value === null) {
      throw httpError(`Invalid value "${value}" for header "${name}"`, "ERR_HTTP_INVALID_HEADER_VALUE");
    }
    if (!/^[\t\x20-\x7e\x80-\xff]*$/u.test(value)) {
      throw httpError(`Invalid character in header content ["${name}"]`, "ERR_INVALID_CHAR");
    }
    headers[name.toLowerCase()] = value;
  }
  headers["host"] ??= request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
  return headers;
}

function httpError(message: string, code: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** The query as it would stand on the wire; the SDK leaves the encoding to the handler. */
function rawQuery(query: SdkHttpRequest["query"]): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query ?? {})) {
    const encoded = encodeURIComponent(name);
    if (value === null) parts.push(encoded);
    else if (typeof value === "string") parts.push(`${encoded}=${encodeURIComponent(value)}`);
    else parts.push(...value.map((item) => `${encoded}=${encodeURIComponent(item)}`));
  }
  return parts.join("&");
}

function wireBody(body: unknown): WireRequest["body"] {
  if (body === undefined || body === null) return undefined;
  // The SDK's JSON bodies are byte arrays that look like strings: bytes first.
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body === "object" && Symbol.asyncIterator in body) return bytesOf(body as AsyncIterable<unknown>);
  throw new TypeError("The request body is neither text nor bytes nor a stream.");
}

function isStream(body: WireRequest["body"]): body is AsyncIterable<Uint8Array> {
  return body !== undefined && !(body instanceof Uint8Array);
}

async function* bytesOf(stream: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) yield typeof piece === "string" ? Buffer.from(piece) : (piece as Uint8Array);
}
