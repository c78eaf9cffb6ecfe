import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** What one recipe hands to the next. Everything here survives JSON. */
export interface RecipeState {
  /** Recipe 1: the rows that no training sees. */
  testRows: readonly TextRow[];
  /** Recipe 1: bucket that holds data and results. */
  bucket: string;
  /** Recipe 1: key prefix of everything that the text recipes write. */
  textPrefix: string;
  /** Recipe 3: the training job whose model recipe 4 uses. */
  blazingTextJob: string;
}

/** One labelled text. */
export interface TextRow {
  label: "positive" | "negative";
  text: string;
}

const producer: Record<keyof RecipeState, number> = { testRows: 1, bucket: 1, textPrefix: 1, blazingTextJob: 3 };

/** Folder for everything that the recipes write on this disk, with a slash at its end; the default is ignored by git. */
export const tmp: string = process.env["RECIPES_HOME"]
  ? `${process.env["RECIPES_HOME"]}/`
  : fileURLToPath(new URL("../../../tmp/recipes/", import.meta.url));

const path = `${tmp}state.json`;

/** Reads one value that an earlier recipe stored. */
export async function load<K extends keyof RecipeState>(key: K): Promise<RecipeState[K]> {
  const value = (await readAll())[key];
  if (value === undefined) throw new Error(`"${key}" is not stored yet: run recipe ${producer[key]} first`);
  return value as RecipeState[K];
}

/** Stores values for later recipes: written beside the old file, then renamed over it. */
export async function store(values: Partial<RecipeState>): Promise<void> {
  const merged = { ...(await readAll()), ...values };
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(merged));
  await rename(`${path}.new`, path);
}

async function readAll(): Promise<Partial<RecipeState>> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Partial<RecipeState>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}
