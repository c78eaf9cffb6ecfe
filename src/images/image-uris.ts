import { UnsupportedError, ValidationError } from "../errors/index.js";
import { nearest, shown, unknownKeyIssues } from "../internal/options.js";
import { BUILT_IN_IMAGES, type BuiltInAlgorithm, type ImageFamily, type ImageVersion } from "./built-in-images.js";

/**
 * Options of {@link ImageUris.retrieve}.
 *
 * @public
 */
export interface RetrieveImageOptions {
  /** AWS region, for example `us-east-1`. */
  readonly region: string;
  /**
   * Version of the algorithm. Default: its only version; xgboost has several and then needs this or `scope` (which gives 1).
   */
  readonly version?: string | undefined;
  /** What the image is for. The built-in algorithms use one image for both. */
  readonly scope?: "training" | "inference" | undefined;
  /** Instance type the image is to run on; checked, and decides about the Graviton images of xgboost. */
  readonly instanceType?: string | undefined;
}

/**
 * Addresses of the Docker images of the built-in algorithms.
 *
 * @public
 */
export interface ImageUris {
  /**
   * Address of an algorithm's image: `{account}.dkr.ecr.{region}.{domain}/{repository}:{tag}`.
   *
   * @remarks Pure look-up in tables of this package; nothing is sent. An alias such as `latest` gives the tag it stands for.
   * @param algorithm - name of the image, for example `blazingtext` or `forecasting-deepar`
   * @throws {@link UnsupportedError} `UNKNOWN_IMAGE`, `UNSUPPORTED_VERSION`, `UNSUPPORTED_REGION` or `UNSUPPORTED_INSTANCE_TYPE`,
   * with all that would have worked in `candidates`
   * @throws {@link ValidationError} `INVALID_OPTIONS` for unknown options, a missing region or an unknown scope
   * @example
   * ```ts
   * imageUris.retrieve("blazingtext", { region: "us-east-1" }); // 811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1
   * ```
   */
  retrieve(algorithm: BuiltInAlgorithm, options: RetrieveImageOptions): string;
  /** Names of all algorithms, sorted. */
  algorithms(): BuiltInAlgorithm[];
  /** Versions of an algorithm, oldest first. */
  versions(algorithm: BuiltInAlgorithm): string[];
  /** Regions that have a version of an algorithm, sorted; without a version, the algorithm's default one. */
  regions(algorithm: BuiltInAlgorithm, version?: string): string[];
}

/**
 * Addresses of the Docker images of the built-in algorithms.
 *
 * @public
 */
export const imageUris: ImageUris = Object.freeze({
  retrieve,
  algorithms: () => Object.keys(BUILT_IN_IMAGES) as BuiltInAlgorithm[],
  versions: (algorithm: BuiltInAlgorithm) => Object.keys(familyOf(algorithm).versions),
  regions: (algorithm: BuiltInAlgorithm, version?: string) => {
    const family = familyOf(algorithm);
    return Object.keys(versionOf(algorithm, family, version ?? family.defaultVersion).registries);
  },
});

function retrieve(algorithm: BuiltInAlgorithm, options: RetrieveImageOptions): string {
  checkOptions(options);
  const family = familyOf(algorithm);
  const image = versionOf(algorithm, family, requestedVersion(algorithm, family, options));
  const account = image.registries[options.region];
  if (account === undefined || !Object.hasOwn(image.registries, options.region)) {
    const regions = Object.keys(image.registries);
    throw new UnsupportedError(
      `${algorithm} has no image in region ${shown(options.region)}${hint(options.region, regions)}; regions: ${regions.join(", ")}`,
      "UNSUPPORTED_REGION",
      regions,
    );
  }
  const tag = tagFor(algorithm, family, image, options.instanceType);
  return `${account}.dkr.ecr.${options.region}.${domainOf(options.region)}/${image.repository}:${tag}`;
}

function checkOptions(options: RetrieveImageOptions): void {
  const known = ["region", "version", "scope", "instanceType"];
  const issues = unknownKeyIssues(options ?? {}, known, "imageUris.retrieve");
  const { region, scope } = options ?? {};
  if (typeof region !== "string" || region === "") {
    issues.push({ path: ["region"], message: `region must be a region such as "us-east-1"; got ${shown(region)}` });
  }
  if (scope !== undefined && scope !== "training" && scope !== "inference") {
    issues.push({ path: ["scope"], message: `scope must be "training" or "inference"; got ${shown(scope)}` });
  }
  if (issues.length > 0) throw new ValidationError("imageUris.retrieve", issues);
}

