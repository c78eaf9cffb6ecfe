/**
 * How S3 data of a channel is named.
 *
 * @public
 */
export type S3DataType = "S3Prefix" | "ManifestFile" | "AugmentedManifestFile";

/**
 * How data reaches the training container: copied before the start, streamed through a pipe, or mounted and streamed.
 *
 * @public
 */
export type InputMode = "File" | "Pipe" | "FastFile";

/**
 * How a channel's objects are spread over the instances.
 *
 * @public
 */
export type S3DataDistribution = "FullyReplicated" | "ShardedByS3Key";

/**
 * `DataSource.S3DataSource` of a channel, exactly as sent.
 *
 * @public
 */
export interface S3DataSource {
  readonly S3DataType: S3DataType;
  readonly S3Uri: string;
  readonly S3DataDistributionType?: S3DataDistribution | undefined;
  readonly AttributeNames?: readonly string[] | undefined;
  readonly InstanceGroupNames?: readonly string[] | undefined;
  readonly HubAccessConfig?: { readonly HubContentArn: string } | undefined;
  readonly ModelAccessConfig?: { readonly AcceptEula: boolean } | undefined;
}

/**
 * `DataSource.FileSystemDataSource` of a channel, exactly as sent.
 *
 * @public
 */
export interface FileSystemDataSource {
  readonly FileSystemId: string;
  readonly FileSystemType: "EFS" | "FSxLustre";
  readonly DirectoryPath: string;
  readonly FileSystemAccessMode: "ro" | "rw";
}

/**
 * One element of `InputDataConfig` of CreateTrainingJob, exactly as sent: AWS member names, nothing that was not set.
 *
 * @public
 */
export interface Channel {
  readonly ChannelName: string;
  readonly DataSource: {
    readonly S3DataSource?: S3DataSource | undefined;
    readonly FileSystemDataSource?: FileSystemDataSource | undefined;
  };
  readonly ContentType?: string | undefined;
  readonly CompressionType?: "None" | "Gzip" | undefined;
  readonly RecordWrapperType?: "None" | "RecordIO" | undefined;
  readonly InputMode?: InputMode | undefined;
  readonly TargetAttributeName?: string | undefined;
  readonly ShuffleConfig?: { readonly Seed: number } | undefined;
}
