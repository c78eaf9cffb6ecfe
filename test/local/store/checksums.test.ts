import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChecksum } from "../../../src/local/store/checksums.js";
import { appendZerosCrc32, combineCrc32 } from "../../../src/local/store/crc32.js";

describe("createChecksum", () => {
  // The check values of the CRC catalogue and the FIPS 180 digests, for the nine digits "123456789".
  it.each([
    ["CRC32", "cbf43926"],
    ["CRC32C", "e3069283"],
    ["CRC64NVME", "ae8b14860a799888"],
    ["SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
  ] as const)("computes %s", (algorithm, expected) => {
    const checksum = createChecksum(algorithm);
    checksum.update(Buffer.from("1234"));
    checksum.update(Buffer.from("56789"));
    expect(checksum.digest().toString("hex")).toBe(expected);
  });
});

describe("combineCrc32", () => {
  it("gives the sum of joined data from the sums of its pieces", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
      }),
    );
  });
});

describe("appendZerosCrc32", () => {
  it("gives the sum of data followed by zeros", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(5000), (data, zeros) => {
        expect(appendZerosCrc32(crc32(data), zeros)).toBe(crc32(Buffer.alloc(zeros), crc32(data)));
      }),
    );
  });
});
