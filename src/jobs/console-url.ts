/** Parts of the console's address by partition. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

/** Account numbers of examples and emulators: what carries them is not on AWS. */
const EXAMPLE_ACCOUNTS = new Set(["000000000000", "111111111111", "123456789012"]);

/**
 * Address of a job or endpoint in the AWS console, in the region of its ARN; undefined in partitions whose console address is not public.
 */
export function consoleUrl(
  arn: string | undefined,
  page: "jobs" | "transform-jobs" | "hyper-tuning-jobs" | "endpoints",
  name: string,
): string | undefined {
  const match = /^arn:([^:]+):sagemaker:([^:]+):(\d+):/u.exec(arn ?? "");
  const host = CONSOLES[match?.[1] ?? ""];
  const region = match?.[2];
  if (host === undefined || region === undefined || EXAMPLE_ACCOUNTS.has(match?.[3] ?? "")) return undefined;
  return `https://${region}.${host}/sagemaker/home?region=${region}#/${page}/${encodeURIComponent(name)}`;
}
