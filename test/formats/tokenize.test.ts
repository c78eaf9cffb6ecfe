import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeFastText,
  type FastTextInput,
  type FastTextWriteOptions,
  inspectFastText,
  tokenize,
} from "../../src/formats/index.js";
import { bytesOf, faultOf } from "./support.js";

/** `sed -e "s/\([.\!?,'/()]\)/ \1 /g" | tr "[:upper:]" "[:lower:]"`, as it works on ASCII. */
function sedAndTr(text: string): string {
  const spaced = text.replaceAll(/([.!?,'/()])/gu, " $1 ");
  return spaced.replaceAll(/[A-Z]/gu, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

/** The words that fastText sees. */
const wordsOf = (line: string): string[] => line.split(/[\0\t-\r ]+/u).filter((word) => word !== "");

const ascii = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)), maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(..."abcdAZ  .!?,'/()\t\n_-09@[`{\u007f\0"), maxLength: 60 }),
);
const anyText = fc.oneof(
  { weight: 3, arbitrary: ascii },
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({
    unit: fc.constantFrom(..."aZé_ .\u0130\u023a\u00a0😀", "\ufeff", "\ud83d", "__LABEL__x"),
    maxLength: 20,
  }),
);

describe("tokenize", () => {
  it("lower-cases and sets punctuation apart", () => {
    expect(tokenize("Isn't it NICE? (yes!)")).toBe("isn ' t it nice ? ( yes ! )");
    expect(tokenize("Ünïcode, too.")).toBe("ünïcode , too .");
    expect(tokenize(" \n")).toBe("");
  });

  it("gives the words of the sed and tr pipe for ASCII, one blank between them", () => {
    fc.assert(
      fc.property(ascii, (text) => {
        expect(tokenize(text)).toBe(wordsOf(sedAndTr(text)).join(" "));
      }),
      { numRuns: 3000 },
    );
  });

  it("treats ASCII beside other characters as it does in ASCII alone", () => {
    fc.assert(
      fc.property(ascii, (text) => {
        expect(tokenize(`${text} Ä`)).toBe([...wordsOf(tokenize(text)), "ä"].join(" "));
      }),
      { numRuns: 1000 },
    );
  });

  it("handles texts longer than its working memory", () => {
    expect(tokenize("Good, bad. ".repeat(1000))).toBe("good , bad . ".repeat(1000).trim());
    expect(tokenize("é, ".repeat(10_000))).toBe("é , ".repeat(10_000).trim());
  });
});

describe("encodeFastText with tokenize", () => {
  const outcome = async (records: readonly FastTextInput[], options: FastTextWriteOptions): Promise<unknown> => {
    try {
      return (await bytesOf(encodeFastText(records, options))).toString("latin1");
    } catch (error) {
      const { code, record, field, message } = error as {
        code: string;
        record: number;
        field: string;
        message: string;
      };
      return { code, record, field, message };
    }
  };
  const label = fc.oneof(fc.constantFrom("Good", "bad", "very Good", "é", "__label__X"), anyText);
  const record = fc.oneof(
    fc.record({ label, text: anyText }),
    fc.record({ labels: fc.array(label, { maxLength: 3 }), text: anyText }),
  );
  const lenient: FastTextWriteOptions = {
    emptyText: "allow",
    labelInText: "escape",
    loneSurrogates: "replace",
    invalidLabels: "slugify",
    unlabelled: "allow",
  };
  const options = fc.constantFrom<FastTextWriteOptions[]>({}, lenient, { ...lenient, labelInText: "error" });

  it("gives what it gives with any function that returns the same tokens, and the same faults", async () => {
    await fc.assert(
      fc.asyncProperty(record, options, async (any, rules) => {
        expect(await outcome([any], { ...rules, tokenizer: tokenize })).toEqual(
          await outcome([any], { ...rules, tokenizer: (text) => tokenize(text) }),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it("gives the same bytes over many batches, whatever stands beside each other", async () => {
    const some = fc.record({ labels: fc.array(fc.constantFrom("A", "é", "b"), { minLength: 1 }), text: anyText });
    const long = ["Many, words! ".repeat(6000), "é. ".repeat(20_000)].map((text) => ({ label: "Long", text }));
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 50, maxLength: 50 }), async (short) => {
        const records = Array.from({ length: 60 }, (_, turn) => [...short, ...(turn === 30 ? long : [])]).flat();
        const bytes = await bytesOf(encodeFastText(records, { ...lenient, tokenizer: tokenize }));
        const expected = await bytesOf(encodeFastText(records, { ...lenient, tokenizer: (text) => tokenize(text) }));

        expect(bytes.length).toBeGreaterThan(200_000);
        expect(bytes.equals(expected)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("leaves labels as they are and refuses a label that only lower case makes one", async () => {
    expect(
      (await bytesOf(encodeFastText([{ label: "Very.GOOD!", text: "So_Good." }], { tokenizer: tokenize }))).toString(),
    ).toBe("__label__Very.GOOD! so_good .\n");
    const error = await faultOf(
      bytesOf(
        encodeFastText(
          [
            { label: "a", text: "fine" },
            { label: "a", text: "x __LABEL__b" },
          ],
          { tokenizer: tokenize },
        ),
      ),
    );
    expect(error).toMatchObject({ record: 2, field: "text" });
    expect(error.message).toContain("would become a label");
  });

  it("writes lines without any fault that inspectFastText knows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ascii, { minLength: 1, maxLength: 30 }), async (texts) => {
        const records = texts.filter((text) => tokenize(text) !== "").map((text) => ({ label: "a", text }));
        const bytes = await bytesOf(encodeFastText(records, { tokenizer: tokenize, labelInText: "escape" }));

        expect((await inspectFastText({ text: bytes.toString() })).faults).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
