import { parentPort, workerData } from "node:worker_threads";
import { type AlgorithmEngine, type LoadedModel, loadAlgorithm } from "../engines/index.js";
import { MetricReader } from "./metrics.js";
import type { FromWorker, ToWorker, WorkerFailure, WorkerTask } from "./protocol.js";

/**
 * Entry of a worker thread: the part of the training or serving container. It knows files and messages, nothing of S3.
 */
async function main(task: WorkerTask, send: (message: FromWorker) => void, listen: Listen): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    captureOutput(stream, (text) => send({ type: "line", text, metrics: [] }));
  }
  try {
    const algorithm = await loadAlgorithm(task.source);
    const engine = await algorithm.loadEngine();
    if (task.kind === "train") await train(task, engine, send, listen);
    else await serve(task, engine, send, listen);
  } catch (error) {
    send({ type: "failed", failure: failureOf(error, false) });
  }
}

/** Output of the engine belongs into its log, like a container's, not to the user's console. */
function captureOutput(stream: NodeJS.WriteStream, receive: (line: string) => void): void {
  let rest = "";
  const write = (chunk: Uint8Array | string, ...further: readonly unknown[]): boolean => {
    const lines = `${rest}${typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8")}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) receive(line);
    const written = further.at(-1);
    if (typeof written === "function") written();
    return true;
  };
  stream.write = write as typeof stream.write;
}

type Listen = (receive: (message: ToWorker) => void) => void;

async function train(
  task: Extract<WorkerTask, { kind: "train" }>,
  engine: AlgorithmEngine,
  send: (message: FromWorker) => void,
  listen: Listen,
): Promise<void> {
  const stop = new AbortController();
  listen((message) => {
    if (message.type === "stop") stop.abort(new Error("The training job was stopped."));
  });
  const metrics = new MetricReader(task.metricDefinitions);
  const log = (line: string): void => {
    // Posted one by one: what a crash leaves behind is then complete up to its last line.
    for (const text of line.split("\n")) send({ type: "line", text, metrics: metrics.read(text) });
  };
  try {
    await engine.train({ ...task.context, log, signal: stop.signal });
    send({ type: "done" });
  } catch (error) {
    send({ type: "failed", failure: failureOf(error, stop.signal.aborted && error === stop.signal.reason) });
  }
}

async function serve(
  task: Extract<WorkerTask, { kind: "serve" }>,
  engine: AlgorithmEngine,
  send: (message: FromWorker) => void,
  listen: Listen,
): Promise<void> {
  const log = (line: string): void => {
    for (const text of line.split("\n")) send({ type: "line", text, metrics: [] });
  };
  const model = await engine.load({ ...task.context, log });
  listen((message) => {
    if (message.type === "invoke") void invoke(model, message, send);
  });
  send({ type: "loaded", executionParameters: model.executionParameters });
}

async function invoke(
  model: LoadedModel,
  message: Extract<ToWorker, { type: "invoke" }>,
  send: (message: FromWorker) => void,
): Promise<void> {
  const { id, type: _, ...request } = message;
  try {
    const { body, contentType } = await model.invoke(request);
    // A view would take its whole buffer along.
    const own = body.byteLength === body.buffer.byteLength ? body : new Uint8Array(body);
    send({ type: "answer", id, body: own, contentType });
  } catch (error) {
    const status = property(error, "status");
    if (nameOf(error) === "ContainerError" && typeof status === "number") {
      send({ type: "refused", id, status, message: textOf(error) });
    } else {
      send({ type: "refused", id, status: 500, message: textOf(error) });
    }
  }
}

/** Errors are told apart by name: a worker may hold two copies of the classes, one of them from another module format. */
function failureOf(error: unknown, aborted: boolean): WorkerFailure {
  if (aborted) return { kind: "Aborted", message: textOf(error) };
  const kind = property(error, "kind");
  if (nameOf(error) === "JobFailure" && kind === "InternalServerError") return { kind, message: textOf(error) };
  if (nameOf(error) === "JobFailure" && kind === "ClientError") return { kind, message: textOf(error), exitCode: 2 };
  return { kind: "AlgorithmError", message: textOf(error), exitCode: 1 };
}

function nameOf(error: unknown): unknown {
  return property(error, "name");
}

function property(error: unknown, key: string): unknown {
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>)[key] : undefined;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (parentPort) {
  const port = parentPort;
  void main(
    workerData as WorkerTask,
    (message) => port.postMessage(message),
    (receive) => port.on("message", receive),
  );
}
