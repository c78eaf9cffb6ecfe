// Where this thread's data lies. Every thread runs its own instance of the kernel on the same memory, so these globals
// are per thread.

export let weights: usize = 0; // input rows: words first, then the used hash buckets in first-seen order
export let outputs: usize = 0; // one row for each label
export let labels: i32 = 0;
export let bytes: usize = 0;
export let hidden: usize = 0; // scratch of this thread: hidden vector, gradient, label scores
export let gradient: usize = 0;
export let scores: usize = 0;

export let sharedOutputs: usize = 0; // with several threads: the rows that all have in common; `outputs` is then this thread's copy
export let lastOutputs: usize = 0; // the common rows as this thread last saw them
export let outputLock: usize = 0; // i32, 1 while a thread merges

export let features: usize = 0; // i32 row numbers of all lines, one after the other
export let lineStarts: usize = 0; // u32 index into `features`; lines + 1 entries
export let lineSizes: usize = 0; // i32 number of features that the average divides by
export let lineTokens: usize = 0; // i32 tokens of the line as fastText counts them, labels and line end included
export let labelStarts: usize = 0; // u32 index into `labelIds`; lines + 1 entries
export let labelIds: usize = 0; // i32

export function setModel(weightsAt: usize, outputsAt: usize, labelCount: i32, rowBytes: usize, scratchAt: usize): void {
  weights = weightsAt;
  outputs = outputsAt;
  labels = labelCount;
  bytes = rowBytes;
  hidden = scratchAt;
  gradient = scratchAt + rowBytes;
  scores = scratchAt + 2 * rowBytes;
  sharedOutputs = 0;
}

/**
 * Makes this thread train on a copy of the output rows, `copyAt`, and merge its changes now and then. Every step writes
 * all output rows: two threads on the same ones would wait for each other's cache lines most of the time.
 */
export function shareOutputs(lockAt: usize, copyAt: usize): void {
  sharedOutputs = outputs;
  outputs = copyAt;
  lastOutputs = copyAt + <usize>labels * bytes;
  outputLock = lockAt;
}

export function setCorpus(
  featuresAt: usize,
  lineStartsAt: usize,
  lineSizesAt: usize,
  lineTokensAt: usize,
  labelStartsAt: usize,
  labelIdsAt: usize,
): void {
  features = featuresAt;
  lineStarts = lineStartsAt;
  lineSizes = lineSizesAt;
  lineTokens = lineTokensAt;
  labelStarts = labelStartsAt;
  labelIds = labelIdsAt;
}
