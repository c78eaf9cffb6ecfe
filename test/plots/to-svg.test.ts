import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { ValidationError } from "../../src/errors/index.js";
import { coveragePlot, forecastPlot, metricPlot, seriesPlot, toHtml, toSvg } from "../../src/plots/index.js";
import { forecast, target, textsOf, training } from "./support.js";

const repository = resolve(import.meta.dirname, "../..");

describe("toSvg", () => {
  it("renders a forecast with its lines, its band, its legend and its axes", async () => {
    const svg = await toSvg(forecastPlot({ training, target, forecast }, { title: "Sales & more" }));

    expect(svg.match(/<g class="mark-line[^>]*>/gu)).toHaveLength(3);
    expect(svg.match(/<g class="mark-area[^>]*>/gu)).toHaveLength(1);
    for (const color of ["#0072B2", "#009E73", "#D55E00"]) expect(svg).toContain(`stroke="${color}"`);
    expect(svg).toMatch(/<path[^>]* fill="#E69F00"/u);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining([
        "training",
        "target",
        "prediction median",
        "80 % prediction interval",
        "DATE",
        "VALUE",
        "Sales &amp; more",
      ]),
    );
    expect(svg).toMatch(/^<svg role="img" aria-label="Sales &#38; more: a forecast over time: training, /u);
    expect(svg).toMatch(/width="1008" height="432"/u);
  });

  it("renders curves with a mark for every point", async () => {
    const values = [0.5, 0.8, 0.9].map((value) => ({ name: "validation:accuracy", value }));
    const svg = await toSvg(metricPlot(values));

    expect(
      /<g class="mark-symbol role-mark layer_0_layer_1_marks"[^>]*>(.*?)<\/g>/u.exec(svg)?.[1]?.match(/<path/gu),
    ).toHaveLength(3);
  });

  it("renders from CommonJS, where packages of ES modules cannot be required", async () => {
    const program = `
      const { seriesPlot, toSvg } = require("./dist/cjs/plots/index.js");
      const series = { start: "2024-03-31", frequency: "H", values: [1, 2] };
      toSvg(seriesPlot(series)).then((svg) => process.stdout.write(svg));`;
    const { stdout } = await promisify(execFile)("node", ["--input-type=commonjs", "--eval", program], {
      cwd: repository,
    });

    expect(stdout).toBe(await toSvg(seriesPlot({ start: "2024-03-31", frequency: "H", values: [1, 2] })));
  });

  it("shows the same times in every time zone", async () => {
    const program = `
      import { seriesPlot, toSvg } from "./src/plots/index.js";
      const series = { start: "2024-03-31 00:00:00", frequency: "H", values: [1, 2, 3, 4, 5, 6] };
      process.stdout.write(await toSvg(seriesPlot(series)));`;
    const inZone = async (zone: string): Promise<string> => {
      const run = promisify(execFile)("node", ["--import", "tsx", "--input-type=module", "--eval", program], {
        cwd: repository,
        env: { ...process.env, TZ: zone },
      });
      return (await run).stdout;
    };
    // In Berlin the clock has no 02:30 on this day.
    const [tokyo, berlin, utc] = await Promise.all(["Asia/Tokyo", "Europe/Berlin", "UTC"].map(inZone));

    expect(textsOf(tokyo as string)).toEqual(expect.arrayContaining(["2024-03-31 00:00", "2024-03-31 02:00"]));
    expect(tokyo).toBe(utc);
    expect(berlin).toBe(utc);
  });

  it("renders specs that were written by hand and tells of Vega's warnings", async () => {
    const warnings: string[] = [];
    const logger = { warn: (text: string) => void warnings.push(text), info() {}, debug() {}, error() {} };
    const spec = {
      data: { values: [{ a: 1 }] },
      mark: "bar",
      encoding: { x: { field: "a", type: "quantitative" }, nothing: { field: "a" } },
    };

    expect(await toSvg(spec, { logger })).toContain("mark-rect");
    expect(warnings.join()).toContain("nothing");
  });

  it("loads nothing from elsewhere", async () => {
    const spec = {
      data: { url: "file:///etc/hostname", format: { type: "csv" } },
      mark: "point",
      encoding: { x: { field: "a", type: "quantitative" } },
    };

    await expect(toSvg(spec)).rejects.toThrow(/the spec names data elsewhere, "file:\/\/\/etc\/hostname"/u);
    await expect(toSvg([])).rejects.toBeInstanceOf(ValidationError);
  });

  it("stops when it is aborted, with the reason", async () => {
    const reason = new Error("enough");

    await expect(toSvg(seriesPlot(training), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe("toHtml", () => {
  it("makes a page that needs nothing else, with every text escaped", async () => {
    const name = "<script>alert(1)</script>";
    const series = { name, start: "2024-01-01", frequency: "D", values: [1, 2] } as const;
    const page = await toHtml([seriesPlot(series, { title: name }), coveragePlot([{ expected: 0.8, actual: 0.7 }])], {
      title: name,
    });

    expect(page.match(/<svg /gu)).toHaveLength(2);
    expect(page).not.toMatch(/<script/iu);
    expect(page.match(/&(?:lt|#60);script/gu)?.length).toBeGreaterThanOrEqual(5);
    expect(page).toContain("default-src 'none'");
    // The only addresses are the names of the SVG language.
    expect([...page.matchAll(/https?:[^"\s]*/gu)].every(([url]) => url.startsWith("http://www.w3.org/"))).toBe(true);
  });

  it("keeps the ids of several pictures apart", async () => {
    const clipped = {
      data: { values: [{ a: 1 }, { a: 2 }] },
      mark: { type: "point", clip: true },
      encoding: { x: { field: "a", type: "quantitative", scale: { domain: [0, 1] } } },
    };
    const page = await toHtml([clipped, clipped]);
    const ids = [...page.matchAll(/ id="([^"]+)"/gu)].map((match) => match[1] as string);
    const used = [...page.matchAll(/url\(#([^)]+)\)/gu)].map((match) => match[1] as string);

    expect(ids.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(used)).toEqual(new Set(ids));
  });
});
