import { describe, expect, it, vi } from "vitest";
import {
  DecodeError,
  FormatError,
  JobError,
  SageMakerError,
  ValidationError,
  WaitTimeoutError,
} from "../../src/errors/index.js";

const failed = new JobError({
  code: "JOB_FAILED",
  kind: "Training job",
  jobName: "bt-1",
  status: "Failed",
  failureReason: "ClientError: no labels",
  lastLogLines: ["Read 0M words"],
});

describe("SageMakerError.is", () => {
  it("knows an error by its own class and by the base class, and no other", () => {
    expect(JobError.is(failed)).toBe(true);
    expect(SageMakerError.is(failed)).toBe(true);
    expect(ValidationError.is(failed)).toBe(false);
    expect(JobError.is(new Error("other"))).toBe(false);
    expect(JobError.is(undefined)).toBe(false);
  });

  it("knows an error from a second copy of the library", async () => {
    vi.resetModules();
    const copy = await import("../../src/errors/index.js");
    const foreign = new copy.JobError({ code: "JOB_STOPPED", kind: "Training job", jobName: "x", status: "Stopped" });

    expect(foreign).not.toBeInstanceOf(JobError);
    expect(JobError.is(foreign)).toBe(true);
  });
});

describe("messages", () => {
  it("say what ended, how, why, and show the end of the log", () => {
    expect(failed.message).toBe(
      'Training job "bt-1" ended as Failed: ClientError: no labels\nLast log lines:\n  Read 0M words',
    );
    expect(failed.name).toBe("JobError");
  });

  it("name source, line, byte and field of a format fault", () => {
    const error = new FormatError("label holds a blank", {
      code: "FORMAT_INVALID_RECORD",
      format: "fastText",
      source: "train.txt",
      record: 3,
      byteOffset: 41,
      field: "label",
    });

    expect(error.message).toBe('fastText (train.txt, line 3, byte 41, field "label"): label holds a blank');
  });

  it("report all faults of one object together", () => {
    const error = new ValidationError("TrainingInput", [
      { path: ["a"], message: "a is wrong" },
      { path: ["b"], message: "b is wrong" },
    ]);

    expect(error.message).toBe("TrainingInput: 2 faults\n  - a is wrong\n  - b is wrong");
    expect(error.issues).toHaveLength(2);
  });

  it("carry at most 200 bytes of an undecodable body", () => {
    const error = new DecodeError("not JSON", { contentType: "text/plain", body: new Uint8Array(1000).fill(65) });

    expect(error.bodyStart).toBe("A".repeat(200));
  });

  it("tell that a resource outlives the wait", () => {
    expect(new WaitTimeoutError('training job "a"', "InProgress", 12.4).message).toContain("keeps running");
  });
});
