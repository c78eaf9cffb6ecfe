import { bench } from "../harness.js";
import { prepare, variants } from "./pack-data.js";

await bench(import.meta.url, {
  title: "RecordIO of 60k images of 163 bytes",
  rounds: 5,
  prepare: (dir) => prepare(dir, 60_000, 163, 10),
  variants,
  comparisons: [
    { id: "P1", work: "pack 60k small images", ours: "packImages", peer: "tar -cf", goal: 1.2 },
    { id: "P3", work: "pack 60k small images", ours: "packImages", peer: "Python pass-through", goal: 0.65 },
    { id: "P4", work: "unpack 60k small images", ours: "readImageRecords", peer: "Python unpack", goal: 0.9 },
  ],
});
