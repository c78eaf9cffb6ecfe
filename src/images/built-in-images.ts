import { type Registries, SAGEMAKER_XGBOOST, TABLE_A, TABLE_B, TABLE_C, TABLE_D, XGBOOST_1 } from "./registries.js";

/** Where the image of one version of an algorithm is. */
export interface ImageVersion {
  readonly repository: string;
  readonly tag: string;
  readonly registries: Registries;
  /** Tag of the image for Graviton processors (inference only), where there is one. */
  readonly gravitonTag?: string;
  /** True when the image cannot use a GPU. */
  readonly cpuOnly?: boolean;
}

/** An algorithm's images. */
export interface ImageFamily {
  /** By version, oldest first. */
  readonly versions: Readonly<Record<string, ImageVersion>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** Version when only the scope is given; also when nothing is given and there is no other version. */
  readonly defaultVersion: string;
}

function onlyVersion(repository: string, registries: Registries): ImageFamily {
  return { versions: { "1": { repository, tag: "1", registries } }, aliases: {}, defaultVersion: "1" };
}

function xgboost(tag: string, more: Partial<ImageVersion> = {}): ImageVersion {
  return { repository: "sagemaker-xgboost", tag, registries: SAGEMAKER_XGBOOST, ...more };
}

/** The first-party built-in algorithms, by the name of their image. */
export const BUILT_IN_IMAGES = {
  blazingtext: onlyVersion("blazingtext", TABLE_A),
  "factorization-machines": onlyVersion("factorization-machines", TABLE_C),
  "forecasting-deepar": onlyVersion("forecasting-deepar", TABLE_B),
  "image-classification": onlyVersion("image-classification", TABLE_A),
  ipinsights: onlyVersion("ipinsights", TABLE_C),
  kmeans: onlyVersion("kmeans", TABLE_C),
  knn: onlyVersion("knn", TABLE_C),
  lda: onlyVersion("lda", TABLE_D),
  "linear-learner": onlyVersion("linear-learner", TABLE_C),
  ntm: onlyVersion("ntm", TABLE_C),
  "object-detection": onlyVersion("object-detection", TABLE_A),
  object2vec: onlyVersion("object2vec", TABLE_C),
  pca: onlyVersion("pca", TABLE_C),
  randomcutforest: onlyVersion("randomcutforest", TABLE_C),
  "semantic-segmentation": onlyVersion("semantic-segmentation", TABLE_A),
  seq2seq: onlyVersion("seq2seq", TABLE_A),
  xgboost: {
    versions: {
      "1": { repository: "xgboost", tag: "1", registries: XGBOOST_1 },
      "0.90-1": xgboost("0.90-1-cpu-py3", { cpuOnly: true }),
      "0.90-2": xgboost("0.90-2-cpu-py3", { cpuOnly: true }),
      "1.0-1": xgboost("1.0-1-cpu-py3", { cpuOnly: true }),
      "1.2-1": xgboost("1.2-1"),
      "1.2-2": xgboost("1.2-2"),
      "1.3-1": xgboost("1.3-1", { gravitonTag: "1.3-1-arm64" }),
      "1.5-1": xgboost("1.5-1", { gravitonTag: "1.5-1-arm64" }),
      "1.7-1": xgboost("1.7-1"),
      "3.0-5": xgboost("3.0-5"),
      "3.2-0": xgboost("3.2-0"),
    },
    aliases: { latest: "1" },
    defaultVersion: "1",
  },
} as const satisfies Readonly<Record<string, ImageFamily>>;

/**
 * Name of a built-in algorithm's image.
 *
 * @public
 */
export type BuiltInAlgorithm = keyof typeof BUILT_IN_IMAGES;
