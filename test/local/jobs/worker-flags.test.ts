import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { workerFlags } from "../../../src/local/jobs/worker-flags.js";
import { temporaryFolder } from "../support.js";

describe("workerFlags", () => {
  it("hands everything on, unless the program is a text with a module format of its own", () => {
    expect(workerFlags([])).toBeUndefined();
    expect(workerFlags(["--import", "tsx", "--cpu-prof", "-e", "code"])).toBeUndefined();
  });

  it("keeps the flags that concern modules, with their values, and drops the program", () => {
    expect(
      workerFlags(
        [
          "--input-type=module",
          "--max-old-space-size=900",
          "--import",
          "tsx",
          "-C=development",
          "-r",
          "./a.cjs",
        ].concat(["--conditions=b", "--enable-source-maps", "-e", "import 'x'"]),
      ),
    ).toEqual(["--import", "tsx", "-C=development", "-r", "./a.cjs", "--conditions=b", "--enable-source-maps"]);
    expect(workerFlags(["--input-type=commonjs", "-p", "1"])).toEqual([]);
  });

  it("lets a program that is given as text train, in both threads of the trainer", async () => {
    const program = `
      import { BlazingText } from "sagemaker-ts";
      import { LocalSession } from "sagemaker-ts/local";
      const session = new LocalSession({ root: ${JSON.stringify(temporaryFolder())}, threads: 2 });
      const bucket = await session.defaultBucket({ create: true });
      const train = await session.uploadString("__label__a good\\n__label__b bad\\n".repeat(2000), \`s3://\${bucket}/train.txt\`);
      const hyperparameters = { mode: "supervised", min_count: 1 };
      const estimator = new BlazingText({ session, instanceType: "ml.c5.xlarge", hyperparameters });
      const job = await estimator.fit({ train });
      console.log((await job.result()).trainAccuracy);
      await session.close();
    `;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      cwd: resolve(import.meta.dirname, "../../.."),
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    });

    expect({ stdout, stderr }).toEqual({ stdout: "1\n", stderr: "" });
  });
});
