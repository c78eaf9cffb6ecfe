import { describe, expect, it, vi } from "vitest";
import { MissingDependencyError, seriesPlot, toSvg } from "../../src/plots/index.js";
import { training } from "./support.js";

describe("toSvg without its optional packages", () => {
  it("names the package and the command that installs it", async () => {
    vi.doMock("vega-lite", () => {
      throw new Error("Cannot find package 'vega-lite'");
    });
    try {
      const fault = await toSvg(seriesPlot(training)).catch((error: unknown) => error);

      expect(fault).toBeInstanceOf(MissingDependencyError);
      expect((fault as Error).message).toBe(
        'An SVG of a plot needs the package "vega-lite". Install it: npm install vega-lite',
      );
    } finally {
      vi.doUnmock("vega-lite");
    }
  });
});
