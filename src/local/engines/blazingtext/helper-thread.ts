import { Worker } from "node:worker_threads";
import type { SharedMemory } from "./kernel.js";

/** What a helper needs to train on the same memory as its owner. */
export interface HelperSetup {
  /** The compiled kernel. */
  readonly module: object;
  readonly memory: SharedMemory;
  readonly model: readonly [weights: number, outputs: number, labels: number, rowBytes: number, scratch: number];
  readonly outputs: readonly [lock: number, copy: number];
  readonly corpus: readonly number[];
  readonly schedule: readonly [counter: number, learningRate: number, tokensInAll: number, seed: number];
  /** Address of the number of the next line that no thread has taken. */
  readonly nextLine: number;
  readonly lines: number;
  readonly chunk: number;
}

// A text, not a file: so it works the same in both module formats, from sources, bundled, and inside another worker.
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, memory, model, outputs, corpus, schedule, nextLine, lines, chunk } = workerData;
const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports;
kernel.setModel(...model);
kernel.shareOutputs(...outputs);
kernel.setCorpus(...corpus);
kernel.setSchedule(...schedule);
const next = new Int32Array(memory.buffer, nextLine, 1);
parentPort.on("message", () => {
  for (;;) {
    const from = Atomics.add(next, 0, chunk);
    if (from >= lines) break;
    kernel.train(from, Math.min(from + chunk, lines));
  }
  kernel.flush();
  parentPort.postMessage("done");
});
parentPort.postMessage("ready");
`;

/** A second thread for training: takes chunks of lines until none is left, without locks on the input rows. */
export class HelperThread {
  readonly #worker: Worker;
  #settle: { resolve(): void; reject(reason: unknown): void } | undefined;
  #failure: { readonly error: unknown } | undefined;

  private constructor(setup: HelperSetup) {
    this.#worker = new Worker(PROGRAM, { eval: true, workerData: setup, execArgv: [] });
    this.#worker.on("message", () => this.#take()?.resolve());
    this.#worker.on("error", (error) => this.#fail(error));
    this.#worker.on("exit", (code) => this.#fail(new Error(`the second training thread ended with code ${code}`)));
  }

  static async start(setup: HelperSetup): Promise<HelperThread> {
    const helper = new HelperThread(setup);
    await helper.#answer();
    return helper;
  }

  /** Works on the lines of one epoch; resolves when none is left. */
  async run(): Promise<void> {
    const answer = this.#answer();
    this.#worker.postMessage("run");
    await answer;
  }

  async stop(): Promise<void> {
    this.#take();
    await this.#worker.terminate();
  }

  #answer(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  #take(): { resolve(): void; reject(reason: unknown): void } | undefined {
    const settle = this.#settle;
    this.#settle = undefined;
    return settle;
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#take()?.reject(error);
  }
}
