import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineFaults, parseLine } from "../../src/formats/fasttext-decoder.js";
import { inspectFastText } from "../../src/formats/index.js";

// Pieces that meet in real files, so that random lines are full of the cases that matter.
const piece = fc.constantFrom(
  ..."__label__a|__label__b|__label__|__label|label__x|word|Word.|a|é|.| |  |\t|\r|\n|\r\n|\0|\v|\f| __label__a x\n".split(
    "|",
  ),
);

describe("inspectFastText", () => {
  it("finds in any file what looking at each line by itself finds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 1, max: 9 }), async (pieces, size) => {
        const text = pieces.join("");
        const bytes = Buffer.from(text);
        const lines = text.split("\n");
        if (lines.at(-1) === "") lines.pop();
        const expected: unknown[] = [];
        const counts = new Map<string, number>();
        let examples = 0;
        let byteOffset = 0;
        for (const [index, line] of lines.entries()) {
          const record = parseLine(line);
          for (const { kind } of lineFaults(line, record)) expected.push({ kind, line: index + 1, byteOffset });
          if (record.labels.length > 0 && record.text !== "") examples++;
          for (const label of new Set(record.labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
          byteOffset += Buffer.byteLength(line) + 1;
        }
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        const report = await inspectFastText(chunks, { maxFaultsPerKind: 1000 });
        expect(report.lines).toBe(lines.length);
        expect(report.examples).toBe(examples);
        expect(new Map(report.labelCounts)).toEqual(counts);
        expect(report.faults.map((fault) => ({ ...pick(fault) }))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it("counts many labels, each once per line", async () => {
    const text = Array.from({ length: 6000 }, (_, line) => `__label__${line % 3000} x __label__${line % 3000}\n`).join(
      "",
    );
    const { labelCounts } = await inspectFastText({ text });
    expect(labelCounts.size).toBe(3000);
    expect(new Set(labelCounts.values())).toEqual(new Set([2]));
  });
});

function pick({ kind, line, byteOffset }: { kind: string; line: number; byteOffset: number }) {
  return { kind, line, byteOffset };
}
