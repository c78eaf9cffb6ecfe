import { join } from "node:path";
import { LabelIndex, listImages, readImageHeader, readImageList } from "sagemaker-ts/formats";
import type { ChannelImages } from "./state.js";

/**
 * Reads a folder of images and its list as the training will, and compares them: every image is listed once, with the class
 * of its folder, and every line has its image.
 *
 * @param classFolders - names of the class folders in the order of the class numbers
 * @throws Error that names the first file or line without its other half
 */
export async function checkPairs(
  folder: string,
  list: string,
  { classFolders, signal }: { readonly classFolders: readonly string[]; readonly signal: AbortSignal },
): Promise<ChannelImages> {
  const lines = await readImageList(list, { strict: true, unique: true, signal }).toArray();
  const listed = new Map(lines.map((line) => [line.path, line.labels]));
  const found = listImages(folder, { labelIndex: new LabelIndex(classFolders), signal });
  const labels = new Map<number, number>();
  const smallest = { height: Number.POSITIVE_INFINITY, width: Number.POSITIVE_INFINITY };
  for await (const { path, labels: label } of found) {
    if (listed.get(path) !== label) {
      throw new Error(
        `${path} is ${listed.has(path) ? `listed as class ${listed.get(path)}` : "not listed"} in ${list}`,
      );
    }
    listed.delete(path);
    labels.set(label as number, (labels.get(label as number) ?? 0) + 1);
    const { height, width } = await readImageHeader(join(folder, path), { signal });
    smallest.height = Math.min(smallest.height, height);
    smallest.width = Math.min(smallest.width, width);
  }
  for (const path of listed.keys()) throw new Error(`${list} names ${path}, which is not in ${folder}`);
  for (const { path, reason } of found.skippedFiles) throw new Error(`${path} in ${folder} is no image (${reason})`);
  return { images: found.images, labels: [...labels].sort(([a], [b]) => a - b), smallest };
}
