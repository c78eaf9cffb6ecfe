import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

/** Says what an import does besides defining things. */
const program = `
  const read = new Set();
  const real = process.env;
  process.env = new Proxy(real, { get: (target, name) => (read.add(String(name)), target[name]) });
  const { createHook } = await import("node:async_hooks");
  const opened = new Set();
  createHook({ init: (id, type) => /SOCKET|TCP|PIPE|GETADDRINFO|Timeout|WORKER|PROCESS/u.test(type) && opened.add(type) }).enable();
  for (const entry of ["", "/predictor", "/formats", "/local"]) await import("sagemaker-ts" + entry);
  console.log(JSON.stringify({ read: [...read].filter((name) => /^(?:AWS|SAGEMAKER|MLFLOW|HOME)/u.test(name)), opened: [...opened] }));
`;

describe("importing the package", () => {
  it("reads no settings from the environment and opens nothing", async () => {
    const repository = resolve(import.meta.dirname, "../..");
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      cwd: repository,
    });

    expect(JSON.parse(stdout)).toEqual({ read: [], opened: [] });
    expect(stderr).toBe("");
  });
});
