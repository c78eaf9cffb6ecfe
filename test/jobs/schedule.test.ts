import { describe, expect, it } from "vitest";
import { logDelay, statusDelay } from "../../src/jobs/schedule.js";

describe("statusDelay", () => {
  it("looks after 0.15, 0.5, 1.25, 2.5, 5 and 7.5 seconds", () => {
    const delays = [1, 2, 3, 4, 5, 6].map((looks) => statusDelay(looks, 0, 0.5));
    let elapsed = 0;
    expect(delays.map((delay) => (elapsed += delay))).toEqual([0.15, 0.5, 1.25, 2.5, 5, 7.5]);
  });

  it("waits a twentieth of the time so far, at least 5 s and at most 30 s", () => {
    expect(statusDelay(7, 7.5, 0.5)).toBe(5);
    expect(statusDelay(40, 200, 0.5)).toBe(10);
    expect(statusDelay(400, 36_000, 0.5)).toBe(30);
  });

  it("moves by at most 10 % either way", () => {
    expect(statusDelay(400, 36_000, 0)).toBeCloseTo(27, 10);
    expect(statusDelay(400, 36_000, 0.999_999)).toBeCloseTo(33, 3);
  });
});

describe("logDelay", () => {
  it("stays at 5 s while lines come and grows to 20 s while the log is quiet", () => {
    expect(logDelay(10, 0, 0.5)).toBe(5);
    expect(logDelay(10, 1, 0.5)).toBe(5);
    expect(logDelay(10, 2, 0.5)).toBe(7.5);
    expect(logDelay(10, 50, 0.5)).toBe(20);
  });
});
