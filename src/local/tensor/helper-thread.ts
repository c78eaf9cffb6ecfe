import { Worker } from "node:worker_threads";
import type { SharedMemory } from "../core/web-assembly.js";

// A text, not a file: so it works the same in both module formats, from sources, bundled, and inside another worker.
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, memory, control } = workerData;
const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports;
kernel.setControl(control);
parentPort.postMessage("ready");
kernel.help();
`;

/** The second thread of an engine: sleeps in the kernel until there is an operation to share. */
export class HelperThread {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #alive = true;

  private constructor(module: object, memory: SharedMemory, control: number) {
    this.#worker = new Worker(PROGRAM, { eval: true, workerData: { module, memory, control }, execArgv: [] });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        this.#alive = false;
        resolve();
      });
    });
  }

  /** Starts the thread; resolves when it is ready to help. */
  static async start(module: object, memory: SharedMemory, control: number): Promise<HelperThread> {
    const helper = new HelperThread(module, memory, control);
    const worker = helper.#worker;
    await new Promise<void>((resolve, reject) => {
      worker.once("message", () => resolve());
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`the second tensor thread ended with code ${code}`)));
    });
    // A helper that dies later is not missed: its owner does the work alone.
    worker.on("error", () => undefined);
    worker.unref();
    return helper;
  }

  /** False once the thread has ended, for whatever reason. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Resolves when the thread has ended; the kernel's `stop` makes it end. */
  ended(): Promise<void> {
    this.#worker.ref();
    return this.#ended;
  }

  /** Ends the thread at once. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
