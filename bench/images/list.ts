import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listImages, writeImageList } from "../../src/formats/index.js";
import { bench, type ForeignVariant, type NodeVariant, python, wholeProcess, works } from "../harness.js";
import { listing } from "./python-peers.js";

/** Empty files: their names are all that matters. */
function makeFiles(folder: string, name: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < count; file++) writeFileSync(join(folder, `${name}_${(file * 7919) % 100_000}.jpg`), "");
}

/** Ten folders of 100 folders of 200 files. */
function makeTree(root: string): void {
  for (let folder = 0; folder < 1000; folder++) {
    const name = `n${String(folder * 7919).padStart(8, "0")}`;
    makeFiles(join(root, `group${Math.floor(folder / 100)}`, name), name, 200);
  }
}

/** 250 class folders of 800 files, as most data sets of classified images are. */
function makeFlatTree(root: string): void {
  for (let label = 1; label <= 250; label++) {
    const number = String(label).padStart(3, "0");
    makeFiles(join(root, `${number}.class-${label}`), number, 800);
  }
}

const list =
  (tree: string, shuffle: boolean): NodeVariant =>
  (measure, dir) => {
    let images = 0;
    return measure(
      async () => {
        const listing = listImages(join(dir, tree), { shuffle, classFolder: tree === "flat" ? "top" : "parent" });
        images = (await writeImageList(join(dir, "ours.lst"), listing)).records;
      },
      () => ({ images }),
    );
  };

const withoutMawk = (await works("mawk", "BEGIN { }")) ? undefined : "apt install mawk";
const pipe = (tree: string): ForeignVariant =>
  wholeProcess(
    `cd "$BENCH_DIR/${tree}" && find . -type f -printf '%P\\n' | LC_ALL=C sort | mawk 'BEGIN { OFS = "\\t" } { d = $0; sub(/\\/[^\\/]*$/, "", d); if (!(d in c)) c[d] = n++; print NR - 1, c[d], $0 }' > ../find.lst`,
    withoutMawk,
  );

await bench(import.meta.url, {
  title: "Image lists of trees with 200k files: in 1010 folders, and flat in 250 class folders",
  rounds: 5,
  prepare: (dir) => {
    makeTree(join(dir, "tree"));
    makeFlatTree(join(dir, "flat"));
  },
  variants: {
    listImages: list("tree", false),
    "listImages, shuffled": list("tree", true),
    "listImages, flat": list("flat", false),
    "im2rec.py listing": python(listing),
    "find, sort, mawk": pipe("tree"),
    "find, sort, mawk, flat": pipe("flat"),
  },
  comparisons: [
    { id: "L1", work: "image list of 200k files", ours: "listImages", peer: "im2rec.py listing", goal: 0.15 },
    { id: "L2", work: "image list of 200k files", ours: "listImages", peer: "find, sort, mawk", goal: 1.0 },
    {
      id: "L2b",
      work: "image list of 200k files, flat",
      ours: "listImages, flat",
      peer: "find, sort, mawk, flat",
      goal: 1.0,
    },
  ],
});
