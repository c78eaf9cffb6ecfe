import type { ServedModel } from "./served-model.js";
import type { Tag } from "./training-record.js";

/** One variant behind an endpoint. */
export interface ServedVariant {
  readonly name: string;
  readonly model: ServedModel;
  /** Undefined for a serverless variant. */
  readonly instanceType: string | undefined;
  readonly serverlessConfig: Readonly<Record<string, unknown>> | undefined;
  /** `i-` and 17 hexadecimal digits; part of the name of the log stream. */
  readonly instanceId: string;
  weight: number;
  instanceCount: number;
  /** Content of the unpacked archive; known when the variant has been loaded once. */
  archiveKey?: string | undefined;
}

/** Status of an endpoint. */
export type EndpointStatus = "Creating" | "InService" | "Updating" | "Failed";

/** An endpoint as it is stored; times in milliseconds since 1970. */
export interface EndpointRecord {
  readonly name: string;
  readonly arn: string;
  readonly creationTime: number;
  lastModifiedTime: number;
  tags: readonly Tag[];
  status: EndpointStatus;
  failureReason?: string;
  configName: string;
  variants: readonly ServedVariant[];
  /** What an update is on its way to. */
  pending?: { readonly configName: string; readonly variants: readonly ServedVariant[] };
}

/** Record kind of endpoints in the store. */
export const endpointKind = "endpoint";
