/**
 * Last argument of the session's calls.
 *
 * @public
 */
export interface CallOptions {
  /** Aborts the call; the returned promise then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What DescribeEndpoint says about an endpoint, with the member names of the API. Further members may be present.
 *
 * @public
 */
export interface EndpointDescription {
  readonly EndpointName: string;
  readonly EndpointArn: string;
  /** Absent while the endpoint has never had a working configuration. */
  readonly EndpointConfigName?: string | undefined;
  /** `Creating`, `InService`, `Updating`, `SystemUpdating`, `RollingBack`, `Deleting`, `OutOfService`, `Failed` … */
  readonly EndpointStatus: string;
  readonly FailureReason?: string | undefined;
  readonly CreationTime?: Date | undefined;
  readonly LastModifiedTime?: Date | undefined;
}

/**
 * What DescribeEndpointConfig says about an endpoint configuration, with the member names of the API.
 *
 * @public
 */
export interface EndpointConfigDescription {
  readonly EndpointConfigName: string;
  readonly EndpointConfigArn: string;
  readonly ProductionVariants: readonly {
    readonly VariantName: string;
    readonly ModelName?: string | undefined;
    readonly InstanceType?: string | undefined;
    readonly InitialInstanceCount?: number | undefined;
  }[];
}
