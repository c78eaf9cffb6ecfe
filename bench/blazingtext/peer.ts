import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ForeignVariant } from "../harness.js";

const VENV = "bench/.cache/fasttext-venv";
const PYTHON = join(VENV, "bin/python");
const PROGRAM = "bench/blazingtext/peer.py";

// C++ fastText 0.9.3 starts rows from whatever the heap holds; memory fresh from the kernel is zero.
const ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: "4096" };

/** Why C++ fastText cannot run here, or undefined; builds it from its PyPI source distribution at first. */
export function missingPeer(): string | undefined {
  if (process.env["BENCH_VARIANT"] !== undefined || existsSync(join(VENV, "ready"))) return undefined;
  try {
    execFileSync("python3", ["-m", "venv", VENV], { stdio: "ignore" });
    execFileSync(PYTHON, ["-m", "pip", "install", "--quiet", "fasttext==0.9.3", "numpy"], { stdio: "ignore" });
    execFileSync(PYTHON, ["-c", `import fasttext; open("${VENV}/ready", "w")`], { stdio: "ignore" });
    return undefined;
  } catch {
    return "python3 -m venv and pip install fasttext (needs a C++ compiler)";
  }
}

/** C++ fastText through its own Python binding, measured by itself. */
export function peer(args: readonly string[], missing: string | undefined): ForeignVariant {
  return { command: [PYTHON, PROGRAM, ...args], measures: "self", env: ENVIRONMENT, missing };
}

/** Runs the peer's program and returns what it prints. */
export function runPeer(args: readonly string[]): string {
  return execFileSync(PYTHON, [PROGRAM, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...ENVIRONMENT },
    maxBuffer: 2 ** 28,
  });
}