function familyOf(algorithm: string): ImageFamily {
  if (Object.hasOwn(BUILT_IN_IMAGES, algorithm)) return BUILT_IN_IMAGES[algorithm as BuiltInAlgorithm];
  const names = Object.keys(BUILT_IN_IMAGES);
  throw new UnsupportedError(
    `There is no built-in algorithm with an image named ${shown(algorithm)}${hint(algorithm, names)}; names: ${names.join(", ")}`,
    "UNKNOWN_IMAGE",
    names,
  );
}

function requestedVersion(algorithm: string, family: ImageFamily, options: RetrieveImageOptions): string {
  if (options.version !== undefined) return options.version;
  const versions = Object.keys(family.versions);
  if (versions.length === 1 || options.scope !== undefined) return family.defaultVersion;
  throw new UnsupportedError(
    `${algorithm} has several versions; name one: ${versions.join(", ")}`,
    "UNSUPPORTED_VERSION",
    versions,
  );
}

function versionOf(algorithm: string, family: ImageFamily, requested: string): ImageVersion {
  const version = Object.hasOwn(family.aliases, requested) ? (family.aliases[requested] ?? requested) : requested;
  const image = Object.hasOwn(family.versions, version) ? family.versions[version] : undefined;
  if (image !== undefined) return image;
  const candidates = [...Object.keys(family.versions), ...Object.keys(family.aliases)];
  throw new UnsupportedError(
    `${algorithm} has no version ${shown(requested)}${hint(requested, candidates)}; versions: ${candidates.join(", ")}`,
    "UNSUPPORTED_VERSION",
    candidates,
  );
}

/** Instance families with Graviton processors that SageMaker hosts models on. */
const GRAVITON = new Set(["c6g", "c6gd", "c6gn", "c7g", "m6g", "m6gd", "r6g", "r6gd"]);

function tagFor(algorithm: string, family: ImageFamily, image: ImageVersion, instanceType: string | undefined): string {
  const instanceFamily = instanceType?.replace(/^ml\./u, "").split(".")[0] ?? "";
  if (GRAVITON.has(instanceFamily)) {
    if (image.gravitonTag !== undefined) return image.gravitonTag;
    const versions = Object.entries(family.versions).filter(([, { gravitonTag }]) => gravitonTag !== undefined);
    const names = versions.map(([version]) => `${algorithm} ${version}`);
    throw new UnsupportedError(
      `The image of ${algorithm} does not run on ${instanceType} (Graviton)` +
        (names.length > 0 ? `; ${names.join(" and ")} do` : "; use an x86 instance type such as ml.m5.xlarge"),
      "UNSUPPORTED_INSTANCE_TYPE",
      names,
    );
  }
  if (/^(?:trn|inf)\d/u.test(instanceFamily) || (image.cpuOnly && /^[gp]\d/u.test(instanceFamily))) {
    throw new UnsupportedError(
      `The image ${image.repository}:${image.tag} does not run on ${instanceType}; use a CPU${image.cpuOnly ? "" : " or GPU"} instance type such as ml.m5.xlarge`,
      "UNSUPPORTED_INSTANCE_TYPE",
    );
  }
  return image.tag;
}

/** Domain of the partition a region belongs to (botocore's partition data). */
function domainOf(region: string): string {
  if (region.startsWith("cn-")) return "amazonaws.com.cn";
  if (region.startsWith("us-iso-")) return "c2s.ic.gov";
  if (region.startsWith("us-isob-")) return "sc2s.sgov.gov";
  if (region.startsWith("us-isof-")) return "csp.hci.ic.gov";
  if (region.startsWith("eu-isoe-")) return "cloud.adc-e.uk";
  if (region.startsWith("eusc-")) return "amazonaws.eu";
  return "amazonaws.com";
}

function hint(asked: string, candidates: readonly string[]): string {
  const text = String(asked).toLowerCase();
  const near =
    nearest(text, candidates) ??
    (text.length >= 3 ? candidates.find((name) => name.includes(text) || text.includes(name)) : undefined);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}
