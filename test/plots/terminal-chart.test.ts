import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { terminalChart } from "../../src/plots/index.js";
import { forecast, issuesOf, target, training } from "./support.js";

const { timestamps, quantiles } = forecast;
const band = {
  lower: { timestamps, values: quantiles["0.1"] },
  upper: { timestamps, values: quantiles["0.9"] },
  name: "80 % prediction interval",
};
const lines = [
  { ...training, name: "training", values: training.values },
  { name: "target", start: target.start, frequency: target.frequency, values: target.values },
];

describe("terminalChart", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("draws values by their number", () => {
    const values = [8, 4, 2, 1, 0.5, 0.25];

    expect(terminalChart({ name: "train:loss", values }, { width: 32, height: 6 }).split("\n")).toEqual([
      "8 ┤⠑⢄",
      "6 ┤  ⠑⡄",
      "  │   ⠈⠢⡀",
      "4 ┤     ⠈⠒⠤⣀",
      "2 ┤         ⠉⠒⠤⢄⣀⡀",
      "  │              ⠈⠉⠑⠒⠒⠒⠤⠤⠤⠤⠤⠤⣀⣀⣀",
      "  └─────────────────────────────",
      "   1                           6",
      "⠒⠒ train:loss",
    ]);
  });

  it("draws several series over time and a band, told apart by characters", () => {
    expect(terminalChart(lines, { width: 40, height: 8, band, title: "Sales" }).split("\n")).toEqual([
      "Sales",
      "   │                             **░░░**",
      "   │                          ░**░░***░░",
      "10 ┤                        ***░░░░░░",
      "   │                    ⣀⠤**  ░░",
      "   │              ⢀⡠⠤⠒⠒⠉",
      " 5 ┤         ⣀⡠⠤⠔⠊⠁",
      "   │    ⣀⣀⠤⠒⠉",
      "   │⡠⠔⠊⠉",
      "   └────────────────────────────────────",
      "    2020-01-01 00:00    2020-01-01 11:00",
      "⠒⠒ training   ** target",
      "░░ 80 % prediction interval",
    ]);
  });

  it("leaves gaps where values are missing and shows single points", () => {
    expect(terminalChart({ values: [1, null, 1, 1, Number.NaN, 2] }, { width: 20, height: 3 }).split("\n")).toEqual([
      "2.0 ┤              ⠈",
      "1.5 ┤",
      "1.0 ┤⡀     ⣀⣀⣀",
      "    └───────────────",
      "     1             6",
    ]);
  });

  it("colours the lines when it is asked to, unless NO_COLOR is set", () => {
    vi.stubEnv("NO_COLOR", "");
    const colored = terminalChart(lines, { colors: true, band });
    expect(colored).toContain("\u001b[36m⠒⠒\u001b[39m training   \u001b[33m⠒⠒\u001b[39m target   \u001b[90m░░");
    for (const line of colored.split("\n")) expect(line.lastIndexOf("\u001b[39m")).toBe(line.lastIndexOf("\u001b["));

    vi.stubEnv("NO_COLOR", "1");
    expect(terminalChart(lines, { colors: true, band })).toBe(terminalChart(lines, { band }));
  });

  it("has no line wider than asked for, whatever the numbers", () => {
    const number = fc.integer({ min: -1e9, max: 1e9 }).map((value) => value / 1000);
    fc.assert(
      fc.property(
        fc.array(fc.option(number), { minLength: 1, maxLength: 50 }).filter((values) => values.some((v) => v !== null)),
        fc.integer({ min: 30, max: 120 }),
        fc.integer({ min: 2, max: 30 }),
        (values, width, height) => {
          const rows = terminalChart({ values }, { width, height }).split("\n");
          expect(rows).toHaveLength(height + 2);
          expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(width);
          // Numbers of the axis fall from row to row, and there is something to read them by.
          const ticks = rows
            .slice(0, height)
            .flatMap((row) => /^\s*(-?[\d.e+-]+) ┤/u.exec(row)?.slice(1).map(Number) ?? []);
          expect(ticks.length).toBeGreaterThan(0);
          expect(ticks).toEqual([...ticks].sort((a, b) => b - a));
        },
      ),
    );
  });

  it("lets no name steer the terminal", () => {
    const text = terminalChart({ name: "a\u001b[2Jb\nc", values: [1, 2] }, { title: "\u0007\u009bx" });

    expect(text).toContain("a?[2Jb?c");
    expect(text.startsWith("??x\n")).toBe(true);
    expect(text).not.toContain("\u001b");
  });

  it("refuses lines that cannot be drawn together", () => {
    expect(issuesOf(() => terminalChart([training, { name: "b", values: [1] }]))).toEqual([
      "some lines have times and others have not; give all of them times, or none",
    ]);
    expect(issuesOf(() => terminalChart([]))).toContain("there is no line to draw");
    expect(issuesOf(() => terminalChart({ values: [null] }))).toEqual(["there is no value to draw"]);
    expect(issuesOf(() => terminalChart(training, { width: 5 }))).toHaveLength(1);
    expect(issuesOf(() => terminalChart(training, { band: {} as never }))).toEqual([
      "band must be { lower, upper }, got {}",
    ]);
  });
});
