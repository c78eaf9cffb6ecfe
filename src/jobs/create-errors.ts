import { ConfigurationError, ValidationError } from "../errors/index.js";
import { isNameTaken, isValidationException, messageOf } from "./aws-errors.js";

/**
 * The error to throw for a refused create call: one of ours when it adds a fact, with the original as cause; otherwise the
 * original itself.
 *
 * @param kind - for example `training job`
 * @param nameAdvice - what to do about a name that is taken
 */
export function createError(
  error: unknown,
  kind: string,
  name: string,
  roleArn?: string,
  nameAdvice?: string,
): unknown {
  if (isNameTaken(error)) {
    const taken = new ValidationError(kind, [
      {
        path: ["name"],
        message:
          `the name "${name}" is taken in this account and region` +
          `${nameAdvice ? `; ${nameAdvice}` : "; choose another, or leave the name out to get one with a timestamp"}`,
      },
    ]);
    taken.cause = error;
    return taken;
  }
  if (!isValidationException(error)) return error;
  const message = messageOf(error);
  if (/sts:AssumeRole|assume(?: the)? role|could not assume/iu.test(message)) {
    return new ConfigurationError(
      `SageMaker cannot assume the role ${roleArn ?? "of this request"} for the ${kind} "${name}". ` +
        'The role must exist in this account and its trust policy must allow "sts:AssumeRole" to the service ' +
        `"sagemaker.amazonaws.com". The service says: ${message}`,
      "NO_ROLE",
      { cause: error },
    );
  }
  if (/\b(?:OutputDataConfig|TransformOutput|S3OutputPath)\b/u.test(message) && /bucket/iu.test(message)) {
    return new ConfigurationError(
      `The ${kind} "${name}" cannot write its results: check that the bucket of the output path exists in the job's region ` +
        `and that the role ${roleArn ?? "of the model"} may put objects into it. The service says: ${message}`,
      "NO_BUCKET",
      { cause: error },
    );
  }
  if (
    /No S3 objects found|does not have permission.*s3|bucket.*(?:same region|does not exist)|NoSuchBucket/isu.test(
      message,
    )
  ) {
    return new ConfigurationError(
      `The ${kind} "${name}" cannot read its data in S3: check that the objects exist, that the bucket is in the job's region ` +
        `and that the role ${roleArn ?? "of the model"} may list and read it. The service says: ${message}`,
      "BUCKET_UNREADABLE",
      { cause: error },
    );
  }
  return error;
}
