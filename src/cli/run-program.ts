import { spawn } from "node:child_process";
import { constants } from "node:os";

/** Signals that end this process are the program's to obey first. */
const PASSED_ON: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];

/**
 * Runs a program in this terminal.
 *
 * @returns its exit code; 128 plus the signal's number when a signal ended it, 127 when there is no such program, 126 when
 * it cannot be run, as shells have it
 */
export function runProgram(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly code: number; readonly problem?: string }> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "inherit", env: { ...environment } });
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    // The terminal sends Ctrl-C to the program as well; this process stays until the program has ended.
    const stay = (): void => undefined;
    for (const signal of PASSED_ON) process.on(signal, pass);
    process.on("SIGINT", stay);
    const finish = (code: number, problem?: string): void => {
      for (const signal of PASSED_ON) process.off(signal, pass);
      process.off("SIGINT", stay);
      resolve({ code, ...(problem === undefined ? {} : { problem }) });
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") finish(127, `there is no program "${program}"`);
      else finish(126, `cannot run "${program}": ${error.message}`);
    });
    child.once("exit", (code, signal) => finish(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
