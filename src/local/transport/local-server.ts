import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { LocalError } from "../../errors/index.js";
import { onAbort } from "../../internal/abort.js";
import { ServiceError, type WireRequest, type WireResponse } from "../core/contract.js";
import type { WireService } from "./in-process-handler.js";
import type { ListenSettings } from "./listen-options.js";
import { refusal } from "./refusal.js";
import { guardRequest } from "./request-guard.js";

/** Longer than clients keep idle connections, so that none is closed under a request that is on its way. */
const KEEP_ALIVE_MILLISECONDS = 70_000;
const HEADER_BYTES = 16 * 1024;
const HEADERS_MILLISECONDS = 60_000;
const CONNECTIONS = 1_000;

/** The service behind a server, and who it pretends to be. */
export interface ServedService extends WireService {
  readonly region: string;
  readonly roleArn: string;
}

/**
 * The embedded SageMaker as an HTTP server on this machine, for clients of other processes and languages.
 *
 * @remarks
 * It listens on a loopback address only, and refuses requests of web pages, requests for another host name and requests
 * without a signature; any access key is accepted. It does not keep the process alive.
 *
 * @public
 */
export class LocalServer implements AsyncDisposable {
  /** Address for `endpoint_url` and `AWS_ENDPOINT_URL`, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** Environment variables that lead AWS clients, and the Session of this package, to this server. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #service: ServedService;
  readonly #server: Server;
  readonly #underWay = new Set<AbortController>();
  readonly #leave: () => void;
  readonly #onClose: () => Promise<void>;
  #closing: Promise<void> | undefined;

  private constructor(
    server: Server,
    service: ServedService,
    signal: AbortSignal | undefined,
    onClose: () => Promise<void>,
  ) {
    const { address, family, port } = server.address() as AddressInfo;
    this.port = port;
    this.url = `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
    this.environment = Object.freeze(clientEnvironment(this.url, service));
    this.#server = server;
    this.#service = service;
    this.#onClose = onClose;
    this.#leave = onAbort(signal, () => void this.close());
    server.on("request", (request, response) => void this.#serve(request, response, false));
    server.on("checkContinue", (request, response) => void this.#serve(request, response, true));
    server.on("clientError", answerMalformed);
  }

  /** @internal */
  static async listen(
    service: ServedService,
    settings: ListenSettings,
    onClose: () => Promise<void>,
  ): Promise<LocalServer> {
    const { port, host, signal } = settings;
    signal?.throwIfAborted();
    const server = createServer({
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      headersTimeout: HEADERS_MILLISECONDS,
      // A long upload is no fault.
      requestTimeout: 0,
      maxHeaderSize: HEADER_BYTES,
      noDelay: true,
    });
    server.maxConnections = CONNECTIONS;
    server.on("connection", (socket) => socket.unref());
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
      server.listen({ port, host }, resolve);
    });
    server.unref();
    const listening = new LocalServer(server, service, signal, onClose);
    if (signal?.aborted) {
      await listening.close();
      throw signal.reason;
    }
    return listening;
  }

  /** Stops listening, ends requests that are under way and closes every connection. The service itself stays open. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  /** Same as {@link LocalServer.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#leave();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const reason = new LocalError(`The local server ${this.url} is closed.`, "LOCAL_CLOSED");
    for (const controller of this.#underWay) controller.abort(reason);
    this.#server.closeAllConnections();
    await closed;
    await this.#onClose();
  }

  async #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const controller = new AbortController();
    this.#underWay.add(controller);
    response.once("close", () => {
      this.#underWay.delete(controller);
      if (!response.writableFinished) controller.abort(new Error("the client closed the connection"));
    });
    try {
      const body = new RequestBody(request, expectsContinue ? response : undefined);
      const answer = await this.#answer(wireRequest(request, body, controller.signal));
      // A client that waits for permission to send its body may still send it, or not: only the end of the connection is clear.
      if (body.isHeldBack) response.setHeader("connection", "close");
      await send(response, answer, controller.signal);
    } catch {
      // The client is gone, the server closes, or an answer broke off: a cut connection is how HTTP says so.
      response.destroy();
    }
  }

  async #answer(request: WireRequest): Promise<WireResponse> {
    try {
      if (!request.rawPath.startsWith("/")) throw new ServiceError("InvalidURI", "Couldn't parse the specified URI.");
      guardRequest({ ...request, now: Date.now() }, { port: this.port, region: this.#service.region });
      return await this.#service.handle(request);
    } catch (error) {
      request.signal?.throwIfAborted();
      const known =
        error instanceof ServiceError
          ? error
          : new ServiceError(
              "ServiceUnavailable",
              `[local mode] ${error instanceof Error ? error.message : error}`,
              503,
            );
      return refusal(request, known, randomUUID());
    }
  }
}

/** The body of a request; reading it to the middle leaves the connection usable for the answer. */
class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #request: IncomingMessage;
  #waiting: ServerResponse | undefined;

  /** @param waiting - the response of a client that sends the body only when it is told to continue */
  constructor(request: IncomingMessage, waiting: ServerResponse | undefined) {
    this.#request = request;
    this.#waiting = waiting;
  }

  /** True while the client has not been told to send the body. */
  get isHeldBack(): boolean {
    return this.#waiting !== undefined;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.#waiting?.writeContinue();
    this.#waiting = undefined;
    return this.#request.iterator({ destroyOnReturn: false });
  }
}

function wireRequest(request: IncomingMessage, body: RequestBody, signal: AbortSignal): WireRequest {
  const target = request.url ?? "";
  const question = target.indexOf("?");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  }
  const hasBody = headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
  return {
    method: request.method ?? "",
    rawPath: question === -1 ? target : target.slice(0, question),
    rawQuery: question === -1 ? "" : target.slice(question + 1),
    headers,
    body: hasBody ? body : undefined,
    signal,
  };
}

async function send(response: ServerResponse, answer: WireResponse, signal: AbortSignal): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  if (answer.body === undefined || answer.body instanceof Uint8Array) response.end(answer.body);
  else await pipeline(answer.body, response, { signal });
}

/** What cannot be read as HTTP is answered once, and the connection ends. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): LocalError {
  const why =
    error.code === "EADDRINUSE" ? "the port is in use; another port, or port 0 for a free one, will do" : error.message;
  return new LocalError(
    `The local SageMaker cannot listen on ${host} port ${port}: ${why}.`,
    "LOCAL_LISTEN_FAILED",
    error,
  );
}

/** Variables by which AWS clients find the server and do not look for credentials anywhere else. */
export function clientEnvironment(
  url: string,
  { region, roleArn }: Pick<ServedService, "region" | "roleArn">,
): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
    SAGEMAKER_ROLE: roleArn,
  };
}
