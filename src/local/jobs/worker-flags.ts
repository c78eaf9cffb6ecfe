/** Flags of Node that decide how modules are found and loaded; an algorithm of one's own may need them. */
const MODULE_FLAGS = new Set([
  "--conditions",
  "-C",
  "--require",
  "-r",
  "--import",
  "--loader",
  "--experimental-loader",
  "--preserve-symlinks",
  "--experimental-strip-types",
  "--no-experimental-strip-types",
  "--experimental-transform-types",
  "--experimental-wasm-modules",
  "--experimental-require-module",
  "--no-experimental-require-module",
  "--enable-source-maps",
]);

/** Those of them that can stand in two arguments, flag and value. */
const WITH_VALUE = new Set(["--conditions", "-C", "--require", "-r", "--import", "--loader", "--experimental-loader"]);

/**
 * The flags for a worker of a process with these flags; undefined to hand all of them on, as threads do by themselves.
 * A program given as text (`node --input-type=module -e "..."`) has a flag that no file can be run with: its workers get
 * only those that concern modules.
 */
export function workerFlags(execArgv: readonly string[]): string[] | undefined {
  if (!execArgv.some((flag) => flag.startsWith("--input-type"))) return undefined;
  const flags: string[] = [];
  for (let index = 0; index < execArgv.length; index++) {
    const flag = execArgv[index] as string;
    if (!MODULE_FLAGS.has(flag.split("=", 1)[0] as string)) continue;
    flags.push(flag);
    const value = execArgv[index + 1];
    if (WITH_VALUE.has(flag) && value !== undefined) {
      flags.push(value);
      index++;
    }
  }
  return flags;
}
