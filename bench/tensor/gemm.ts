// Matrix products against PyTorch on one thread: GFLOP for each CPU second. The goals say what four lanes without fused
// multiply-add can reach of what the machine has.
import { TensorEngine } from "../../src/local/tensor/index.js";
import { padded, RowProducts } from "../../src/local/tensor/recurrent/rows.js";
import { bench, type Comparison, type ForeignVariant, type NodeVariant } from "../harness.js";
import { torchPeer } from "./torch-peer.js";

const SHAPES = [
  { id: "G1", rows: 512, columns: 512, inner: 512, repeats: 40 },
  { id: "G2", rows: 980, columns: 128, inner: 1152, repeats: 40 },
  { id: "G3", rows: 80, columns: 512, inner: 4608, repeats: 40 },
  { id: "G4", rows: 32, columns: 160, inner: 80, repeats: 4000 },
];

const variants: Record<string, NodeVariant | ForeignVariant> = {};
const comparisons: Comparison[] = [];
for (const { id, rows, columns, inner, repeats } of SHAPES) {
  const shape = `${rows} x ${columns} x ${inner}`;
  variants[`${shape} ours`] = async (measure) => {
    const engine = await TensorEngine.create();
    const products = new RowProducts(engine, rows, [padded(inner), padded(columns)]);
    const [a, weights, out] = [rows * inner, inner * columns, rows * columns].map((count) =>
      engine.arena.reserve(count * 4),
    ) as [number, number, number];
    engine.arena.commit("matrices");
    products.prepare(engine.arena);
    engine.arena.float32(a, rows * inner).fill(0.5);
    engine.arena.float32(weights, inner * columns).fill(0.25);
    const work = (count: number): void => {
      for (let i = 0; i < count; i++) products.multiply({ rows, a, inner, weights, out, columns });
    };
    work(Math.ceil(repeats / 4));
    const start = process.cpuUsage();
    let milliseconds = 0;
    await measure(
      () => {
        work(repeats);
        const used = process.cpuUsage(start);
        milliseconds = (used.user + used.system) / 1000;
      },
      () => ({ gflops: (2 * rows * columns * inner * repeats) / milliseconds / 1e6 }),
    );
  };
  const sizes = [rows, columns, inner, repeats].map(String);
  variants[`${shape} PyTorch`] = torchPeer(["gemm", ...sizes]);
  comparisons.push({ id, work: shape, ours: `${shape} ours`, peer: `${shape} PyTorch`, goal: 8 });
}

await bench(import.meta.url, { title: "Tensor engine: matrix products", variants, comparisons });
