import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashBytes } from "../../../../src/local/engines/blazingtext/fasttext/hash.js";
import { WordInterner } from "../../../../src/local/engines/blazingtext/fasttext/word-interner.js";

const utf8 = new TextEncoder();

function tokensOf(bytes: Uint8Array, pieces: readonly number[] = []): string[] {
  const interner = new WordInterner();
  const tokens = new Int32Array(bytes.length + 1);
  let position = 0;
  let from = 0;
  for (const end of [...pieces.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]) {
    const last = end === bytes.length;
    const result = interner.read(bytes, from, end, last, tokens, position);
    position = result.position;
    from = result.stoppedAt;
  }
  if (from < bytes.length) position = interner.read(bytes, from, bytes.length, true, tokens, position).position;
  return [...tokens.subarray(0, position)].map((token) => Buffer.from(interner.bytesOf(token)).toString("latin1"));
}

describe("WordInterner", () => {
  it("splits at ASCII white space and NUL, and gives every line feed its own token", () => {
    expect(tokensOf(utf8.encode("a\tb\u000bc\fd\re\0f  g\n\nh"))).toEqual([..."abcdefg", "</s>", "</s>", "h"]);
  });

  it("leaves other Unicode spaces inside a word", () => {
    expect(tokensOf(utf8.encode("a\u00a0b\u3000c"))).toHaveLength(1);
  });

  it("reads CRLF lines as LF lines", () => {
    expect(tokensOf(utf8.encode("a b\r\nc\r\n"))).toEqual(["a", "b", "</s>", "c", "</s>"]);
  });

  it("adds no line end behind a last line without a line feed", () => {
    expect(tokensOf(utf8.encode("a\nb"))).toEqual(["a", "</s>", "b"]);
  });

  it("keeps bytes that are not UTF-8", () => {
    expect(tokensOf(Uint8Array.of(0x63, 0xe9, 0x20, 0xff))).toEqual(["c\u00e9", "\u00ff"]);
  });

  it("keeps a byte order mark as part of the first word", () => {
    const [first] = tokensOf(utf8.encode("\ufeff__label__a b"));
    expect(Buffer.from(first ?? "", "latin1").toString()).toBe("\ufeff__label__a");
  });

  it("reads the same tokens wherever the text is cut", () => {
    const byte = fc.constantFrom(...utf8.encode("ab \n\t_é"));
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 5 }), (text, cuts) => {
        const bytes = Uint8Array.from(text);
        expect(tokensOf(bytes, cuts)).toEqual(tokensOf(bytes));
      }),
    );
  });

  it("numbers tokens by first appearance and finds them again among many", () => {
    const interner = new WordInterner();
    const words = Array.from({ length: 20_000 }, (_, index) => utf8.encode(`word${index}`));
    const numbers = words.map((word) => interner.intern(word, 0, word.length));
    expect(numbers).toEqual(words.map((_, index) => index));
    expect(words.map((word) => interner.intern(word, 0, word.length))).toEqual(numbers);
    expect(interner.count).toBe(20_000);
    expect(interner.hashes[777]).toBe(hashBytes(utf8.encode("word777")));
  });

  it("tells labels by their prefix", () => {
    const interner = new WordInterner();
    const isLabel = (text: string): boolean => {
      const bytes = utf8.encode(text);
      return interner.isLabel(interner.intern(bytes, 0, bytes.length));
    };
    expect(isLabel("__label__x")).toBe(true);
    expect(isLabel("__label__")).toBe(true);
    expect(isLabel("__label_x")).toBe(false);
    expect(isLabel("x__label__")).toBe(false);
  });

  it("takes a written </s> for the same token as a line feed", () => {
    const interner = new WordInterner();
    const tokens = new Int32Array(8);
    interner.read(utf8.encode("</s> a\n"), 0, 7, true, tokens, 0);
    expect(tokens[0]).toBe(tokens[2]);
    expect(interner.lineEnd).toBe(tokens[0]);
  });
});
