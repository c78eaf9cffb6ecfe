// The whole job of 480 MNIST digits, five epochs: read, decode, train, validate, save the best epochs; against PyTorch doing
// the same with one thread, and with a second thread. Wall time is meaningful on a quiet machine only.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bench, type ForeignVariant, type NodeVariant, works } from "../harness.js";
import { plainDigits, trainDigits, writeDigits } from "./mnist.js";

const SEED = 1;
const EPOCHS = process.env["BENCH_EPOCHS"] ?? "5";
const PYTHON = process.env["BENCH_TORCH_PYTHON"] ?? "python3";

const job =
  (threads: number): NodeVariant =>
  async (measure, dir) => {
    let digest = Number.NaN;
    await measure(
      async () => {
        ({ digest } = await trainDigits(dir, { seed: SEED, threads, hyperparameters: { epochs: EPOCHS } }));
      },
      () => ({ digest }),
    );
  };

async function torch(): Promise<ForeignVariant> {
  const inChild = process.env["BENCH_VARIANT"] !== undefined;
  const missing = inChild || (await works(PYTHON, "-c", "import torch")) ? undefined : "pip install torch";
  const script = "bench/image-classification/peer.py";
  return {
    command: ["bash", "-c", `exec ${PYTHON} ${script} "$BENCH_DIR" ${EPOCHS}`],
    ...{ measures: "self", env: { PYTHONPATH: "bench" }, missing },
  };
}

await bench(import.meta.url, {
  title: `Image Classification: ResNet-18 on 480 MNIST digits, ${EPOCHS} epochs`,
  prepare: async (dir) => {
    await writeDigits(dir, [SEED]);
    for (const name of ["train", "validation"]) {
      writeFileSync(join(dir, `${name}.bytes`), await plainDigits(join(dir, `${name}-${SEED}.rec`)));
    }
  },
  variants: { "one thread": job(1), "two threads": job(2), PyTorch: await torch() },
  comparisons: [
    { id: "I2", work: "CPU time of the job", ours: "one thread", peer: "PyTorch", goal: 1 },
    { id: "I3", work: "peak memory, MiB", ours: "one thread", metric: "peakMb", goal: 400 },
    {
      ...{ id: "I4", work: "wall time, one thread / two", ours: "one thread", peer: "two threads", metric: "wallMs" },
      ...{ goal: 1.5, goalIs: "at least" as const },
    },
    {
      ...{ id: "I5", work: "bits that a second thread changes", ours: "one thread", peer: "two threads" },
      ...{ metric: "digest", as: "difference" as const, goal: 0 },
    },
  ],
  rounds: 1,
});
