/** A text with a scheme such as `s3://`; a drive letter is none. */
const REMOTE = /^(?!file:)[a-z][a-z0-9+.-]+:/iu;

/**
 * Inputs in which local paths are replaced by S3 URIs that stand for them, so that everything else about the inputs can be
 * checked as usual.
 *
 * @returns the inputs to check, and the paths by their stand-in
 */
export function localInputs<Inputs>(inputs: Inputs): {
  readonly sent: Inputs;
  readonly paths: ReadonlyMap<string, string>;
} {
  const paths = new Map<string, string>();
  const standIn = (input: unknown): unknown => {
    const path = input instanceof URL ? input.href : input;
    if (typeof path !== "string" || path === "" || REMOTE.test(path)) return input;
    const uri = `s3://local-data/${paths.size}`;
    paths.set(uri, path);
    return uri;
  };
  const isRecord =
    typeof inputs === "object" && inputs !== null && !("toChannel" in inputs) && !(inputs instanceof URL);
  const sent = isRecord
    ? Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, standIn(input)]))
    : standIn(inputs);
  return { sent: sent as Inputs, paths };
}
