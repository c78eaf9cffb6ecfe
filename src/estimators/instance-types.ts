// Source: enum TrainingInstanceType of the SageMaker API model (botocore 1.43.11), by processor; GPU counts from the
// EC2 instance type pages.

const cpuFamilies = {
  "ml.c4": ["xlarge", "2xlarge", "4xlarge", "8xlarge"],
  "ml.c5": ["xlarge", "2xlarge", "4xlarge", "9xlarge", "18xlarge"],
  "ml.c5n": ["xlarge", "2xlarge", "4xlarge", "9xlarge", "18xlarge"],
  "ml.c6i": ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"],
  "ml.c7i": ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"],
  "ml.m4": ["xlarge", "2xlarge", "4xlarge", "10xlarge", "16xlarge"],
  "ml.m5": ["large", "xlarge", "2xlarge", "4xlarge", "12xlarge", "24xlarge"],
  "ml.m6i": ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "32xlarge"],
  "ml.m7i": ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"],
  "ml.r5": ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"],
  "ml.r5d": ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"],
  "ml.r7i": ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"],
  "ml.t3": ["medium", "large", "xlarge", "2xlarge"],
} as const;

const singleGpuFamilies = {
  "ml.g4dn": ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"],
  "ml.g5": ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"],
  "ml.g6": ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"],
  "ml.g6e": ["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"],
  "ml.g7e": ["2xlarge", "4xlarge", "8xlarge"],
  "ml.p2": ["xlarge"],
  "ml.p3": ["2xlarge"],
  "ml.p5": ["4xlarge"],
} as const;

const multiGpuFamilies = {
  "ml.g4dn": ["12xlarge"],
  "ml.g5": ["12xlarge", "24xlarge", "48xlarge"],
  "ml.g6": ["12xlarge", "24xlarge", "48xlarge"],
  "ml.g6e": ["12xlarge", "24xlarge", "48xlarge"],
  "ml.g7e": ["12xlarge", "24xlarge", "48xlarge"],
  "ml.p2": ["8xlarge", "16xlarge"],
  "ml.p3": ["8xlarge", "16xlarge"],
  "ml.p3dn": ["24xlarge"],
  "ml.p4d": ["24xlarge"],
  "ml.p4de": ["24xlarge"],
  "ml.p5": ["48xlarge"],
  "ml.p5e": ["48xlarge"],
  "ml.p5en": ["48xlarge"],
  "ml.p6-b200": ["48xlarge"],
  "ml.p6-b300": ["48xlarge"],
  "ml.p6e-gb200": ["36xlarge"],
} as const;

const trainiumFamilies = {
  "ml.trn1": ["2xlarge", "32xlarge"],
  "ml.trn1n": ["32xlarge"],
  "ml.trn2": ["48xlarge"],
} as const;

type Families = Readonly<Record<string, readonly string[]>>;

type TypesOf<F extends Families, Family extends keyof F = keyof F> = {
  [Name in Family]: `${Name & string}.${F[Name][number]}`;
}[Family];

/**
 * Training instance types without a GPU.
 *
 * @public
 */
export type CpuTrainingInstanceType = TypesOf<typeof cpuFamilies>;

/**
 * Training instance types with one GPU, of all families or of some.
 *
 * @public
 */
export type SingleGpuTrainingInstanceType<
  Family extends keyof typeof singleGpuFamilies = keyof typeof singleGpuFamilies,
> = TypesOf<typeof singleGpuFamilies, Family>;

/**
 * Training instance types with several GPUs, of all families or of some.
 *
 * @public
 */
export type MultiGpuTrainingInstanceType<Family extends keyof typeof multiGpuFamilies = keyof typeof multiGpuFamilies> =
  TypesOf<typeof multiGpuFamilies, Family>;

/**
 * Every training instance type that the SageMaker API names.
 *
 * @public
 */
export type TrainingInstanceType =
  | CpuTrainingInstanceType
  | SingleGpuTrainingInstanceType
  | MultiGpuTrainingInstanceType
  | TypesOf<typeof trainiumFamilies>;

/** The types of all families, or of those named. */
function listed<F extends Families, Name extends keyof F & string>(families: F, names?: readonly Name[]) {
  return (names ?? (Object.keys(families) as Name[])).flatMap((name) =>
    (families[name] ?? []).map((size) => `${name}.${size}` as TypesOf<F, Name>),
  );
}

/** @returns all CPU types */
export function cpuTrainingInstances(): CpuTrainingInstanceType[] {
  return listed(cpuFamilies);
}

/** @returns the types with one GPU, of all families or of those named */
export function singleGpuTrainingInstances<Family extends keyof typeof singleGpuFamilies>(
  families?: readonly Family[],
): SingleGpuTrainingInstanceType<Family>[] {
  return listed(singleGpuFamilies, families);
}

/** @returns the types with several GPUs, of all families or of those named */
export function multiGpuTrainingInstances<Family extends keyof typeof multiGpuFamilies>(
  families?: readonly Family[],
): MultiGpuTrainingInstanceType<Family>[] {
  return listed(multiGpuFamilies, families);
}

/** @returns every type that the API names */
export function trainingInstances(): TrainingInstanceType[] {
  return [
    ...cpuTrainingInstances(),
    ...singleGpuTrainingInstances(),
    ...multiGpuTrainingInstances(),
    ...listed(trainiumFamilies),
  ];
}

/**
 * True when instances of this type have no EBS volume of their own: their storage is the local NVMe disk, whose size
 * the type fixes.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/host-instance-storage.html
 */
export function hasOnlyLocalStorage(instanceType: string): boolean {
  const family = instanceType.split(".")[1] ?? "";
  return /^(?:[a-z]\d+[a-z]*d[a-z]*|g5|g6e?|g7e|p5\w*|p6.*|trn\d\w*)$/u.test(family);
}
