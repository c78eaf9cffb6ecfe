import type { LocalSageMaker, LocalServer } from "../local/index.js";
import { type Command, parseCommand, type ServiceArguments, USAGE, UsageError } from "./arguments.js";
import { commandEnvironment, shellLines } from "./client-environment.js";
import { runProgram } from "./run-program.js";

const ENDING_SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs the program `sagemaker-ts`.
 *
 * @param args - arguments after the program's name
 * @returns the exit code: 0, that of the command that was run, 1 for a failure, 2 for a command line that is none
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    return await execute(parseCommand(args));
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    complain(line);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function execute(command: Command): Promise<number> {
  switch (command.name) {
    case "help":
      process.stdout.write(USAGE);
      return 0;
    case "env": {
      const { runningService } = await import("../local/index.js");
      const { environment } = await runningService({ root: command.root });
      print(shellLines(environment));
      return 0;
    }
    case "start":
      return serving(command.service, async (local, server) => {
        print([
          `# SageMaker, S3, CloudWatch Logs, STS and IAM on ${server.url}`,
          `# store ${local.root}, region ${local.region}; Ctrl-C ends it`,
          ...shellLines(server.environment),
        ]);
        await endingSignal();
        return 0;
      });
    case "run":
      return serving(command.service, async (_, server) => {
        const { code, problem } = await runProgram(
          command.command,
          commandEnvironment(process.env, server.environment),
        );
        if (problem !== undefined) complain(problem);
        return code;
      });
  }
}

/** Opens the service and a server, and closes both when the work is over. */
async function serving(
  { options, listen, isVerbose }: ServiceArguments,
  work: (local: LocalSageMaker, server: LocalServer) => Promise<number>,
): Promise<number> {
  const { LocalSageMaker } = await import("../local/index.js");
  const logger = isVerbose ? standardError() : undefined;
  const local = await LocalSageMaker.create({ ...options, logger });
  try {
    return await work(local, await local.listen(listen));
  } finally {
    await local.close();
  }
}

/** Resolves at the first signal that ends programs; a second one ends the process as it would any other. */
function endingSignal(): Promise<void> {
  return new Promise((resolve) => {
    // The server keeps no process alive.
    const alive = setInterval(() => undefined, 2 ** 30);
    const end = (): void => {
      clearInterval(alive);
      for (const signal of ENDING_SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, end);
  });
}

function standardError() {
  const write = (message: string): void => void process.stderr.write(`${message}\n`);
  return { debug: write, info: write, warn: write, error: write };
}

function complain(line: string): void {
  process.stderr.write(`sagemaker-ts: ${line}\n`);
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
