import { compileModule, instantiateModule } from "../core/web-assembly.js";
import { Arena } from "./arena.js";
import { HelperThread } from "./helper-thread.js";
import { KERNEL_BASE64 } from "./kernel.generated.js";

interface Kernel {
  setControl(at: number): void;
  run(op: number, chunks: number): number;
  stop(): void;
}

/** Settings of {@link TensorEngine.create}. */
export interface TensorEngineOptions {
  /**
   * Threads that share each large operation: the calling one, and with 2 a helper that sleeps when there is nothing to
   * share. Results have the same bits either way.
   *
   * @defaultValue 1
   */
  readonly threads?: 1 | 2 | undefined;
  /**
   * Most bytes of memory.
   *
   * @defaultValue 4 GiB less one page: where 32-bit addresses end
   */
  readonly maxBytes?: number | undefined;
}

const CONTROL_BYTES = 512;
const RECORD_WORDS = 32;
/** Multiply-adds, or numbers moved, below which waking a second thread costs more than it saves. */
const LEAST_SHARED_WORK = 40_000;
/** Pieces of a shared operation: few, yet enough that neither thread waits long for the other. */
const CHUNKS = 4;

/**
 * A memory and the kernels that work on it: what networks are built on.
 *
 * @remarks
 * All work is synchronous in the calling thread; run an engine inside a worker when that thread has other duties. One seed
 * gives the same bits on every machine, Node version and number of threads.
 *
 * @example
 * ```ts
 * const engine = await TensorEngine.create({ threads: 2 });
 * try {
 *   // build and train networks
 * } finally {
 *   await engine.dispose();
 * }
 * ```
 */
export class TensorEngine {
  readonly arena: Arena;
  readonly threads: number;
  readonly #kernel: Kernel;
  readonly #record: Int32Array;
  readonly #recordAt: number;
  #helper: HelperThread | undefined;
  #failed = false;

  private constructor(arena: Arena, kernel: Kernel, recordAt: number, helper: HelperThread | undefined) {
    this.arena = arena;
    this.threads = helper ? 2 : 1;
    this.#kernel = kernel;
    this.#recordAt = recordAt;
    this.#record = arena.int32(recordAt, RECORD_WORDS);
    this.#helper = helper;
  }

  /** Makes an engine; with `threads: 2` it also starts the helper thread. End it with {@link TensorEngine.dispose}. */
  static async create(options: TensorEngineOptions = {}): Promise<TensorEngine> {
    const arena = new Arena(options.maxBytes);
    const control = arena.reserve(CONTROL_BYTES);
    const record = arena.reserve(RECORD_WORDS * 4);
    arena.commit("the tensor engine");
    const module = compileModule(KERNEL_BASE64);
    const kernel = instantiateModule<Kernel>(module, arena.memory);
    kernel.setControl(control);
    const helper = options.threads === 2 ? await HelperThread.start(module, arena.memory, control) : undefined;
    return new TensorEngine(arena, kernel, record, helper);
  }

  /**
   * Runs one operation of the kernel.
   *
   * @param code - from `Operation`
   * @param units - independent parts, which threads may share
   * @param work - about how many multiply-adds or numbers; small operations are not shared
   * @param args - integers; floats as their bits
   * @throws Error when the helper thread took a part and died with it: the results are then incomplete
   * @internal
   */
  run(code: number, units: number, work: number, ...args: readonly number[]): void {
    const record = this.#record;
    record[0] = code;
    record[1] = units;
    for (let i = 0; i < args.length; i++) record[i + 2] = args[i] ?? 0;
    const shared = this.#helper?.alive === true && work >= LEAST_SHARED_WORK;
    if (this.#failed || this.#kernel.run(this.#recordAt, shared ? Math.min(units, CHUNKS) : 1) === 0) {
      this.#failed = true;
      throw new Error("the second tensor thread died in the middle of an operation; use threads: 1");
    }
  }

  /** Ends the helper thread. The engine keeps working, alone. */
  async dispose(): Promise<void> {
    const helper = this.#helper;
    this.#helper = undefined;
    if (!helper) return;
    this.#kernel.stop();
    await helper.ended();
  }
}
