import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Harness } from "./harness.js";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "local-sagemaker-"));
});

afterEach(() => rm(root, { recursive: true, force: true }));

function owner(format: "esm" | "cjs", end: "complete" | "wait"): ChildProcess & { readonly output: string } {
  const script = fileURLToPath(new URL("owner.cjs", import.meta.url));
  const child = spawn(process.execPath, [script, format, root, end], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return Object.defineProperty(child, "output", { get: () => output }) as unknown as ChildProcess & {
    readonly output: string;
  };
}

describe.each(["esm", "cjs"] as const)("the built local service as %s", (format) => {
  it("trains, serves and lets the process end", async () => {
    const child = owner(format, "complete");
    const [code] = (await once(child, "close")) as [number | null];
    expect(child.output).toContain("Number of lines:  2");
    expect(child.output).toContain("answer 3/2\n");
    expect(code).toBe(0);
  });
});

describe("a process that is killed in the middle of its jobs", () => {
  it("leaves a root that the next process puts right", async () => {
    const child = owner("esm", "wait");
    await expect.poll(() => child.output, { timeout: 20_000 }).toContain("ready to be killed");
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await readdir(join(root, "work", "training"))).toEqual(["running", "stopping"]);
    await mkdir(join(root, "work", "models", "unfinished-0"), { recursive: true });
    await writeFile(join(root, "work", "models", "unfinished-0", "half"), "x");

    await using local = await Harness.open({}, root);
    expect(await local.call("DescribeTrainingJob", { TrainingJobName: "running" })).toMatchObject({
      TrainingJobStatus: "Failed",
      SecondaryStatus: "Failed",
      FailureReason: "InternalServerError: The local service was stopped while the job was running",
      TrainingEndTime: expect.any(Number),
    });
    expect(await local.call("DescribeTransformJob", { TransformJobName: "transforming" })).toMatchObject({
      TransformJobStatus: "Failed",
      FailureReason: "InternalServerError: The local service was stopped while the job was running",
    });
    expect(await local.objects.head("bucket", "out/transforming/a.txt.out")).toBeUndefined();
    expect(await local.call("DescribeTrainingJob", { TrainingJobName: "stopping" })).toMatchObject({
      TrainingJobStatus: "Stopped",
    });
    expect(await local.call("DescribeTrainingJob", { TrainingJobName: "model" })).toMatchObject({
      TrainingJobStatus: "Completed",
    });
    expect(await readdir(join(root, "work"))).toEqual(["models"]);
    expect(await readdir(join(root, "work", "models"))).toEqual([expect.stringMatching(/^[0-9a-f]{32}-\d+$/u)]);
    await local.service.settled("endpoint", "endpoint");
    expect(await local.call("DescribeEndpoint", { EndpointName: "endpoint" })).toMatchObject({
      EndpointStatus: "InService",
    });
  });
});
