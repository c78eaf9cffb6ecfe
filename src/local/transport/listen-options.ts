import { ValidationError, type ValidationIssue } from "../../errors/index.js";
import { shown, unknownKeyIssues } from "../../internal/options.js";

/**
 * Where the embedded SageMaker listens for clients of other processes.
 *
 * @public
 */
export interface ListenOptions {
  /** TCP port; 0 takes a free one. @defaultValue 0 */
  readonly port?: number | undefined;
  /** Loopback address; other machines can never connect. @defaultValue "127.0.0.1" */
  readonly host?: "127.0.0.1" | "::1" | undefined;
  /** Closes the server when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** Options with the defaults filled in. */
export interface ListenSettings {
  readonly port: number;
  readonly host: "127.0.0.1" | "::1";
  readonly signal: AbortSignal | undefined;
}

const LISTEN_KEYS = ["port", "host", "signal"] as const satisfies readonly (keyof ListenOptions)[];

/** The settings that {@link ListenOptions} documents as defaults. */
export const LISTEN_DEFAULTS = Object.freeze({ port: 0, host: "127.0.0.1" as const });

/**
 * Checks options and fills in the defaults.
 *
 * @throws ValidationError `INVALID_OPTIONS` with every fault
 */
export function listenSettings(options: ListenOptions): ListenSettings {
  const port = options.port ?? LISTEN_DEFAULTS.port;
  const host = options.host ?? LISTEN_DEFAULTS.host;
  const issues: ValidationIssue[] = unknownKeyIssues(options, LISTEN_KEYS, "listen");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    issues.push({ path: ["port"], message: `port must be a whole number from 0 to 65535; got ${shown(port)}` });
  }
  if (host !== "127.0.0.1" && host !== "::1") {
    issues.push({
      path: ["host"],
      message: `host must be "127.0.0.1" or "::1", the service is for this machine only; got ${shown(host)}`,
    });
  }
  if (issues.length > 0) throw new ValidationError("listen", issues);
  return { port, host, signal: options.signal };
}
