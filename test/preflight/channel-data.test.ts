import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvenSample } from "../../src/internal/even-sample.js";
import { ChannelData, type ReadLimits } from "../../src/preflight/channel-data.js";
import type { DataFile, DataStore } from "../../src/preflight/data-store.js";

/** A store of one file in memory that counts its reads. */
class MemoryStore implements DataStore {
  inFlight = 0;
  mostInFlight = 0;
  reads = 0;
  readonly rangeBytes: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, rangeBytes: number) {
    this.#bytes = bytes;
    this.rangeBytes = rangeBytes;
  }

  get file(): DataFile {
    return { uri: "memory", name: "memory", sizeBytes: this.#bytes.length, match: "exact" };
  }

  async *list(): AsyncGenerator<DataFile, void, void> {
    yield this.file;
  }

  async read(_file: DataFile, start: number, end: number): Promise<Uint8Array> {
    this.reads++;
    this.inFlight++;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    this.inFlight--;
    return this.#bytes.subarray(start, end);
  }

  async around(): Promise<string[]> {
    return [];
  }
}

function channelOf(store: DataStore, limits: Partial<ReadLimits> = {}): ChannelData {
  const none = Number.POSITIVE_INFINITY;
  const all = { bytes: none, objects: none, listed: none, concurrency: 4, signal: new AbortController().signal };
  const channel = { ChannelName: "train", DataSource: {} };
  return new ChannelData(channel, "memory", store, { ...all, readUri: async () => undefined, ...limits });
}

describe("ChannelData.chunks", () => {
  it("gives the bytes in order with a bounded number of reads in flight", async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));
    const store = new MemoryStore(bytes, 64);
    const got: Uint8Array[] = [];
    for await (const chunk of channelOf(store, { concurrency: 3 }).chunks(store.file)) got.push(chunk);
    expect(Buffer.concat(got).equals(bytes)).toBe(true);
    expect(store.mostInFlight).toBe(3);
    expect(store.reads).toBe(16);
  });

  it("reads no further when its consumer stops, and counts only what was given", async () => {
    const store = new MemoryStore(Buffer.alloc(10_000), 100);
    const channel = channelOf(store, { concurrency: 2 });
    for await (const _ of channel.chunks(store.file)) break;
    expect(store.reads).toBe(2);
    expect(channel.checked().bytesRead).toBe(100);
  });
});

describe("ChannelData.lines", () => {
  it("gives whole lines at their right places, all of them or those of parts, whatever the limits", async () => {
    const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[\n\ufeff]/gu, "x"));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 50 }),
        async (lines, ends, budget, rangeBytes) => {
          const bytes = Buffer.from(lines.join("\n") + (ends ? "\n" : ""));
          const store = new MemoryStore(bytes, rangeBytes);
          const channel = channelOf(store, { bytes: budget });
          const numbers = new Map<number, number>();
          let at = 0;
          for (const [index, text] of lines.entries()) {
            numbers.set(at, index + 1);
            at += Buffer.byteLength(text) + 1;
          }
          let count = 0;
          for await (const batch of channel.textLines(store.file, "test", 10_000)) {
            for (const { text, place } of batch) {
              const number = numbers.get(place.byte ?? -1);
              expect(text).toBe(lines[(number ?? 0) - 1]);
              if (place.line !== undefined) expect(place.line).toBe(number);
              count++;
            }
          }
          const isWhole = bytes.length <= budget;
          expect(channel.isSampled).toBe(!isWhole);
          // The empty text behind the last line feed is no line.
          if (isWhole)
            expect(count).toBe(bytes.length === 0 ? 0 : lines.length - (bytes.at(-1) === 10 && !ends ? 1 : 0));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("EvenSample", () => {
  it("keeps at most so many items, in order, from the beginning to near the end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 2000 }), (limit, count) => {
        const sample = new EvenSample<number>(limit);
        for (let item = 0; item < count; item++) sample.add(item);
        expect(sample.count).toBe(count);
        expect(sample.items.length).toBeLessThanOrEqual(limit);
        expect(sample.items.length).toBeGreaterThanOrEqual(Math.min(count, Math.floor(limit / 2)));
        const [first, second = count] = sample.items;
        const stride = second - (first ?? 0);
        expect(sample.items).toEqual(sample.items.map((_, index) => index * (sample.items.length > 1 ? stride : 1)));
        expect(count - (sample.items.at(-1) ?? count)).toBeLessThanOrEqual(Math.max(stride, 1));
      }),
    );
  });
});
