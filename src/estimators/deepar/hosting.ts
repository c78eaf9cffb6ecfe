import { ValidationError } from "../../errors/index.js";

type CpuFamily =
  | "c4"
  | "c5"
  | "c5d"
  | "c6i"
  | "c6in"
  | "c7i"
  | "m4"
  | "m5"
  | "m5d"
  | "m6i"
  | "m7i"
  | "r5"
  | "r5d"
  | "r6i"
  | "r7i"
  | "t2";

/**
 * Instance types that serve a DeepAR model: CPU types, as the container has no other way of inference.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deepar.html (EC2 instance recommendations)
 * @public
 */
export type DeepARHostingInstanceType = `ml.${CpuFamily}.${string}`;

/** @throws ValidationError `INVALID_OPTIONS` for an instance with a GPU or another accelerator */
export function checkHostingInstance(instanceType: string | undefined, subject: string): void {
  if (instanceType === undefined || !/^ml\.(?:g|p|inf|trn|dl)\d/u.test(instanceType)) return;
  const message = `instanceType ${JSON.stringify(instanceType)} has an accelerator, and DeepAR forecasts on CPU instances only; use one such as "ml.m5.large"`;
  throw new ValidationError(subject, [{ path: ["instanceType"], message }]);
}
