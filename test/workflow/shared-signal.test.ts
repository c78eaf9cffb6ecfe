import { getEventListeners, once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { sleep } from "../../src/internal/abort.js";
import { TrainingJob } from "../../src/jobs/index.js";
import { Predictor } from "../../src/predictors/index.js";
import { RuntimeSession } from "../../src/session/index.js";
import { flush, runningAnswer, setUp, testSession } from "../jobs/helpers.js";
import { newSession } from "./support.js";

const calls = 200;

/** Warnings of the process from here on; Node emits them a little after their cause. */
function warnings(): () => Promise<string[]> {
  const seen: string[] = [];
  const note = (warning: Error): void => void seen.push(`${warning.name}: ${warning.message}`);
  process.on("warning", note);
  onTestFinished(() => void process.removeListener("warning", note));
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return seen;
  };
}

const listeners = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;

/** An endpoint over HTTP that holds its answers back until it is told. */
async function endpoint() {
  const held: ServerResponse[] = [];
  let arrived = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((request, response) => {
    request.resume();
    held.push(response);
    if (held.length === calls) arrived();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const session = new RuntimeSession({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIA", secretAccessKey: "secret" },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestHandler: { httpAgent: { maxSockets: calls } },
  });
  onTestFinished(() => session.close());
  return { predictor: new Predictor({ endpointName: "reviews", session }), held, all };
}

/** Settles all calls and counts how they ended. */
async function ends(work: readonly Promise<unknown>[]): Promise<Map<unknown, number>> {
  const counts = new Map<unknown, number>();
  for (const result of await Promise.allSettled(work)) {
    const end: unknown = result.status === "fulfilled" ? "done" : result.reason;
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  return counts;
}

describe("200 calls that share one signal", () => {
  it("predict without a warning, and leave no listener when all have their answer", async () => {
    const seen = warnings();
    const { predictor, held, all } = await endpoint();
    const { signal } = new AbortController();
    const work = Array.from({ length: calls }, (_, index) =>
      predictor.predict("x", { signal, timeoutSeconds: index % 2 === 0 ? 60 : undefined }),
    );
    await all;
    expect(listeners(signal)).toBe(1);
    for (const response of held) response.end("answer");

    expect(await ends(work)).toEqual(new Map([["done", calls]]));
    expect(listeners(signal)).toBe(0);
    expect(await seen()).toEqual([]);
  });

  it("all reject with the reason of the abort, also while they predict", async () => {
    const seen = warnings();
    const { predictor, all } = await endpoint();
    const controller = new AbortController();
    const work = Array.from({ length: calls }, () => predictor.predict("x", { signal: controller.signal }));
    await all;
    const reason = new Error("enough");
    controller.abort(reason);

    expect(await ends(work)).toEqual(new Map([[reason, calls]]));
    expect(listeners(controller.signal)).toBe(0);
    expect(await seen()).toEqual([]);
  });

  it("reach the embedded service without a warning, also through its request handler", async () => {
    const seen = warnings();
    const session = newSession();
    const bucket = await session.defaultBucket({ create: true });
    const uri = await session.uploadString("text", `s3://${bucket}/shared.txt`);
    const { requestHandler } = await session.service();
    const { signal } = new AbortController();
    const head = { method: "HEAD", hostname: "s3.us-east-1.amazonaws.com", path: `/${bucket}`, headers: {} };
    const work = [
      ...Array.from({ length: calls }, () => session.readS3Bytes(uri, { signal })),
      ...Array.from({ length: calls }, () => requestHandler.handle(head, { abortSignal: signal })),
      ...Array.from({ length: 20 }, () => session.uploadString("text", uri, { signal })),
      ...Array.from({ length: 20 }, () => session.listS3Files(uri, { signal }).toArray()),
    ];

    expect(await ends(work)).toEqual(new Map([["done", work.length]]));
    expect(listeners(signal)).toBe(0);
    expect(await seen()).toEqual([]);
  });

  it("wait for jobs without a warning, and stop waiting together", async () => {
    const seen = warnings();
    const mocks = setUp();
    onTestFinished(() => {
      vi.useRealTimers();
      mocks.sagemaker.restore();
      mocks.logs.restore();
    });
    mocks.sagemaker.on(DescribeTrainingJobCommand).callsFake(() => runningAnswer());
    const session = testSession();
    const controller = new AbortController();
    const { signal } = controller;
    const work = [
      ...Array.from({ length: calls }, () => new TrainingJob(session, "job").wait({ logs: false, signal })),
      ...Array.from({ length: calls }, () => sleep(1e6, signal)),
    ];
    await flush();
    expect(listeners(signal)).toBe(1);
    controller.abort("enough");

    expect(await ends(work)).toEqual(new Map([["enough", 2 * calls]]));
    expect(listeners(signal)).toBe(0);
    vi.useRealTimers();
    expect(await seen()).toEqual([]);
  });
});
