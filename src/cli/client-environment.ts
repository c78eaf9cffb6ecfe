/** Variables that would lead a client past the local service, or make it sign for somebody else. */
export const MISLEADING_VARIABLES: readonly string[] = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_USE_DUALSTACK_ENDPOINT",
  ...["S3", "SAGEMAKER", "SAGEMAKER_RUNTIME", "CLOUDWATCH_LOGS", "CLOUDWATCH", "STS", "IAM"].map(
    (service) => `AWS_ENDPOINT_URL_${service}`,
  ),
];

/** Clients read one of the two spellings. */
const NO_PROXY_VARIABLES = ["NO_PROXY", "no_proxy"] as const;
const LOOPBACK = "127.0.0.1";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of a command that talks to the local service: its own variables, none that mislead, no proxy in between. */
export function commandEnvironment(inherited: Environment, service: Environment): Record<string, string | undefined> {
  const environment: Record<string, string | undefined> = { ...inherited };
  for (const name of MISLEADING_VARIABLES) delete environment[name];
  for (const name of NO_PROXY_VARIABLES) {
    const kept = inherited[name];
    environment[name] = kept ? `${kept},${LOOPBACK}` : LOOPBACK;
  }
  return { ...environment, ...service };
}

/** The same as lines for a POSIX shell. */
export function shellLines(service: Readonly<Record<string, string>>): string[] {
  return [
    `unset ${MISLEADING_VARIABLES.join(" ")}`,
    ...Object.entries(service).map(([name, value]) => `export ${name}=${quoted(value)}`),
    ...NO_PROXY_VARIABLES.map((name) => `export ${name}="\${${name}:+$${name},}${LOOPBACK}"`),
  ];
}

function quoted(value: string): string {
  return /^[\w./:@-]+$/u.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
