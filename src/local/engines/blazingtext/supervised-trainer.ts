import type { Corpus, CorpusEncoder } from "./corpus.js";
import type { Dictionary } from "./fasttext/dictionary.js";
import type { WritableRows } from "./fasttext/matrix.js";
import { HelperThread } from "./helper-thread.js";
import type { Kernel } from "./kernel.js";
import type { TrainingMemory } from "./training-memory.js";

/** Tokens trained between two turns of the event loop: some hundredths of a second. */
const TOKENS_PER_CHUNK = 200_000;

/** How a classifier is trained. */
export interface TrainingSettings {
  /** Columns of both matrices. */
  readonly dimension: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly buckets: number;
  readonly seed: number;
  readonly threads: number;
}

/** Called between chunks with the share of the work that is done, 0 to 1, and the words trained so far. */
export type OnChunk = (progress: number, words: number) => void;

/**
 * Trains the two matrices of a classifier on an encoded text, epoch by epoch.
 *
 * @remarks
 * One softmax step per line, in the order of the text, the learning rate falling linearly to zero over all epochs; of
 * several labels of a line one is drawn at random. Only input rows that the training text uses exist, and each starts
 * as a pure function of seed, row and column. One thread and one seed give identical weights; with more threads the
 * steps of different threads mix without order, and the last digits vary from run to run.
 */
export class SupervisedTrainer {
  readonly #kernel: Kernel;
  readonly #module: object;
  readonly #memory: TrainingMemory;
  readonly #corpus: Corpus;
  readonly #settings: TrainingSettings;
  readonly #rows: number;
  readonly #labels: number;
  readonly #rowBytes: number;
  readonly #weights: number;
  readonly #outputs: number;
  readonly #counter: number;
  readonly #nextLine: number;
  readonly #outputLock: number;
  readonly #bucketRows: number;
  readonly #words: number;
  readonly #totalTokens: number;
  #helpers: HelperThread[] = [];
  #best: { readonly weights: Float32Array; readonly outputs: Float32Array } | undefined;

