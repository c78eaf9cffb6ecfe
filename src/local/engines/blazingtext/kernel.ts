import { KERNEL_BASE64 } from "./kernel.generated.js";

/** A memory that several threads can share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** The functions of the kernel; see the `assembly` folder. Addresses and counts are unsigned 32-bit integers. */
export interface Kernel {
  setModel(weights: number, outputs: number, labels: number, rowBytes: number, scratch: number): void;
  shareOutputs(lock: number, copy: number): void;
  setCorpus(
    features: number,
    lineStarts: number,
    lineSizes: number,
    lineTokens: number,
    labelStarts: number,
    labelIds: number,
  ): void;
  setSchedule(counter: number, learningRate: number, tokensInAll: number, seed: number): void;
  flush(): void;
  trainedTokens(): number;
  measure(tokens: number, count: number, codes: number, lineEnd: number, ngrams: number, result: number): void;
  encode(
    tokens: number,
    count: number,
    codes: number,
    hashes: number,
    lineEnd: number,
    ngrams: number,
    buckets: number,
    bucketRows: number,
    rowsInUse: number,
    grow: boolean,
  ): number;
  startWordRows(words: number, columns: number, range: number, seed: number): void;
  startBucketRows(
    bucketRows: number,
    buckets: number,
    words: number,
    columns: number,
    range: number,
    seed: number,
  ): void;
  train(from: number, to: number): void;
  countCorrect(from: number, to: number): number;
}

// Node has WebAssembly; the type library without DOM does not name it.
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (options: { initial: number; maximum: number; shared: true }) => SharedMemory;
}
const { Module, Instance, Memory } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

export const PAGE_BYTES = 65_536;
/** Ends of 32-bit addresses: 4 GiB. */
export const MOST_PAGES = 65_536;

export function createMemory(): SharedMemory {
  return new Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
}

/** Compiles the kernel. The result can be sent to other threads. */
export function compileKernel(): object {
  return new Module(Buffer.from(KERNEL_BASE64, "base64"));
}

/** A kernel on the given memory, for the calling thread. */
export function instantiateKernel(module: object, memory: SharedMemory): Kernel {
  return new Instance(module, { env: { memory } }).exports as Kernel;
}
