import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { TimeSeriesJSON } from "sagemaker-ts";

/** What one recipe hands to the next. Everything here survives JSON. */
export interface RecipeState {
  /** Recipe 1: the rows that no training sees. */
  testRows: readonly TextRow[];
  /** Recipe 1: bucket that holds data and results. */
  bucket: string;
  /** Recipe 1: key prefix of everything that the text recipes write. */
  textPrefix: string;
  /** S3 URIs of the objects and folders that the recipes have made, and endpoints as `endpoint/name`. */
  created: readonly string[];
  /** Recipe 3: the training job whose model recipe 4 uses. */
  blazingTextJob: string;
  /** Recipe 5: the digits, and where they are in S3. */
  digits: Digits;
  /** Recipe 6: the training job that has learnt the digits. */
  digitsJob: string;
  /** Recipe 7: the whole series. */
  series: TimeSeriesJSON;
  /** Recipe 8: the series without its end, and the end. */
  trainingSeries: TimeSeriesJSON;
  targetSeries: TimeSeriesJSON;
  /** Recipe 8: points of the end. */
  predictionLength: number;
  /** Recipe 8: S3 URI below which everything of the series is. */
  seriesRoot: string;
  /** Recipe 9: the job whose model forecasts. */
  deepARJob: string;
  /** Recipe 9: the endpoint that forecasts, until recipe 10 deletes it. */
  forecastEndpoint: string;
}

/** One labelled text. */
export interface TextRow {
  label: "positive" | "negative";
  text: string;
}

/** Images of one channel, as its folder and its list agree on them. */
export interface ChannelImages {
  images: number;
  /** Class numbers, each with its number of images. */
  labels: readonly (readonly [label: number, images: number])[];
  /** The lowest height and the lowest width, in pixels. */
  smallest: { height: number; width: number };
}

/** What recipe 5 has made. */
export interface Digits {
  /** S3 URI, with a slash at its end, of the folders `train/`, `validation/`, `train_lst/`, `validation_lst/` and `test/`. */
  root: string;
  train: ChannelImages;
  validation: ChannelImages;
  /** The test images, names of files in {@link digitFolder}`test/`, and what they show. */
  test: readonly { file: string; digit: number }[];
}

const producer: Record<keyof RecipeState, number> = {
  testRows: 1,
  bucket: 1,
  textPrefix: 1,
  created: 1,
  blazingTextJob: 3,
  digits: 5,
  digitsJob: 6,
  series: 7,
  trainingSeries: 8,
  targetSeries: 8,
  predictionLength: 8,
  seriesRoot: 8,
  deepARJob: 9,
  forecastEndpoint: 9,
};

/** Folder for everything that the recipes write on this disk, with a slash at its end; the default is ignored by git. */
export const tmp: string = process.env["RECIPES_HOME"]
  ? `${process.env["RECIPES_HOME"]}/`
  : fileURLToPath(new URL("../../../tmp/recipes/", import.meta.url));

/** Folder of the digits on this disk, with a slash at its end. */
export const digitFolder = `${tmp}digits/`;

/** Folder of the reports for people, with a slash at its end; the clean-up leaves them. */
export const reports = `${tmp}reports/`;

const path = `${tmp}state.json`;

/** Reads one value that an earlier recipe stored. */
export async function load<K extends keyof RecipeState>(key: K): Promise<RecipeState[K]> {
  const value = (await readAll())[key];
  if (value === undefined) throw new Error(`"${key}" is not stored yet: run recipe ${producer[key]} first`);
  return value as RecipeState[K];
}

/** Stores values for later recipes. */
export async function store(values: Partial<RecipeState>): Promise<void> {
  await writeAll({ ...(await readAll()), ...values });
}

/** Notes what is about to be made, so that the clean-up finds it even when the recipe fails half-way. */
export async function note(...uris: readonly string[]): Promise<void> {
  const { created = [] } = await readAll();
  await store({ created: [...new Set([...created, ...uris])] });
}

/** Takes back the note of an endpoint that is deleted, so that no recipe asks it any more. */
export async function forgetEndpoint(name: string): Promise<void> {
  const { forecastEndpoint, created = [], ...others } = await readAll();
  await writeAll({
    ...others,
    created: created.filter((note) => note !== `endpoint/${name}`),
    ...(forecastEndpoint !== undefined && forecastEndpoint !== name && { forecastEndpoint }),
  });
}

/** The notes so far. */
export async function noted(): Promise<readonly string[]> {
  return (await readAll()).created ?? [];
}

/** Removes what the recipes have written on this disk; the folder too, when nothing else is in it. */
export async function removeFiles(): Promise<void> {
  const names = await readdir(tmp).catch(() => []);
  const ours = names.filter((name) =>
    /^(?:state\.json(?:\.new)?|synthetic\..*\.txt|batch-prediction|digits|(?:training|test|published-\w+)\.jsonl|sagemaker)$/u.test(
      name,
    ),
  );
  for (const name of ours) await rm(`${tmp}${name}`, { recursive: true });
  if (names.length > 0 && ours.length === names.length) await rmdir(tmp);
}

async function readAll(): Promise<Partial<RecipeState>> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Partial<RecipeState>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** Written beside the old file, then renamed over it. */
async function writeAll(state: Partial<RecipeState>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(state));
  await rename(`${path}.new`, path);
}
