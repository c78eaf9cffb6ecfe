import { isS3Uri, parseS3Uri } from "../../../internal/s3-uri.js";
import { ServiceError } from "../../core/contract.js";
import type {
  EndpointRunner,
  JobEnvironment,
  TrainingRunner,
  TransformRunner,
  TuningRunner,
} from "../../jobs/index.js";
import type { Names } from "./names.js";

/** What the operations of the service share. */
export interface SageMakerContext {
  readonly environment: JobEnvironment;
  readonly names: Names;
  readonly training: TrainingRunner;
  readonly endpoints: EndpointRunner;
  readonly transforms: TransformRunner;
  readonly tuning: TuningRunner;
  /** Runs work that reads and then changes one resource, one after the other per resource. */
  exclusively<T>(resource: string, work: () => Promise<T>): Promise<T>;
}

/** One operation: a validated request in, an answer out. */
export type Operation = (context: SageMakerContext, input: never) => Promise<object>;

/** The service's answer to a request that makes no sense. */
export function invalid(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}

/** An honest limit of local mode, told apart from the service's own faults by its prefix. */
export function notLocal(message: string): ServiceError {
  return new ServiceError("ValidationException", `[local mode] ${message}`);
}

/** JSON 1.1 timestamps are seconds with a fraction. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

/** Refuses URIs that are legal on AWS but name no object of the local S3. */
export function requireS3Uri(uri: string, member: string): void {
  if (!isS3Uri(uri)) throw notLocal(`${member} must be an s3:// URI; got ${uri}`);
}

/** @throws ServiceError when the bucket that a job will write to does not exist */
export async function requireBucket({ environment }: SageMakerContext, uri: string, member: string): Promise<void> {
  requireS3Uri(uri, member);
  const { bucket } = parseS3Uri(uri);
  if (await environment.objects.bucketExists(bucket)) return;
  throw notLocal(`The bucket "${bucket}" of ${member} does not exist in the local S3; create it first.`);
}
