import {
  type MultiGpuTrainingInstanceType,
  multiGpuTrainingInstances,
  type SingleGpuTrainingInstanceType,
  singleGpuTrainingInstances,
} from "../instance-types.js";

/** The GPU families that AWS names for image classification. */
const FAMILIES = ["ml.g4dn", "ml.g5", "ml.p2", "ml.p3"] as const;

/**
 * Instance types that ImageClassification trains on: P2, P3, G4dn and G5, with one GPU or several.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html
 * @public
 */
export type ImageClassificationInstanceType =
  | SingleGpuTrainingInstanceType<(typeof FAMILIES)[number]>
  | MultiGpuTrainingInstanceType<(typeof FAMILIES)[number]>;

export function imageClassificationInstances(): ImageClassificationInstanceType[] {
  return [...singleGpuTrainingInstances(FAMILIES), ...multiGpuTrainingInstances(FAMILIES)];
}

/** GPUs of the types with several; source: the EC2 instance type pages. */
const gpusByType: Readonly<Record<MultiGpuTrainingInstanceType<(typeof FAMILIES)[number]>, number>> = {
  "ml.g4dn.12xlarge": 4,
  "ml.g5.12xlarge": 4,
  "ml.g5.24xlarge": 4,
  "ml.g5.48xlarge": 8,
  "ml.p2.8xlarge": 8,
  "ml.p2.16xlarge": 16,
  "ml.p3.8xlarge": 4,
  "ml.p3.16xlarge": 8,
};

/** GPUs of one instance; 1 for types that are not listed. */
export function gpuCount(instanceType: string): number {
  return Object.hasOwn(gpusByType, instanceType) ? gpusByType[instanceType as keyof typeof gpusByType] : 1;
}
