import { compileModule, instantiateModule, type SharedMemory } from "../../core/web-assembly.js";
import { KERNEL_BASE64 } from "./kernel.generated.js";

export { createMemory, MOST_PAGES, PAGE_BYTES, type SharedMemory } from "../../core/web-assembly.js";

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

/** Compiles the kernel. The result can be sent to other threads. */
export function compileKernel(): object {
  return compileModule(KERNEL_BASE64);
}

/** A kernel on the given memory, for the calling thread. */
export function instantiateKernel(module: object, memory: SharedMemory): Kernel {
  return instantiateModule<Kernel>(module, memory);
}
