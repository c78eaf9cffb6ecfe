import { afterEach, describe, expect, it, vi } from "vitest";
import { terminalImage } from "../../src/plots/index.js";
import { issuesOf } from "./support.js";

const grey = (width: number, height: number, data: readonly number[]) =>
  ({ width, height, channels: 1, data: Uint8Array.from(data) }) as const;

describe("terminalImage", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("shows shades and, at edges, half blocks", () => {
    const image = grey(5, 3, [0, 255, 0, 255, 128, 0, 0, 255, 255, 128, 0, 255, 60, 128, 255]);

    expect(terminalImage(image).split("\n")).toEqual([" ▀▄█▒", " ▀ ▀▀"]);
    expect(terminalImage(image, { invert: true }).split("\n")).toEqual(["█▄▀ ▒", "▀ ▀▀"]);
  });

  it("averages a larger image down and enlarges a smaller one, in proportion", () => {
    const board = grey(4, 4, [255, 0, 255, 0, 0, 255, 0, 255, 255, 0, 255, 0, 0, 255, 0, 255]);

    expect(terminalImage(board, { width: 2 })).toBe("▒▒");
    expect(terminalImage(grey(2, 1, [0, 255]), { width: 4 })).toBe("  ██");
    expect(
      terminalImage(grey(200, 100, new Array(20_000).fill(255)))
        .split("\n")
        .map((row) => row.length),
    ).toEqual(new Array(20).fill(80));
  });

  it("shows colours with 24 bits or with the palette", () => {
    const image = { width: 2, height: 2, channels: 3, data: [255, 0, 0, 255, 0, 0, 0, 0, 255, 100, 100, 100] } as const;
    vi.stubEnv("NO_COLOR", "");

    expect(terminalImage(image, { colors: "truecolor" })).toBe(
      "\u001b[38;2;255;0;0;48;2;0;0;255m▀\u001b[38;2;255;0;0;48;2;100;100;100m▀\u001b[0m",
    );
    expect(terminalImage(image, { colors: "256" })).toBe(
      "\u001b[38;5;196;48;5;21m▀\u001b[38;5;196;48;5;241m▀\u001b[0m",
    );
    vi.stubEnv("NO_COLOR", "1");
    expect(terminalImage(image, { colors: "256" })).not.toContain("\u001b");
  });

  it("mixes transparent parts with black", () => {
    const image = { width: 2, height: 2, channels: 2, data: [255, 255, 255, 0, 255, 255, 255, 0] } as const;

    expect(terminalImage(image)).toBe("█");
  });

  it("refuses samples that do not fit the size", () => {
    expect(issuesOf(() => terminalImage(grey(2, 2, [1, 2, 3])))).toEqual([
      "data must have width * height * channels = 4 values, got 3",
    ]);
    expect(issuesOf(() => terminalImage(grey(1, 1, [1]), { colors: "16" as never }))[0]).toContain(
      "colors must be one of",
    );
    expect(issuesOf(() => terminalImage(undefined as never))).toHaveLength(3);
  });
});
