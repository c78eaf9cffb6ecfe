import { bench } from "../harness.js";
import { prepare, variants } from "./pack-data.js";

await bench(import.meta.url, {
  title: "RecordIO of 5000 images of 100 KB",
  rounds: 3,
  prepare: (dir) => prepare(dir, 5_000, 100_000, 10),
  variants,
  comparisons: [
    { id: "P2", work: "pack images of 100 KB", ours: "packImages", peer: "tar -cf", goal: 0.8 },
    { id: "P3", work: "pack images of 100 KB", ours: "packImages", peer: "Python pass-through", goal: 0.65 },
    { id: "P5", work: "peak memory of packing", ours: "packImages", metric: "peakMb", goal: 90 },
  ],
});
