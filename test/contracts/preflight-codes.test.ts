import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

// Every code of the catalogue has a row on the page; what the row says is true of the source and of the tests.

const root = new URL("../../", import.meta.url);

/** The catalogue: faults that users met, by algorithm. */
const catalogue = [...codes("GEN", 12), ...codes("BT", 13), ...codes("IC", 15), ...codes("DA", 19)];

function codes(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(2, "0")}`);
}

interface Row {
  readonly code: string;
  readonly severity: string;
  readonly what: string;
  readonly how: string;
}

async function filesBelow(folder: string): Promise<{ readonly name: string; readonly text: string }[]> {
  const names = await readdir(new URL(folder, root), { recursive: true });
  return Promise.all(
    names
      .filter((name) => name.endsWith(".ts") && !name.endsWith("preflight-codes.test.ts"))
      .map(async (name) => ({ name, text: await readFile(new URL(folder + name, root), "utf8") })),
  );
}

const page = await readFile(new URL("docs/preflight.md", root), "utf8");
const rows: Row[] = [...page.matchAll(/^\| ([A-Z]+-\d\d) \| (\S+) \| (.*?) \| (.*?) \|$/gmu)].map((match) => ({
  code: match[1] ?? "",
  severity: match[2] ?? "",
  what: match[3] ?? "",
  how: match[4] ?? "",
}));
const sources = await filesBelow("src/");
const tests = await filesBelow("test/");
const source = sources.map(({ text }) => text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/gu, "")).join("\n");
const titles = tests.flatMap(({ text }) =>
  [...text.matchAll(/\b(?:describe|it)(?:\.each\([^)]*\))?\(\s*(["'`])(.*?)\1/gsu)].map((match) => match[2] ?? ""),
);
const testText = tests.map(({ text }) => text).join("\n");

describe("docs/preflight.md", () => {
  it("has a row for every code of the catalogue, in order and once", () => {
    const listed = rows.map(({ code }) => code);
    expect(listed.filter((code) => catalogue.includes(code))).toEqual(catalogue);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it("has a row for every code that the source knows", () => {
    const known = [...source.matchAll(/\b(?:GEN|BT|IC|DA|INF)-\d\d\b/gu)].map(([code]) => code);
    expect(new Set(rows.map(({ code }) => code))).toEqual(
      new Set([...known, ...rows.filter(({ how }) => isReason(how)).map(({ code }) => code)]),
    );
  });

  it("quotes its code from its example", async () => {
    const flat = (text: string): string => text.replaceAll(/^[ \t]+/gmu, "");
    const example = flat(await readFile(new URL("examples/check-data.ts", root), "utf8"));
    const blocks = [...page.matchAll(/```ts\n(.*?)```/gsu)].map((match) => flat(match[1] ?? ""));
    expect(blocks).toHaveLength(2);
    for (const block of blocks) expect(example).toContain(block);
  });
});

/** True for a code that nothing emits, with the reason. */
function isReason(how: string): boolean {
  return /^(?:not done|by design): \S.{20,}/u.test(how);
}

describe.each(rows)("code $code", ({ code, severity, how }) => {
  const hasTitle = titles.some((title) => title.includes(code));

  it("is as its row says: emitted and tested, refused and tested, or left out with a reason", () => {
    if (how === "checked" || how === "with apiCalls") {
      expect(["error", "warning", "info"]).toContain(severity);
      // As the code of a finding, or at the end of a warning that becomes one.
      expect(source).toMatch(
        new RegExp(`code: "${code}"|\\[${code}\\]|\\? "${code}"|"${code}",\\s*kind|\\?\\? "${code}"`, "u"),
      );
      expect(hasTitle, `a describe or it that names ${code}`).toBe(true);
    } else if (how === "refused") {
      // In the message itself, or as the code that a definition gives to messages.
      expect(source).toMatch(new RegExp(`\\[${code}\\]|(?:unknownChannel|otherVariant): "${code}"`, "u"));
      expect(testText).toContain(`[${code}]`);
      expect(hasTitle, `a describe or it that names ${code}`).toBe(true);
    } else {
      expect(severity).toBe("–");
      expect(isReason(how), how).toBe(true);
    }
  });
});
