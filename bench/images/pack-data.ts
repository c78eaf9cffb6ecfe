import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listImages, packImages, readImageRecords, writeImageList } from "../../src/formats/index.js";
import { seededRandom } from "../../src/internal/random.js";
import { type BenchSpec, python, wholeProcess } from "../harness.js";
import { packing, unpacking } from "./python-peers.js";

/** Files that begin like PNGs, some with the magic number of RecordIO at a multiple of 4, as noise never has it. */
export async function prepare(dir: string, files: number, bytes: number, folders: number): Promise<void> {
  const random = seededRandom(1);
  const noise = Buffer.from(Array.from({ length: bytes + 64 }, () => random.nextInt(256)));
  for (let file = 0; file < files; file++) {
    const folder = join(dir, "tree", String(file % folders));
    if (file < folders) mkdirSync(folder, { recursive: true });
    const content = Buffer.from(noise.subarray(0, bytes - 16 + random.nextInt(32)));
    content.write("\x89PNG\r\n\x1a\n", 0, "latin1");
    content.writeUInt32LE(file, 8);
    if (file % 50 === 0) content.writeUInt32LE(0xced7230a, 64);
    writeFileSync(join(folder, `${String(file).padStart(6, "0")}.png`), content);
  }
  await writeImageList(join(dir, "list.lst"), listImages(join(dir, "tree")));
  await writeImageList(join(dir, "one.lst"), [{ index: 0, labels: 0, path: "0/000000.png" }]);
  await packImages(join(dir, "list.lst"), join(dir, "tree"), join(dir, "list.rec"));
}

/** Loads the modules, as the Python peers do before they measure. */
async function loadModules(dir: string): Promise<void> {
  await packImages(join(dir, "one.lst"), join(dir, "tree"), join(dir, "one.rec"));
  await readImageRecords(join(dir, "one.rec")).toArray();
}

export const variants = {
  packImages: async (measure, dir) => {
    await loadModules(dir);
    await measure(() => packImages(join(dir, "list.lst"), join(dir, "tree"), join(dir, "ours.rec")));
  },
  readImageRecords: async (measure, dir) => {
    await loadModules(dir);
    let bytes = 0;
    await measure(
      async () => {
        for await (const batch of readImageRecords(join(dir, "list.rec")).batches()) {
          for (const { image } of batch) bytes += image.length;
        }
      },
      () => ({ mb: bytes / 1e6 }),
    );
  },
  "tar -cf": wholeProcess(`tar -cf "$BENCH_DIR/tree.tar" -C "$BENCH_DIR" tree`),
  "Python pass-through": python(packing),
  "Python unpack": python(unpacking),
} satisfies BenchSpec["variants"];
