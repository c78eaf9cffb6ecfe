import { Worker } from "node:worker_threads";
import type { FromWorker, ToWorker, WorkerTask } from "./protocol.js";
import { workerFlags } from "./worker-flags.js";

/** What the owner of a worker thread hears of it. */
export interface WorkerEvents {
  onMessage(message: FromWorker): void;
  /** The thread is gone without having been asked to: uncaught error, out of memory, `process.exit`. */
  onCrash(problem: string): void;
}

/** One worker thread of the local service. */
export class WorkerThread {
  readonly #worker: Worker;
  #ended = false;

  constructor(task: WorkerTask, name: string, events: WorkerEvents) {
    // Threads run plain JavaScript: from TypeScript sources (tsx) the built file is taken.
    const file = import.meta.url.endsWith(".ts") ? "../../../dist/esm/local/jobs/worker.js" : "./worker.js";
    // The worker turns its output into log lines; reading it here would keep the process alive.
    const options = { workerData: task, name, stdout: true, stderr: true, execArgv: workerFlags(process.execArgv) };
    this.#worker = new Worker(new URL(file, import.meta.url), options);
    this.#worker.on("message", (message: FromWorker) => {
      if (!this.#ended) events.onMessage(message);
    });
    const crash = (problem: string): void => {
      if (this.#ended) return;
      this.#ended = true;
      events.onCrash(problem);
    };
    this.#worker.on("error", (error: Error & { code?: string }) => {
      crash(
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? "the worker ran out of memory"
          : `the worker failed: ${error.message}`,
      );
    });
    this.#worker.on("exit", (code) => crash(`the worker exited with code ${code}`));
  }

  /** @param transfer - buffers that the worker takes over */
  send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (!this.#ended) this.#worker.postMessage(message, transfer);
  }

  /** Whether this thread keeps the process alive. */
  keepAlive(yes: boolean): void {
    if (yes) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends the thread at once; its events stay silent from now on. */
  async terminate(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }
}
