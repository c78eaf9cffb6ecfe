import { parseArgs } from "node:util";
import type { ListenOptions, LocalSageMakerOptions } from "../local/index.js";

/** What the command line asks for. */
export type Command =
  | { readonly name: "help" }
  | { readonly name: "env"; readonly root: string | undefined }
  | { readonly name: "start"; readonly service: ServiceArguments }
  | { readonly name: "run"; readonly service: ServiceArguments; readonly command: readonly [string, ...string[]] };

/** Settings of the service and of its server. */
export interface ServiceArguments {
  readonly options: LocalSageMakerOptions;
  readonly listen: ListenOptions;
  readonly isVerbose: boolean;
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `Usage: sagemaker-ts local start [options]              serve until Ctrl-C
       sagemaker-ts local run [options] -- <command>   serve while a command runs, with its environment set
       sagemaker-ts local env [--root <folder>]        print the environment of the service that is running

Options of start and run:
  --port <number>     port on 127.0.0.1 (default: a free one)
  --root <folder>     store (default: SAGEMAKER_LOCAL_HOME, else .sagemaker-local); "temporary" is removed at the end
  --region <name>     region that the service pretends to be in (default: us-east-1)
  --seed <number>     seed of training (default: 1)
  --threads <number>  threads of one job (default: 1)
  --verbose           print every request on standard error
`;

const OPTIONS = {
  port: { type: "string" },
  root: { type: "string" },
  region: { type: "string" },
  seed: { type: "string" },
  threads: { type: "string" },
  verbose: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/**
 * Reads the arguments after the program's name.
 *
 * @throws UsageError
 */
export function parseCommand(args: readonly string[]): Command {
  const [group, name, ...rest] = args;
  if (group === undefined || group === "--help" || group === "-h" || group === "help") return { name: "help" };
  if (group !== "local") throw new UsageError(`unknown command "${group}"; known is: local`);
  if (name === undefined || name === "--help" || name === "-h") return { name: "help" };
  if (name !== "start" && name !== "run" && name !== "env") {
    throw new UsageError(`unknown command "local ${name}"; known are: local start, local run, local env`);
  }
  const end = rest.indexOf("--");
  const values = parsed(end === -1 ? rest : rest.slice(0, end));
  if (values.help) return { name: "help" };
  const [program, ...programArguments] = end === -1 ? [] : rest.slice(end + 1);
  if (name !== "run" && end !== -1) throw new UsageError(`local ${name} runs no command; use: local run -- <command>`);
  if (name === "env") {
    const superfluous = Object.keys(values).find((key) => key !== "root");
    if (superfluous) throw new UsageError(`local env takes --root only, not --${superfluous}`);
    return { name, root: values.root };
  }
  const service: ServiceArguments = {
    options: {
      root: values.root,
      region: values.region,
      seed: number("seed", values.seed),
      threads: number("threads", values.threads),
    },
    listen: { port: number("port", values.port) },
    isVerbose: values.verbose ?? false,
  };
  if (name === "start") return { name, service };
  if (program === undefined) throw new UsageError("which command? Write it after two dashes: local run -- <command>");
  return { name, service, command: [program, ...programArguments] };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const [sentence = ""] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/u);
    throw new UsageError(`${sentence.replace(/\.$/u, "")}; sagemaker-ts --help lists the options`);
  }
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/u.test(text)) throw new UsageError(`--${name} must be a whole number; got "${text}"`);
  return Number(text);
}
