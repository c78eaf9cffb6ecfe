import { DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ValidationError, WaitTimeoutError } from "../../src/errors/index.js";
import { type ProgressEvent, waitForEndpoint } from "../../src/jobs/index.js";
import { FakeLogs } from "./fake-logs.js";
import { NOW, rejection, runClock, setUp, testSession } from "./helpers.js";

describe("waitForEndpoint", () => {
  let mocks: ReturnType<typeof setUp>;

  beforeEach(() => {
    mocks = setUp();
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  function answers(...statuses: string[]): void {
    let look = 0;
    mocks.sagemaker.on(DescribeEndpointCommand).callsFake(() => {
      const EndpointStatus = statuses[Math.min(look++, statuses.length - 1)];
      return {
        EndpointName: "ep",
        EndpointArn: "arn:aws:sagemaker:us-west-2:444455556666:endpoint/ep",
        EndpointStatus,
        CreationTime: NOW,
        LastModifiedTime: NOW,
        ...(EndpointStatus === "Failed" && {
          FailureReason: "The primary container did not pass the ping health check.",
        }),
      };
    });
  }

  it("looks at once", async () => {
    answers("InService");
    expect(await waitForEndpoint(testSession(), "ep")).toMatchObject({ status: "InService", rolledBack: false });
    expect(Date.now()).toBe(NOW.getTime());
  });

  it("goes on through creating, updating and system updates, and reports each status once", async () => {
    answers("Creating", "Creating", "Updating", "SystemUpdating", "InService");
    const events: ProgressEvent[] = [];
    await runClock(waitForEndpoint(testSession(), "ep", { onProgress: (event) => events.push(event) }));
    expect(events.map((event) => event.type === "status" && event.status)).toEqual([
      "Creating",
      "Updating",
      "SystemUpdating",
      "InService",
    ]);
  });

  it("goes on while an update rolls back, and says that it did", async () => {
    answers("Updating", "RollingBack", "InService");
    expect(await runClock(waitForEndpoint(testSession(), "ep"))).toMatchObject({ rolledBack: true });
  });

  it("throws with the reason, the last log lines and the console address when the endpoint fails", async () => {
    answers("Creating", "Failed");
    new FakeLogs(mocks.logs).add("AllTraffic/i-0abc", { message: "Traceback", timestamp: NOW.getTime() - 1 });
    const error = await rejection(runClock(waitForEndpoint(testSession(), "ep")));
    expect(error).toMatchObject({
      code: "JOB_FAILED",
      kind: "Endpoint",
      failureReason: "The primary container did not pass the ping health check.",
      lastLogLines: ["Traceback"],
      consoleUrl: expect.stringContaining("#/endpoints/ep"),
    });
    expect(mocks.logs.calls()[0]?.args[0].input).toEqual({
      logGroupName: "/aws/sagemaker/Endpoints/ep",
      orderBy: "LogStreamName",
    });
  });

  it("throws for an endpoint that is going away", async () => {
    answers("Deleting");
    expect(await rejection(runClock(waitForEndpoint(testSession(), "ep")))).toMatchObject({ status: "Deleting" });
  });

  it("ends with WaitTimeoutError at the given time", async () => {
    answers("Creating");
    const error = await rejection(runClock(waitForEndpoint(testSession(), "ep", { timeoutSeconds: 30 })));
    expect(WaitTimeoutError.is(error)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("refuses options that only jobs have", async () => {
    const error = await rejection(waitForEndpoint(testSession(), "ep", { onStopped: "return" } as object));
    expect(ValidationError.is(error)).toBe(true);
  });
});
