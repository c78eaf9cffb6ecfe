import { type AtomicFile, createAtomicFile, type ReversibleCommit, type WriteResult } from "../formats/index.js";

/** Bytes handed to a file at once. An asynchronous write costs about 0.1 ms of CPU whatever its size. */
const flushBytes = 512 * 1024;

/** One file that rows are appended to. `buffer` and `length` are open to the loops that copy rows byte by byte. */
export class LineOutput {
  buffer: Uint8Array = new Uint8Array(0);
  length = 0;
  rows = 0;
  readonly #file: AtomicFile;

  private constructor(file: AtomicFile) {
    this.#file = file;
  }

  static async create(file: string | URL): Promise<LineOutput> {
    return new LineOutput(await createAtomicFile(file));
  }

  /** Makes room for `bytes` more. */
  async reserve(bytes: number): Promise<void> {
    if (this.length >= flushBytes) await this.flush();
    if (this.buffer.length - this.length >= bytes) return;
    const larger = new Uint8Array(Math.max(flushBytes + bytes, this.length + bytes));
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  async flush(): Promise<void> {
    await this.#file.write(this.buffer.subarray(0, this.length));
    this.length = 0;
  }

  async commit(): Promise<WriteResult> {
    await this.#file.commit();
    return this.result();
  }

  result(): WriteResult {
    return { path: this.#file.path, records: this.rows, bytes: this.#file.bytes };
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }

  /** Puts all files in place, or, when one of them cannot be, none. */
  static async commitAll(outputs: readonly LineOutput[]): Promise<void> {
    const done: ReversibleCommit[] = [];
    try {
      for (const output of outputs) done.push(await output.#file.commitReversibly());
    } catch (error) {
      const undone = await Promise.allSettled(done.map((commit) => commit.undo()));
      const failures = undone.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
      if (failures.length === 0) throw error;
      throw new AggregateError([error, ...failures], "an output cannot be put in place, nor can others be taken back");
    }
    for (const commit of done) await commit.keep();
  }
}
