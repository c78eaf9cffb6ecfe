import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type ForeignVariant, python } from "../harness.js";

/**
 * A Python peer that needs a package: of the system, or of a virtual environment in bench/.cache, which is made with pip
 * when `install` is set.
 */
export function pythonWith(
  packageName: string,
  program: string,
  args: readonly string[],
  install = false,
): ForeignVariant {
  const folder = "bench/.cache/venv";
  const imports = (command: string): boolean => spawnSync(command, ["-c", `import ${packageName}`]).status === 0;
  if (imports("python3")) return python(program, args);
  const own = `${folder}/bin/python`;
  if (!imports(own) && install && process.env["BENCH_VARIANT"] === undefined) {
    if (!existsSync(own)) spawnSync("python3", ["-m", "venv", folder]);
    spawnSync(own, ["-m", "pip", "install", "--quiet", packageName]);
  }
  const peer = python(program, args, imports(own) ? undefined : `pip install ${packageName}`);
  return { ...peer, command: [own, ...peer.command.slice(1)] };
}
