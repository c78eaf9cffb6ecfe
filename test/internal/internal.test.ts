import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { raceAbort, sleep } from "../../src/internal/abort.js";
import { mapConcurrent } from "../../src/internal/concurrency.js";
import { assertResourceName, baseFromName, baseNameFromImage, nameFromBase } from "../../src/internal/names.js";
import { checkKnownKeys, nearest } from "../../src/internal/options.js";
import { seededRandom } from "../../src/internal/random.js";
import { isS3Uri, joinS3Uri, parseS3Uri } from "../../src/internal/s3-uri.js";

const legalName = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/u;

describe("nameFromBase", () => {
  it("pads milliseconds to three digits, in UTC", () => {
    const name = nameFromBase("blazingtext", { now: new Date("2026-08-12T10:00:00.005Z") });

    expect(name).toBe("blazingtext-2026-08-12-10-00-00-005");
    expect(baseFromName(name)).toBe("blazingtext");
  });

  it("makes a legal name of any base with a letter or digit", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 90 }), (base) => {
        expect(nameFromBase(`a${base}`)).toMatch(legalName);
      }),
    );
  });
});

describe("baseNameFromImage", () => {
  it.each([
    ["811284229777.dkr.ecr.us-east-1.amazonaws.com/blazingtext:1", "blazingtext"],
    ["host/team/my_image.v2@sha256:0123", "my-image-v2"],
    ["plain", "plain"],
  ])("turns %s into %s", (image, base) => {
    expect(baseNameFromImage(image)).toBe(base);
  });
});

describe("assertResourceName", () => {
  it("suggests a legal name", () => {
    expect(() => assertResourceName("my_job", "Training job name")).toThrow(/for example "my-job"/u);
    expect(() => assertResourceName("my-job", "Training job name")).not.toThrow();
  });
});

describe("S3 URIs", () => {
  it("keep keys verbatim", () => {
    expect(parseS3Uri("s3://b//k#1?x%20y")).toEqual({ bucket: "b", key: "/k#1?x%20y" });
    expect(parseS3Uri("s3://b")).toEqual({ bucket: "b", key: "" });
    expect(joinS3Uri("s3://b/a//b", "c")).toBe("s3://b/a//b/c");
    expect(joinS3Uri("b", "", "c/")).toBe("s3://b/c/");
  });

  it("refuse what is not one", () => {
    expect(() => parseS3Uri("https://b.s3.amazonaws.com/k")).toThrow(/expected s3:\/\/bucket\/key/u);
    expect(isS3Uri("s3:/b")).toBe(false);
  });
});

describe("checkKnownKeys", () => {
  it("names the nearest known key, whatever its spelling style", () => {
    expect(() => checkKnownKeys({ instance_type: "x" }, ["instanceType", "role"], "Estimator")).toThrow(
      /unknown option "instance_type" of Estimator; did you mean "instanceType"\?/u,
    );
    expect(nearest("zzzzzz", ["role"])).toBeUndefined();
  });
});

describe("mapConcurrent", () => {
  it("keeps order and never exceeds the limit", async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrent([1, 2, 3, 4, 5], 2, async (item) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
      return item * 10;
    });

    expect(results).toEqual([10, 20, 30, 40, 50]);
    expect(most).toBe(2);
  });

  it("starts nothing new after a failure and closes the source", async () => {
    const started: number[] = [];
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        closed = true;
      }
    }

    await expect(
      mapConcurrent(source(), 1, async (item) => {
        started.push(item);
        if (item === 2) throw new Error("third");
      }),
    ).rejects.toThrow("third");
    expect(started).toEqual([0, 1, 2]);
    expect(closed).toBe(true);
  });
});

describe("sleep and raceAbort", () => {
  it("leave no listener behind, whether they end or are aborted", async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const slept = sleep(1000, controller.signal);
    await vi.advanceTimersByTimeAsync(1000);
    await slept;
    await raceAbort(Promise.resolve(1), controller.signal);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);

    const interrupted = sleep(1000, controller.signal);
    controller.abort(new Error("enough"));
    await expect(interrupted).rejects.toThrow("enough");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("raceAbort", () => {
  it("rejects with the reason of a signal that is aborted already, and swallows the failure of the work", async () => {
    const unhandled = vi.fn();
    process.once("unhandledRejection", unhandled);

    await expect(raceAbort(Promise.reject(new Error("late")), AbortSignal.abort("enough"))).rejects.toBe("enough");
    await new Promise((resolve) => setImmediate(resolve));
    process.removeListener("unhandledRejection", unhandled);

    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("seededRandom", () => {
  it("gives the same numbers for the same seed, in range", () => {
    const [a, b, c] = [seededRandom(7), seededRandom(7), seededRandom(8)];
    const numbers = Array.from({ length: 100 }, () => a.nextInt(10));

    expect(Array.from({ length: 100 }, () => b.nextInt(10))).toEqual(numbers);
    expect(Array.from({ length: 100 }, () => c.nextInt(10))).not.toEqual(numbers);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(10);
  });
});
