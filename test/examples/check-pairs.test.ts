import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkPairs } from "../../examples/recipes/support/check-pairs.js";
import { mnistFiles } from "../../examples/recipes/support/mnist-files.js";
import { encodePng } from "../../src/formats/index.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pairs-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Checks two images, `0/a.png` and `1/b.png`, against a list. */
async function check(list: string) {
  const image = await encodePng({ width: 3, height: 2, channels: 1, data: new Uint8Array(6) });
  for (const [digit, name] of ["a", "b"].entries()) {
    await mkdir(join(folder, "train", String(digit)), { recursive: true });
    await writeFile(join(folder, "train", String(digit), `${name}.png`), image);
  }
  await writeFile(join(folder, "train.lst"), list);
  const { signal } = new AbortController();
  return checkPairs(join(folder, "train"), join(folder, "train.lst"), { classFolders: ["0", "1", "2"], signal });
}

describe("checkPairs", () => {
  it("counts the images of every class and finds the smallest sides", async () => {
    expect(await check("1\t0\t0/a.png\n2\t1\t1/b.png\n")).toEqual({
      images: 2,
      labels: [
        [0, 1],
        [1, 1],
      ],
      smallest: { height: 2, width: 3 },
    });
  });

  it.each([
    ["an image without a line", "1\t0\t0/a.png\n", /1\/b\.png is not listed in/u],
    ["a line without its image", "1\t0\t0/a.png\n2\t1\t1/b.png\n3\t2\t2/c.png\n", /names 2\/c\.png, which is not in/u],
    ["another class than the folder's", "1\t0\t0/a.png\n2\t0\t1/b.png\n", /1\/b\.png is listed as class 0 in/u],
    ["an image listed twice", "1\t0\t0/a.png\n2\t0\t0/a.png\n", /line 2/u],
  ])("refuses %s", async (_, list, message) => {
    await expect(check(list)).rejects.toThrow(message);
  });
});

describe("mnistFiles", () => {
  afterEach(() => {
    delete process.env["MNIST_FOLDER"];
  });

  it("takes compressed and plain files from a folder of one's own", async () => {
    process.env["MNIST_FOLDER"] = folder;
    const names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz"];
    for (const name of names) await writeFile(join(folder, name), "");
    await expect(mnistFiles()).rejects.toThrow("holds neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz");

    await writeFile(join(folder, "t10k-labels-idx1-ubyte"), "");
    const { train, test } = await mnistFiles();
    expect([train.images, train.labels, test.images]).toEqual(names.map((name) => join(folder, name)));
  });
});
