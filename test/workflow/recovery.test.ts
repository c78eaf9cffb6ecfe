import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BlazingText, JobError, TrainingJob } from "../../src/index.js";
import { newSession, rejection, sentences } from "./support.js";

const built = new URL("../../dist/esm/", import.meta.url).href;

/** A program that starts a training of many minutes, and says so as soon as the job trains. */
const trainer = `
${sentences.toString()}
(async () => {
  const { BlazingText } = await import(${JSON.stringify(`${built}index.js`)});
  const { LocalSession } = await import(${JSON.stringify(`${built}local/index.js`)});
  const session = new LocalSession({ root: process.argv[1] });
  const bucket = await session.defaultBucket({ create: true });
  const train = await session.uploadString(sentences(40000), "s3://" + bucket + "/train.txt");
  const hyperparameters = { mode: "supervised", epochs: 100000, word_ngrams: 1 };
  const estimator = new BlazingText({ session, instanceType: "ml.c5.xlarge", hyperparameters });
  const onProgress = ({ type, line, jobName }) => {
    if (type === "log" && line.includes("Number of words")) console.log("training " + jobName + " in " + bucket);
  };
  await estimator.fit({ train }, { pollSeconds: 0.05, onProgress });
})();
`;

/** A session with an uploaded text and an estimator that would train on it for many minutes. */
async function longTraining(options: { readonly maxRuntimeSeconds?: number } = {}) {
  const session = newSession();
  const bucket = await session.defaultBucket({ create: true });
  const train = await session.uploadString(sentences(40_000), `s3://${bucket}/train.txt`);
  const estimator = new BlazingText({
    session,
    instanceType: "ml.c5.xlarge",
    hyperparameters: { mode: "supervised", epochs: 100_000, word_ngrams: 1 },
    ...options,
  });
  return { estimator, train };
}

describe("a process that is killed while it trains", () => {
  it("leaves a failed job with the reason, and nothing half-written in S3", async () => {
    const root = mkdtempSync(join(tmpdir(), "recovery-"));
    onTestFinished(() => rm(root, { recursive: true, force: true }));
    const child = spawn(process.execPath, ["-e", trainer, root], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const closed = once(child, "close");
    const started = /training (\S+) in (\S+)\n/u;
    await expect.poll(() => child.exitCode !== null || started.test(output), { timeout: 15_000 }).toBe(true);
    expect(output).toMatch(started);
    child.kill("SIGKILL");
    expect(await closed).toEqual([null, "SIGKILL"]);
    const [, name = "", bucket = ""] = started.exec(output) ?? [];

    const session = newSession({ root });
    const job = new TrainingJob(session, name);
    const reason = "The local service was stopped while the job was running";
    expect(await job.describe()).toMatchObject({
      TrainingJobStatus: "Failed",
      SecondaryStatus: "Failed",
      FailureReason: `InternalServerError: ${reason}`,
    });
    const error = await rejection(job.wait({ pollSeconds: 0.05 }));
    if (!JobError.is(error)) throw error;
    expect(error).toMatchObject({ code: "JOB_FAILED", kind: "Training job", jobName: name, status: "Failed" });
    expect(error.message).toContain(`Training job "${name}" ended as Failed: InternalServerError: ${reason}`);
    expect(error.lastLogLines.join("\n")).toContain("Number of words");
    expect((await session.listS3Files(`s3://${bucket}/`).toArray()).map(({ key }) => key)).toEqual(["train.txt"]);
  });
});

describe("fit", () => {
  it('stops the job when its signal aborts with onAbort "stop", and rejects with the reason', async () => {
    const { estimator, train } = await longTraining();
    const controller = new AbortController();
    const reason = new Error("the user has seen enough");
    const fitting = estimator.fit(
      { train },
      {
        signal: controller.signal,
        onAbort: "stop",
        pollSeconds: 0.05,
        onProgress: (event) => {
          if (event.type === "status" && event.secondaryStatus === "Training") controller.abort(reason);
        },
      },
    );
    expect(await rejection(fitting)).toBe(reason);
    const error = await rejection(estimator.latestTrainingJob?.wait({ pollSeconds: 0.05 }) ?? Promise.resolve());
    if (!JobError.is(error)) throw error;
    expect(error).toMatchObject({ code: "JOB_STOPPED", status: "Stopped" });
    expect(error.message).toContain(
      'it was stopped on request. To accept a stopped job, wait with onStopped: "return"',
    );
  });

  it("never takes a job that reached maxRuntimeSeconds for a success", async () => {
    const { estimator, train } = await longTraining({ maxRuntimeSeconds: 1 });
    const error = await rejection(estimator.fit({ train }, { pollSeconds: 0.05 }));
    if (!JobError.is(error)) throw error;
    expect(error).toMatchObject({
      code: "JOB_STOPPED",
      status: "Stopped",
      secondaryStatus: "MaxRuntimeExceeded",
    });
    expect(error.message).toContain("ended as Stopped (MaxRuntimeExceeded): it reached its limit");
    expect(error.message).toContain("MaxRuntimeInSeconds (1 s)");
    expect(await rejection(estimator.modelData())).toMatchObject({ name: "JobError", code: "JOB_STOPPED" });
    const accepted = await estimator.latestTrainingJob?.wait({ onStopped: "return", pollSeconds: 0.05 });
    expect(accepted).toMatchObject({ status: "Stopped", stoppedReason: "MaxRuntimeExceeded", modelData: undefined });
  });
});
