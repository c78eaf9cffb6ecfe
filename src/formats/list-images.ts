import { ValidationError } from "../errors/index.js";
import { enumIssues, integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { ListRecord } from "./image-list.js";
import { LabelIndex } from "./label-index.js";
import { RecordStream } from "./record-stream.js";

/**
 * Options of {@link listImages}.
 *
 * @public
 */
export interface ListImagesOptions {
  /**
   * Endings of the files that are taken, in any case; others are reported as skipped.
   *
   * @defaultValue [".jpg", ".jpeg", ".png"]
   */
  readonly extensions?: readonly string[] | undefined;
  /**
   * Whether folders in folders are walked too. Without it only the files directly in the class folders are listed.
   *
   * @defaultValue true
   */
  readonly recursive?: boolean | undefined;
  /**
   * Which folder names the class: `"top"` the one directly in the root, `"parent"` the one that holds the file, by its
   * path from the root, as `im2rec --list --recursive` numbers them.
   *
   * @defaultValue "top"
   */
  readonly classFolder?: "top" | "parent" | undefined;
  /**
   * The class table, for example of the training images when validation images are listed. A folder that is not in it is
   * an error.
   *
   * @defaultValue the classes get numbers in the order of their names
   */
  readonly labelIndex?: LabelIndex | undefined;
  /**
   * Index of the first image.
   *
   * @defaultValue 0
   */
  readonly firstIndex?: number | undefined;
  /**
   * Whether the images come in random order, with the indexes of the sorted order. All file names are then held in memory.
   *
   * @defaultValue false
   */
  readonly shuffle?: boolean | undefined;
  /**
   * Whole number that decides about the random order. The same seed gives the same order on every machine.
   *
   * @defaultValue 0
   */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link ListImagesOptions}. */
export const listImagesDefaults = Object.freeze({
  extensions: Object.freeze([".jpg", ".jpeg", ".png"]),
  recursive: true,
  classFolder: "top",
  firstIndex: 0,
  shuffle: false,
  seed: 0,
} as const);

/**
 * A file that {@link listImages} left out.
 *
 * @public
 */
export interface SkippedFile {
  /** Relative to the root. */
  readonly path: string;
  /**
   * `extension`: not one of the endings; `hidden`: the name begins with a dot, as macOS writes beside images; `no-class`:
   * directly in the root; `special`: neither file nor folder, or a link that leads nowhere; `name`: a name that a list cannot
   * hold, with a tab, a line break or blanks at its ends.
   */
  readonly reason: "extension" | "hidden" | "no-class" | "special" | "name";
}

/** What the walk found so far. */
export interface ListingState {
  images: number;
  readonly classNames: string[];
  readonly classCounts: number[];
  skipped: number;
  readonly skippedFiles: SkippedFile[];
}

/**
 * The images of a folder, as {@link listImages} finds them. What it says about classes and skipped files is complete when
 * the records have been read to the end.
 *
 * @public
 */
export class ImageListing extends RecordStream<ListRecord> {
  readonly #state: ListingState;

  /** @internal */
  constructor(open: () => AsyncGenerator<ListRecord[], void, void>, state: ListingState) {
    super(open);
    this.#state = state;
  }

  /** Images so far. */
  get images(): number {
    return this.#state.images;
  }

  /** The class table: names of folders and their numbers. */
  get labelIndex(): LabelIndex {
    return new LabelIndex(this.#state.classNames);
  }

  /** Images of each class, by name. */
  get classCounts(): ReadonlyMap<string, number> {
    return new Map(this.#state.classNames.map((name, id) => [name, this.#state.classCounts[id] ?? 0]));
  }

  /** Number of files that were left out. */
  get skipped(): number {
    return this.#state.skipped;
  }

  /** The first 100 files that were left out. */
  get skippedFiles(): readonly SkippedFile[] {
    return this.#state.skippedFiles;
  }
}

/**
 * Lists the images of a folder with one folder per class.
 *
 * @remarks
 * Order: folders and files by their names, in order of UTF-16 units; the files of a folder before its folders. So the same
 * tree gives the same list everywhere. Links are followed. Names are written as they are, with `/` between folders. No
 * file is opened or asked for its size. Lists for training and validation come from the records in an array and
 * `trainValidationTestSplit`.
 *
 * @param root - the folder that holds the class folders
 * @returns the records of an image list; read them once, for example with {@link writeImageList}
 * @throws {@link ValidationError} `INVALID_OPTIONS`; `INVALID_INPUT` for a class folder that is not in `labelIndex`
 * @example
 * ```ts
 * const listing = listImages("images/train", { shuffle: true, seed: 7 });
 * await writeImageList("train.lst", listing);
 * await writeFile("classes.json", JSON.stringify(listing.labelIndex));
 * ```
 * @public
 */
export function listImages(root: string | URL, options: ListImagesOptions = {}): ImageListing {
  checkOptions(options);
  const state: ListingState = { images: 0, classNames: [], classCounts: [], skipped: 0, skippedFiles: [] };
  if (options.labelIndex) {
    state.classNames.push(...options.labelIndex.names);
    state.classCounts.push(...options.labelIndex.names.map(() => 0));
  }
  return new ImageListing(async function* batches() {
    const { walkImages } = await import("./walk-images.js");
    yield* walkImages(root, { ...listImagesDefaults, ...withoutUndefined(options) }, state);
  }, state);
}

/** The options with their defaults. */
export type ListingSettings = typeof listImagesDefaults extends infer D
  ? { [K in keyof D]: K extends keyof ListImagesOptions ? NonNullable<ListImagesOptions[K]> : never } & Pick<
      ListImagesOptions,
      "labelIndex" | "signal"
    >
  : never;

function withoutUndefined(options: ListImagesOptions): Partial<ListingSettings> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkOptions(options: ListImagesOptions): void {
  const known = [...Object.keys(listImagesDefaults), "labelIndex", "signal"];
  const issues = [
    ...unknownKeyIssues(options, known, "listImages"),
    ...enumIssues(options.classFolder, ["top", "parent"], "classFolder"),
    ...integerIssues(options.firstIndex, "firstIndex", 0, Number.MAX_SAFE_INTEGER),
    ...integerIssues(options.seed, "seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  ];
  const { extensions = listImagesDefaults.extensions } = options;
  if (!Array.isArray(extensions) || !extensions.every((text) => typeof text === "string" && /^\../u.test(text))) {
    const message = `extensions must be endings such as ".png", got ${shown(extensions)}`;
    issues.push({ path: ["extensions"], message });
  }
  if (issues.length > 0) throw new ValidationError("listImages", issues);
}
