/** Parts of the console's address by partition. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: "console.aws.amazon.com",
  "aws-cn": "console.amazonaws.cn",
  "aws-us-gov": "console.amazonaws-us-gov.com",
};

/**
 * Address of a job or endpoint in the AWS console, in the region of its ARN; undefined in partitions whose console address is not public.
 */
export function consoleUrl(
  arn: string | undefined,
  page: "jobs" | "transform-jobs" | "endpoints",
  name: string,
): string | undefined {
  const match = /^arn:([^:]+):sagemaker:([^:]+):/u.exec(arn ?? "");
  const host = CONSOLES[match?.[1] ?? ""];
  const region = match?.[2];
  if (host === undefined || region === undefined) return undefined;
  return `https://${region}.${host}/sagemaker/home?region=${region}#/${page}/${encodeURIComponent(name)}`;
}
