import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { LabelIndex, listImages, ValidationError } from "../../src/formats/index.js";
import { useFolder } from "./support.js";

describe("listImages", () => {
  const path = useFolder();
  const makeFiles = async (...names: string[]): Promise<void> => {
    for (const name of names) {
      await mkdir(dirname(path(name)), { recursive: true });
      await writeFile(path(name), "");
    }
  };

  it("numbers the class folders and images in the order of their names", async () => {
    await makeFiles("dog/b.png", "dog/a.JPG", "cat/10.png", "cat/9.jpeg", "Zebra/z.png");
    const listing = listImages(path());

    expect(await listing.toArray()).toEqual([
      { index: 0, labels: 0, path: "Zebra/z.png" },
      { index: 1, labels: 1, path: "cat/10.png" },
      { index: 2, labels: 1, path: "cat/9.jpeg" },
      { index: 3, labels: 2, path: "dog/a.JPG" },
      { index: 4, labels: 2, path: "dog/b.png" },
    ]);
    expect(listing.labelIndex.names).toEqual(["Zebra", "cat", "dog"]);
    expect([...listing.classCounts]).toEqual([
      ["Zebra", 1],
      ["cat", 2],
      ["dog", 2],
    ]);
    expect(listing.images).toBe(5);
  });

  it("keeps names as they are and counts from the index that is given", async () => {
    await makeFiles("größe 1/日本 (1).png");

    expect(await listImages(path(), { firstIndex: 1 }).toArray()).toEqual([
      { index: 1, labels: 0, path: "größe 1/日本 (1).png" },
    ]);
  });

  it("takes nested folders into the class of the top folder, or makes each a class of its own", async () => {
    await makeFiles("a/x/1.png", "a/y/2.png", "a/3.png", "b/4.png");
    const pairs = async (options: Parameters<typeof listImages>[1]): Promise<string[]> =>
      (await listImages(path(), options).toArray()).map(({ labels, path: name }) => `${labels} ${name}`);

    expect(await pairs({})).toEqual(["0 a/3.png", "0 a/x/1.png", "0 a/y/2.png", "1 b/4.png"]);
    expect(await pairs({ recursive: false })).toEqual(["0 a/3.png", "1 b/4.png"]);
    const listing = listImages(path(), { classFolder: "parent" });
    expect((await listing.toArray()).map(({ labels }) => labels)).toEqual([0, 1, 2, 3]);
    expect(listing.labelIndex.names).toEqual(["a", "a/x", "a/y", "b"]);
  });

  it("reports what it leaves out", async () => {
    await makeFiles("a/1.png", "a/notes.txt", "a/._1.png", "a/.thumbs/2.png", "stray.png", "a/README", "a/3\t.png");
    await symlink(path("nowhere"), path("a/link.png"));
    const listing = listImages(path());

    expect((await listing.toArray()).map(({ path: name }) => name)).toEqual(["a/1.png"]);
    expect(listing.skipped).toBe(7);
    expect(Object.fromEntries(listing.skippedFiles.map(({ path: name, reason }) => [name, reason]))).toEqual({
      "stray.png": "no-class",
      "a/notes.txt": "extension",
      "a/README": "extension",
      "a/._1.png": "hidden",
      "a/.thumbs/": "hidden",
      "a/3\t.png": "name",
      "a/link.png": "special",
    });
  });

  it("takes other endings when they are given", async () => {
    await makeFiles("a/1.png", "a/2.bmp");

    expect((await listImages(path(), { extensions: [".BMP"] }).toArray()).map((record) => record.path)).toEqual([
      "a/2.bmp",
    ]);
  });

  it("follows links to files and folders, but not in a circle", async () => {
    await makeFiles("a/1.png", "elsewhere/2.png");
    await mkdir(path("b"));
    await symlink(path("elsewhere/2.png"), path("b/linked.png"));
    await symlink(path("elsewhere"), path("c"));
    await symlink(path(), path("a/circle"));

    expect((await listImages(path()).toArray()).map((record) => record.path)).toEqual([
      "a/1.png",
      "b/linked.png",
      "c/2.png",
      "elsewhere/2.png",
    ]);
  });

  it("uses the class table of the training images and refuses a folder that is not in it", async () => {
    await makeFiles("cat/1.png");
    const labelIndex = new LabelIndex(["dog", "cat"]);
    const listing = listImages(path(), { labelIndex });

    expect(await listing.toArray()).toEqual([{ index: 0, labels: 1, path: "cat/1.png" }]);
    expect([...listing.classCounts]).toEqual([
      ["dog", 0],
      ["cat", 1],
    ]);
    await makeFiles("dogs/1.png");
    await expect(listImages(path(), { labelIndex }).toArray()).rejects.toThrow(
      '"dogs" is no class of the class table; did you mean "dog"?',
    );
  });

  it("shuffles by seed: the same images with the same indexes in another order", async () => {
    await makeFiles(...Array.from({ length: 40 }, (_, at) => `${at % 4}/${at}.png`));
    const sorted = await listImages(path()).toArray();
    const shuffled = await listImages(path(), { shuffle: true, seed: 7 }).toArray();

    expect(shuffled).not.toEqual(sorted);
    expect(shuffled.toSorted((a, b) => a.index - b.index)).toEqual(sorted);
    expect(await listImages(path(), { shuffle: true, seed: 7 }).toArray()).toEqual(shuffled);
    expect(await listImages(path(), { shuffle: true, seed: 8 }).toArray()).not.toEqual(shuffled);
  });

  it("stops at an abort", async () => {
    await makeFiles("a/1.png");
    const signal = AbortSignal.abort(new Error("enough"));

    await expect(listImages(path(), { signal }).toArray()).rejects.toThrow("enough");
    await expect(listImages(path(), { signal, shuffle: true }).toArray()).rejects.toThrow("enough");
  });

  it("names every option that is wrong", () => {
    const options = { extension: [".png"], classFolder: "root" as "top", extensions: ["png"], firstIndex: -1 };

    expect(() => listImages(path(), options)).toThrow(ValidationError);
    expect(() => listImages(path(), options)).toThrow(/extension"[\s\S]*classFolder[\s\S]*firstIndex[\s\S]*"\.png"/u);
  });
});
