import { beforeEach, describe, expect, it, vi } from "vitest";
import { RateLimiter } from "../../src/jobs/rate-limiter.js";
import { flush, rejection } from "./helpers.js";

describe("RateLimiter", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  async function startTimes(limiter: RateLimiter, calls: number, seconds: number): Promise<number[]> {
    const times: number[] = [];
    for (let call = 0; call < calls; call++) void limiter.acquire().then(() => times.push(performance.now()));
    await flush();
    await vi.advanceTimersByTimeAsync(seconds * 1000);
    return times;
  }

  function mostInOneSecond(times: readonly number[]): number {
    return Math.max(...times.map((start) => times.filter((time) => time >= start && time < start + 1000).length));
  }

  it("starts a call at once when the pace allows it", async () => {
    const limiter = new RateLimiter(5);
    await limiter.acquire();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never starts more calls within any second than allowed", async () => {
    const times = await startTimes(new RateLimiter(5), 50, 20);
    expect(times).toHaveLength(50);
    expect(mostInOneSecond(times)).toBe(5);
  });

  it("keeps the order in which calls asked", async () => {
    const limiter = new RateLimiter(2);
    const order: number[] = [];
    for (let call = 0; call < 9; call++) void limiter.acquire().then(() => order.push(call));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("halves its pace after a throttled answer, once for answers that come together", async () => {
    const limiter = new RateLimiter(5);
    limiter.throttled();
    limiter.throttled();
    const times = await startTimes(limiter, 20, 6.5);
    expect(times).toHaveLength(20);
    expect(mostInOneSecond(times)).toBe(5);
    expect((times[19] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(6000);
  });

  it("recovers its pace with calls that succeed", async () => {
    const limiter = new RateLimiter(5);
    limiter.throttled();
    for (let call = 0; call < 100; call++) limiter.succeeded();
    const times = await startTimes(limiter, 20, 3.5);
    expect(times).toHaveLength(20);
  });

  it("rejects a queued call with the reason of the abort and leaves no listener and no timer", async () => {
    const limiter = new RateLimiter(1);
    await limiter.acquire();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, "removeEventListener");
    const kept = limiter.acquire(controller.signal);
    await vi.advanceTimersByTimeAsync(1500);
    await kept;
    expect(remove).toHaveBeenCalledTimes(1);

    const waiting = limiter.acquire(controller.signal);
    controller.abort("enough");
    expect(await rejection(waiting)).toBe("enough");
    expect(limiter.waiting).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(await rejection(limiter.acquire(controller.signal))).toBe("enough");
  });
});
