import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashBytes, pushNgramBuckets } from "../../../../src/local/engines/blazingtext/fasttext/hash.js";

const utf8 = new TextEncoder();

/** The definition in plain words: FNV-1a on sign-extended bytes. */
function hashByDefinition(bytes: Uint8Array): number {
  let hash = 2166136261n;
  for (const byte of bytes) hash = ((hash ^ BigInt.asUintN(32, BigInt((byte << 24) >> 24))) * 16777619n) & 0xffffffffn;
  return Number(BigInt.asIntN(32, hash));
}

/** The definition in plain words: unsigned 64-bit arithmetic on sign-extended hashes. */
function bucketsByDefinition(hashes: readonly number[], ngrams: number, buckets: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < hashes.length; i++) {
    let hash = BigInt.asUintN(64, BigInt(hashes[i] ?? 0));
    for (let j = i + 1; j < hashes.length && j < i + ngrams; j++) {
      hash = BigInt.asUintN(64, hash * 116049371n + BigInt(hashes[j] ?? 0));
      found.push(Number(hash % BigInt(buckets)));
    }
  }
  return found;
}

describe("hashBytes", () => {
  it("gives the published values of 32-bit FNV-1a for ASCII", () => {
    expect(hashBytes(utf8.encode("")) >>> 0).toBe(0x811c9dc5);
    expect(hashBytes(utf8.encode("a")) >>> 0).toBe(0xe40c292c);
    expect(hashBytes(utf8.encode("foobar")) >>> 0).toBe(0xbf9cf968);
  });

  it("takes bytes above 127 as negative numbers", () => {
    expect(hashBytes(Uint8Array.of(0xe9))).toBe(hashByDefinition(Uint8Array.of(0xe9)));
    expect(hashBytes(Uint8Array.of(0xe9)) >>> 0).not.toBe(Math.imul(0x811c9dc5 ^ 0xe9, 16777619) >>> 0);
  });

  it("follows the definition for any bytes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => hashBytes(bytes) === hashByDefinition(bytes)));
  });
});

describe("pushNgramBuckets", () => {
  it("follows the 64-bit definition for any hashes, lengths and bucket counts", () => {
    const hashes = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 12 });
    const buckets = fc.oneof(fc.constant(2_000_000), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(hashes, fc.integer({ min: 2, max: 5 }), buckets, (words, ngrams, count) => {
        const target = new Int32Array(words.length * ngrams);
        const end = pushNgramBuckets(Int32Array.from(words), words.length, ngrams, count, target, 0);
        expect([...target.subarray(0, end)]).toEqual(bucketsByDefinition(words, ngrams, count));
      }),
      { numRuns: 300 },
    );
  });

  it("writes behind what is there and says where it stopped", () => {
    const target = Int32Array.of(-1, -1, -1);
    expect(pushNgramBuckets(Int32Array.of(1, 2), 2, 2, 10, target, 1)).toBe(2);
    expect([...target]).toEqual([-1, (116049371 + 2) % 10, -1]);
  });
});
