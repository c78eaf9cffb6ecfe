import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { enumIssues, integerIssues, textIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import type { Channel, InputMode, S3DataDistribution, S3DataType } from "./channel.js";
import { s3DataUriIssues } from "./s3-data-uri.js";

/**
 * Options of {@link TrainingInput}. What is not set is not sent, except the two members with a default.
 *
 * @public
 */
export interface TrainingInputOptions {
  /** MIME type that the algorithm reads the channel as, at most 256 characters, for example `text/plain`. */
  readonly contentType?: string | undefined;
  /**
   * What the URI names: every object whose key starts with it, a manifest, or an augmented manifest (JSON Lines).
   * @defaultValue "S3Prefix"
   */
  readonly s3DataType?: S3DataType | undefined;
  /**
   * `FullyReplicated` gives every instance all objects, `ShardedByS3Key` a share of them.
   * @defaultValue "FullyReplicated", and not sent at all when `targetAttributeName` is set
   */
  readonly distribution?: S3DataDistribution | undefined;
  /** How this channel reaches the container. Unset, the job's own input mode applies. An augmented manifest needs `Pipe`. */
  readonly inputMode?: InputMode | undefined;
  /** `Gzip` is undone by the service, in Pipe mode only. */
  readonly compression?: "None" | "Gzip" | undefined;
  /** `RecordIO` wraps every object, or every attribute of an augmented manifest, as one RecordIO record. */
  readonly recordWrapping?: "None" | "RecordIO" | undefined;
  /** Attributes of an augmented manifest to stream, in this order: 1 to 16 names of 1 to 256 characters. */
  readonly attributeNames?: readonly string[] | undefined;
  /** Shuffles the keys of a prefix or the lines of a manifest before each epoch; the seed is an integer. */
  readonly shuffleConfig?: { readonly seed: number } | undefined;
  /** Column or attribute that tabular algorithms learn to predict. */
  readonly targetAttributeName?: string | undefined;
  /** Names of the instance groups of a heterogeneous cluster that receive the channel. */
  readonly instanceGroups?: readonly string[] | undefined;
  /** Access to data of a private hub. */
  readonly hubAccessConfig?: { readonly hubContentArn: string } | undefined;
  /** Accepts the licence of a gated model given as a channel. */
  readonly modelAccessConfig?: { readonly acceptEula: boolean } | undefined;
}

/** Defaults of {@link TrainingInputOptions}. */
export const TRAINING_INPUT_DEFAULTS = Object.freeze({
  s3DataType: "S3Prefix",
  distribution: "FullyReplicated",
} as const);

const KNOWN = [
  "contentType",
  "s3DataType",
  "distribution",
  "inputMode",
  "compression",
  "recordWrapping",
  "attributeNames",
  "shuffleConfig",
  "targetAttributeName",
  "instanceGroups",
  "hubAccessConfig",
  "modelAccessConfig",
] as const;

/**
 * Data in S3 for one channel of a training job, with how to read it.
 *
 * @remarks
 * Nothing is read or checked in S3. `S3Prefix` matches by text: `s3://bucket/train` also takes `train_lst/…` and
 * `train2.txt`, so end a folder with a slash. All faults of the options are reported together, at construction.
 *
 * @example
 * ```ts
 * await estimator.fit({
 *   train: new TrainingInput("s3://bucket/data/train.txt", { contentType: "text/plain" }),
 *   validation: "s3://bucket/data/validation.txt",
 * });
 * ```
 * @see source: Channel, S3DataSource and ShuffleConfig of the SageMaker API reference
 * @public
 */
export class TrainingInput {
  /** The S3 URI, as given. */
  readonly s3Data: string;
  readonly options: TrainingInputOptions;

  /**
   * @param s3Data - `s3://bucket/prefix`, kept verbatim; at most 1024 characters
   * @param options - see {@link TrainingInputOptions}
   * @throws {@link ValidationError} `INVALID_OPTIONS` with every fault: the URI, an unknown key or value, a combination that
   * the service refuses (augmented manifest without attribute names or Pipe, FastFile with a manifest, Gzip without Pipe)
   */
  constructor(s3Data: string, options: TrainingInputOptions = {}) {
    const issues = trainingInputIssues(s3Data, options);
    if (issues.length > 0) throw new ValidationError("TrainingInput", issues);
    this.s3Data = s3Data;
    this.options = Object.freeze({ ...options });
  }

  /** The element of `InputDataConfig` for the channel of this name, exactly as it is sent. */
  toChannel(channelName: string): Channel {
    const o = this.options;
    const distribution =
      o.distribution ?? (o.targetAttributeName === undefined ? TRAINING_INPUT_DEFAULTS.distribution : undefined);
    return {
      ChannelName: channelName,
      DataSource: {
        S3DataSource: {
          S3DataType: o.s3DataType ?? TRAINING_INPUT_DEFAULTS.s3DataType,
          S3Uri: this.s3Data,
          ...(distribution !== undefined && { S3DataDistributionType: distribution }),
          ...(o.instanceGroups !== undefined && { InstanceGroupNames: [...o.instanceGroups] }),
          ...(o.attributeNames !== undefined && { AttributeNames: [...o.attributeNames] }),
          ...(o.hubAccessConfig !== undefined && {
            HubAccessConfig: { HubContentArn: o.hubAccessConfig.hubContentArn },
          }),
          ...(o.modelAccessConfig !== undefined && {
            ModelAccessConfig: { AcceptEula: o.modelAccessConfig.acceptEula },
          }),
        },
      },
      ...(o.contentType !== undefined && { ContentType: o.contentType }),
      ...(o.compression !== undefined && { CompressionType: o.compression }),
      ...(o.recordWrapping !== undefined && { RecordWrapperType: o.recordWrapping }),
      ...(o.inputMode !== undefined && { InputMode: o.inputMode }),
      ...(o.targetAttributeName !== undefined && { TargetAttributeName: o.targetAttributeName }),
      ...(o.shuffleConfig !== undefined && { ShuffleConfig: { Seed: o.shuffleConfig.seed } }),
    };
  }
}

function trainingInputIssues(s3Data: string, o: TrainingInputOptions): ValidationIssue[] {
  const dataType = o.s3DataType ?? TRAINING_INPUT_DEFAULTS.s3DataType;
  const issues = [
    ...unknownKeyIssues(o, KNOWN, "TrainingInput"),
    ...s3DataUriIssues(s3Data, ["s3Data"], dataType !== "S3Prefix"),
    ...enumIssues(o.s3DataType, ["S3Prefix", "ManifestFile", "AugmentedManifestFile"], "s3DataType"),
    ...enumIssues(o.distribution, ["FullyReplicated", "ShardedByS3Key"], "distribution"),
    ...enumIssues(o.inputMode, ["File", "Pipe", "FastFile"], "inputMode"),
    ...enumIssues(o.compression, ["None", "Gzip"], "compression"),
    ...enumIssues(o.recordWrapping, ["None", "RecordIO"], "recordWrapping"),
    ...textIssues(o.contentType, "contentType", 256),
    ...textIssues(o.targetAttributeName, "targetAttributeName", 256),
    ...integerIssues(o.shuffleConfig?.seed, "shuffleConfig.seed", 0, Number.MAX_SAFE_INTEGER),
  ];
  const add = (path: string, message: string): void => {
    issues.push({ path: [path], message });
  };
  if (o.shuffleConfig !== undefined && o.shuffleConfig?.seed === undefined) {
    add("shuffleConfig", `shuffleConfig needs a seed: { seed: 1 }; got ${shown(o.shuffleConfig)}`);
  }
  if (o.instanceGroups !== undefined && o.instanceGroups.length === 0) {
    add("instanceGroups", "instanceGroups must name at least one group; leave it out to send the channel to all");
  }
  if (dataType === "AugmentedManifestFile") {
    if (o.attributeNames === undefined || o.attributeNames.length === 0) {
      add("attributeNames", 'an augmented manifest needs attributeNames, for example ["source", "label"]');
    }
    if (o.inputMode !== "Pipe") {
      add("inputMode", `an augmented manifest is only read with inputMode "Pipe"; got ${shown(o.inputMode)}`);
    }
  } else if (o.attributeNames !== undefined) {
    add("attributeNames", `attributeNames belong to s3DataType "AugmentedManifestFile"; got s3DataType "${dataType}"`);
  }
  const names = o.attributeNames ?? [];
  if (names.length > 16) add("attributeNames", `attributeNames holds at most 16 names; got ${names.length}`);
  for (const name of names) {
    if (typeof name !== "string" || name.length < 1 || name.length > 256) {
      add("attributeNames", `an attribute name is a text of 1 to 256 characters; got ${shown(name)}`);
    }
  }
  if (o.inputMode === "FastFile" && dataType !== "S3Prefix") {
    add("inputMode", `inputMode "FastFile" reads only s3DataType "S3Prefix"; got "${dataType}"`);
  }
  if (o.compression === "Gzip" && (o.inputMode === "File" || o.inputMode === "FastFile")) {
    add("compression", `compression "Gzip" is undone only with inputMode "Pipe"; got inputMode "${o.inputMode}"`);
  }
  return issues;
}
