import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listImages, writeImageList } from "../../src/formats/index.js";
import { bench, type NodeVariant, python, wholeProcess, works } from "../harness.js";
import { listing } from "./python-peers.js";

/** Ten folders of 100 folders of 200 empty files: their names are all that matters. */
function makeTree(root: string): void {
  for (let folder = 0; folder < 1000; folder++) {
    const path = join(root, `group${Math.floor(folder / 100)}`, `n${String(folder * 7919).padStart(8, "0")}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 200; file++) {
      writeFileSync(join(path, `n${String(folder * 7919).padStart(8, "0")}_${(file * 7919) % 100_000}.jpg`), "");
    }
  }
}

const list =
  (shuffle: boolean): NodeVariant =>
  (measure, dir) => {
    let images = 0;
    return measure(
      async () => {
        images = (
          await writeImageList(join(dir, "ours.lst"), listImages(join(dir, "tree"), { shuffle, classFolder: "parent" }))
        ).records;
      },
      () => ({ images }),
    );
  };

await bench(import.meta.url, {
  title: "Image list of a tree with 200k files in 1010 folders",
  rounds: 5,
  prepare: (dir) => makeTree(join(dir, "tree")),
  variants: {
    listImages: list(false),
    "listImages, shuffled": list(true),
    "im2rec.py listing": python(listing),
    "find, sort, mawk": wholeProcess(
      `cd "$BENCH_DIR/tree" && find . -type f -printf '%P\\n' | LC_ALL=C sort | mawk 'BEGIN { OFS = "\\t" } { d = $0; sub(/\\/[^\\/]*$/, "", d); if (!(d in c)) c[d] = n++; print NR - 1, c[d], $0 }' > ../find.lst`,
      (await works("mawk", "BEGIN { }")) ? undefined : "apt install mawk",
    ),
  },
  comparisons: [
    { id: "L1", work: "image list of 200k files", ours: "listImages", peer: "im2rec.py listing", goal: 0.15 },
    { id: "L2", work: "image list of 200k files", ours: "listImages", peer: "find, sort, mawk", goal: 1.0 },
  ],
});
