import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { trainValidationTestSplit } from "../../src/datasets/index.js";
import { type ListRecord, listImages, packImages, readImageList, writeImageList } from "../../src/formats/index.js";
import { useFolder } from "./support.js";

const parts = ["train", "validation", "test"] as const;

describe("trainValidationTestSplit of the images of a folder", () => {
  const path = useFolder();

  const makeImages = async (classes: Readonly<Record<string, number>>): Promise<void> => {
    for (const [name, count] of Object.entries(classes)) {
      await mkdir(path("images", name), { recursive: true });
      for (let image = 0; image < count; image++) {
        await writeFile(path("images", name, `${image}.png`), `\x89PNG\r\n\x1a\n${name} ${image}`, "latin1");
      }
    }
  };

  const writeLists = async (seed: number): Promise<Record<(typeof parts)[number], ListRecord[]>> => {
    const split = trainValidationTestSplit(await listImages(path("images")).toArray(), {
      validation: 0.2,
      test: 0.1,
      seed,
      stratifyBy: ({ labels }) => String(labels),
    });
    for (const part of parts) await writeImageList(path(`${part}.lst`), split[part], { unique: true });
    return {
      train: await readImageList(path("train.lst")).toArray(),
      validation: await readImageList(path("validation.lst")).toArray(),
      test: await readImageList(path("test.lst")).toArray(),
    };
  };

  const byClass = (images: readonly ListRecord[]): number[] =>
    [0, 1, 2].map((label) => images.filter(({ labels }) => labels === label).length);

  it("gives lists in which every class has its share and every image stands once", async () => {
    await makeImages({ bee: 60, cat: 30, dog: 10 });
    const lists = await writeLists(7);

    expect(byClass(lists.train)).toEqual([42, 21, 7]);
    expect(byClass(lists.validation)).toEqual([12, 6, 2]);
    expect(byClass(lists.test)).toEqual([6, 3, 1]);
    const all = parts.flatMap((part) => lists[part]).sort((a, b) => a.index - b.index);
    expect(all).toEqual((await listImages(path("images")).toArray()).map((record) => ({ ...record })));
  });

  it("gives the same lists for the same seed and others for another one, in mixed order", async () => {
    await makeImages({ bee: 20, cat: 20 });
    const lists = await writeLists(7);
    const indexes = lists.train.map(({ index }) => index);

    expect(await writeLists(7)).toEqual(lists);
    expect(await writeLists(8)).not.toEqual(lists);
    expect(indexes).not.toEqual(indexes.toSorted((a, b) => a - b));
  });

  it("gives lists that can be packed as they are", async () => {
    await makeImages({ bee: 10, cat: 10 });
    await writeLists(0);

    expect(await packImages(path("validation.lst"), path("images"), path("validation.rec"))).toMatchObject({
      records: 4,
    });
  });
});
