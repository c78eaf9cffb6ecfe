import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../src/formats/index.js";

function byRegularExpression(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/([.!?,'/()])/gu, " $1 ")
    .replaceAll(/ {2,}/gu, " ")
    .trim();
}

describe("tokenize", () => {
  it("lower-cases and sets punctuation apart", () => {
    expect(tokenize("Isn't it NICE? (yes!)")).toBe("isn ' t it nice ? ( yes ! )");
    expect(tokenize("Ünïcode, too.")).toBe("ünïcode , too .");
  });

  it("gives what the regular expression gives, for any text", () => {
    const character = fc.constantFrom(..."abAZ .!?,'/()\t\n é\u00a0;\u007f");
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(character, { maxLength: 40 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (any) => {
        expect(tokenize(any)).toBe(byRegularExpression(any));
      }),
      { numRuns: 2000 },
    );
  });

  it("handles texts longer than its working memory", () => {
    const long = "Good, bad. ".repeat(1000);

    expect(tokenize(long)).toBe(byRegularExpression(long));
  });
});