  constructor(parts: {
    readonly kernel: Kernel;
    readonly module: object;
    readonly memory: TrainingMemory;
    readonly encoder: CorpusEncoder;
    readonly dictionary: Dictionary;
    readonly corpus: Corpus;
    readonly settings: TrainingSettings;
  }) {
    const { kernel, memory, encoder, dictionary, settings } = parts;
    this.#kernel = kernel;
    this.#module = parts.module;
    this.#memory = memory;
    this.#corpus = parts.corpus;
    this.#settings = settings;
    this.#rows = encoder.rows;
    this.#labels = dictionary.labelCount;
    this.#words = dictionary.wordCount;
    this.#bucketRows = encoder.bucketRows;
    this.#rowBytes = Math.ceil((settings.dimension * 4) / 16) * 16;
    this.#totalTokens = parts.corpus.tokens * settings.epochs;
    this.#counter = memory.reserve(8, "the counters");
    this.#nextLine = memory.reserve(4, "the counters");
    this.#outputLock = memory.reserve(4, "the counters");
    this.#outputs = memory.reserve(this.#labels * this.#rowBytes, "the output matrix");
    this.#weights = memory.reserve(this.#rows * this.#rowBytes, "the input matrix");
    this.#prepare(kernel, this.#scratch(), settings.seed);
    const range = Math.fround(1 / settings.dimension);
    kernel.startWordRows(this.#words, settings.dimension, range, settings.seed);
    if (this.#rows > this.#words) {
      kernel.startBucketRows(this.#bucketRows, settings.buckets, this.#words, settings.dimension, range, settings.seed);
    }
  }

  /** Words trained so far, as fastText counts them. */
  get trainedTokens(): number {
    return this.#kernel.trainedTokens();
  }

  /** Starts the further threads, when there are to be any. */
  async start(): Promise<void> {
    const { threads, learningRate, seed } = this.#settings;
    if (threads > 1) this.#kernel.shareOutputs(this.#outputLock, this.#outputCopy());
    for (let thread = 1; thread < threads; thread++) {
      const scratch = this.#scratch();
      this.#helpers.push(
        await HelperThread.start({
          module: this.#module,
          memory: this.#memory.memory,
          model: [this.#weights, this.#outputs, this.#labels, this.#rowBytes, scratch],
          outputs: [this.#outputLock, this.#outputCopy()],
          corpus: this.#corpus.addresses,
          schedule: [this.#counter, learningRate, this.#totalTokens, seed + thread],
          nextLine: this.#nextLine,
          lines: this.#corpus.lines,
          chunk: this.#chunk(this.#corpus),
        }),
      );
    }
  }

  /** Ends the further threads. Call it whatever happened. */
  async stop(): Promise<void> {
    const helpers = this.#helpers;
    this.#helpers = [];
    await Promise.all(helpers.map((helper) => helper.stop()));
  }

  /** Trains on every line once. Rejects with `signal.reason` between two chunks. */
  async trainEpoch(signal: AbortSignal, onChunk: OnChunk): Promise<void> {
    const { lines } = this.#corpus;
    const chunk = this.#chunk(this.#corpus);
    const next = this.#memory.int32(this.#nextLine, 1);
    next[0] = 0;
    this.#select(this.#corpus);
    const helping = Promise.all(this.#helpers.map((helper) => helper.run()));
    // A failure is reported where it is awaited, below.
    helping.catch(() => undefined);
    try {
      for (;;) {
        const from = Atomics.add(next, 0, chunk);
        if (from >= lines) break;
        this.#kernel.train(from, Math.min(from + chunk, lines));
        const words = this.trainedTokens;
        onChunk(words / this.#totalTokens, words);
        await turn();
        signal.throwIfAborted();
      }
    } finally {
      // After an abort the helpers find no line left.
      Atomics.store(next, 0, lines);
      await helping;
    }
    this.#kernel.flush();
  }

  /** Share of the examples whose most probable label is one of their own; NaN without examples. */
  async accuracy(corpus: Corpus, signal: AbortSignal): Promise<number> {
    const chunk = this.#chunk(corpus);
    let correct = 0;
    for (let from = 0; from < corpus.lines; from += chunk) {
      this.#select(corpus);
      correct += this.#kernel.countCorrect(from, Math.min(from + chunk, corpus.lines));
      await turn();
      signal.throwIfAborted();
    }
    return correct / corpus.examples;
  }

  /** Keeps a copy of both matrices, in place of the last one. */
  storeBest(): void {
    this.#best ??= {
      weights: new Float32Array((this.#rows * this.#rowBytes) / 4),
      outputs: new Float32Array((this.#labels * this.#rowBytes) / 4),
    };
    this.#best.weights.set(this.#memory.float32(this.#weights, this.#best.weights.length));
    this.#best.outputs.set(this.#memory.float32(this.#outputs, this.#best.outputs.length));
  }

  /** Goes back to the copy, when there is one. */
  restoreBest(): void {
    if (!this.#best) return;
    this.#memory.float32(this.#weights, this.#best.weights.length).set(this.#best.weights);
    this.#memory.float32(this.#outputs, this.#best.outputs.length).set(this.#best.outputs);
  }

  /** The input matrix in full: words, then all buckets; those that training never met are zero. */
  inputRows(): WritableRows {
    const words = this.#words;
    const buckets = this.#rows > words ? this.#settings.buckets : 0;
    const places = this.#memory.uint32(this.#bucketRows, buckets);
    const values = this.#memory.float32(this.#weights, (this.#rows * this.#rowBytes) / 4);
    const rows = words + this.#settings.buckets;
    const { dimension } = this.#settings;
    const stride = this.#rowBytes / 4;
    return {
      rows,
      columns: dimension,
      nextRow: (from) => {
        if (from < words) return from;
        let bucket = from - words;
        while (bucket < buckets && places[bucket] === 0) bucket++;
        return bucket < buckets ? words + bucket : rows;
      },
      copyRow: (row, target, position) => {
        const place = row < words ? row : (places[row - words] as number) - 1;
        target.set(values.subarray(place * stride, place * stride + dimension), position);
      },
    };
  }

  /** The output matrix: one row for each label. */
  outputRows(): WritableRows {
    const values = this.#memory.float32(this.#outputs, (this.#labels * this.#rowBytes) / 4);
    const { dimension } = this.#settings;
    const stride = this.#rowBytes / 4;
    return {
      rows: this.#labels,
      columns: dimension,
      nextRow: (from) => from,
      copyRow: (row, target, position) => target.set(values.subarray(row * stride, row * stride + dimension), position),
    };
  }

  /** Memory of one thread: hidden vector, gradient, and a score for each label. */
  #scratch(): number {
    return this.#memory.reserve(2 * this.#rowBytes + (this.#labels + 4) * 4, "the scratch memory");
  }

  /** A thread's own output rows, and those it last shared. */
  #outputCopy(): number {
    return this.#memory.reserve(2 * this.#labels * this.#rowBytes, "the output rows of a thread");
  }

  #prepare(kernel: Kernel, scratch: number, seed: number): void {
    kernel.setModel(this.#weights, this.#outputs, this.#labels, this.#rowBytes, scratch);
    kernel.setSchedule(this.#counter, this.#settings.learningRate, this.#totalTokens, seed);
  }

  #select(corpus: Corpus): void {
    this.#kernel.setCorpus(...corpus.addresses);
  }

  #chunk(corpus: Corpus): number {
    return Math.max(1, Math.floor((corpus.lines * TOKENS_PER_CHUNK) / Math.max(1, corpus.tokens)));
  }
}

/** Lets messages in: an abort of the job, for one. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
