import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUtf8, encodeSegment, keyOfPath, readablePath } from "../../../src/local/store/keys.js";
import { hostileKeys } from "../support.js";

const keys = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 });

describe("readablePath", () => {
  it("keeps ordinary keys as they are", () => {
    expect(readablePath("train/2024/data-1.csv")).toBe("train/2024/data-1.csv");
  });

  it("gives every hostile key a path of plain segments, or none", () => {
    for (const key of hostileKeys) {
      const path = readablePath(key);
      for (const segment of path?.split("/") ?? []) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that must not occur
        expect(segment, key).not.toMatch(/^\.{0,2}$|[\u0000-\u001f\\:*?"<>|]|[. ]$/u);
        expect(segment, key).not.toMatch(/^(?:con|aux|nul|com1|lpt9)(?:\.|$)/iu);
      }
      expect(path?.startsWith("%h"), key).not.toBe(true);
    }
  });

  it("can be read back", () => {
    fc.assert(
      fc.property(keys, (key) => {
        const path = readablePath(key);
        expect(path === undefined || keyOfPath(path) === key).toBe(true);
      }),
    );
  });

  it("gives different keys different paths", () => {
    const paths = hostileKeys.map(readablePath).filter((path) => path !== undefined);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("has no path for keys that no file system holds", () => {
    expect(readablePath("x".repeat(1024))).toBeUndefined();
    expect(readablePath("d/".repeat(500))).toBeUndefined();
  });
});

describe("keyOfPath", () => {
  it("does not take names that no key is written to", () => {
    expect(keyOfPath("100%.csv")).toBeUndefined();
    expect(keyOfPath("%61")).toBeUndefined();
  });
});

describe("encodeSegment", () => {
  it("escapes what Windows would drop or take for a device", () => {
    expect(encodeSegment("name.")).toBe("name%2E");
    expect(encodeSegment("con")).toBe("%63on");
    expect(encodeSegment("")).toBe("%");
  });
});

describe("compareUtf8", () => {
  it("orders texts as their UTF-8 bytes", () => {
    const points = fc.constantFrom(
      "a",
      "z",
      "\u00e9",
      "\uabcd",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "\u{10000}",
      "\u{10ffff}",
    );
    const texts = fc.string({ unit: points, maxLength: 4 });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it("puts characters beyond U+FFFF last, unlike JavaScript", () => {
    expect(["\u{1f600}", "\uff61"].sort(compareUtf8)).toEqual(["\uff61", "\u{1f600}"]);
    expect(["\u{1f600}", "\uff61"].sort()).toEqual(["\u{1f600}", "\uff61"]);
  });
});
