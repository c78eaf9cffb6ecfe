import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { colors, colorsFor, type PlotOptions, plotIssues, plotOptionKeys, plotSpec } from "./plot-options.js";
import type { PlotCell, PlotLayer, PlotPosition, PlotSpec } from "./plot-spec.js";
import { lineColor, pointMark } from "./time-plot.js";

/**
 * How much of what happened lay in a band that should hold a known share; the `coverage` of DeepAR's scores has such.
 *
 * @public
 */
export interface PlotCoverage {
  /** Share that the band should hold, 0 to 1. */
  readonly expected: number;
  /** Share that it holds, 0 to 1. */
  readonly actual: number;
  /**
   * Name in the legend of the model or the data that the band belongs to.
   *
   * @defaultValue "observed"
   */
  readonly name?: string | undefined;
}

const size = { width: 504, height: 504 };
const ideal = "ideal";

/**
 * Draws how far prediction intervals hold what they promise: the share of values that each band should hold against the
 * share that it holds. Points below the line of the ideal come from bands that are too narrow, from a model that is too sure.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` for an empty list and for shares outside 0 to 1; `INVALID_OPTIONS`
 * @example
 * ```ts
 * const { coverage } = scoreForecasts(forecasts, actuals);
 * const svg = await toSvg(coveragePlot(coverage));
 * ```
 * @public
 */
export function coveragePlot(bands: readonly PlotCoverage[], options: PlotOptions = {}): PlotSpec {
  const subject = "coveragePlot";
  const optionIssues = [...unknownKeyIssues(options, plotOptionKeys, subject), ...plotIssues(options)];
  if (optionIssues.length > 0) throw new ValidationError(subject, optionIssues);
  const issues = bandIssues(bands);
  if (issues.length > 0) throw new ValidationError(subject, issues, "INVALID_INPUT");

  const values: Record<string, PlotCell>[] = [0, 1].map((share) => ({ line: ideal, expected: share, actual: share }));
  const sorted = [...bands].sort((a, b) => a.expected - b.expected);
  for (const { expected, actual, name = "observed" } of sorted) values.push({ line: name, expected, actual });
  const names = [...new Set(bands.map(({ name = "observed" }) => name))];
  const palette = colorsFor(names.length);
  const color = lineColor([
    ...names.map((name, index) => ({ name, color: palette[index] as string })),
    { name: ideal, color: colors.grey },
  ]);
  const share = (field: string, title: string): PlotPosition => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [0, 1] },
    axis: { format: ".0%", grid: true, labelFlush: false },
  });
  const x = share("expected", options.xTitle ?? "EXPECTED COVERAGE");
  const y = share("actual", options.yTitle ?? "OBSERVED COVERAGE");
  const layer: PlotLayer[] = [
    {
      mark: { type: "line", strokeWidth: 1.5, strokeDash: [6, 4] },
      transform: [{ filter: { field: "line", oneOf: [ideal] } }],
      encoding: { x, y, color },
    },
    {
      mark: { type: "line", strokeWidth: 1.5, point: { ...pointMark } },
      transform: [{ filter: { field: "line", oneOf: names } }],
      encoding: { x, y, color },
    },
  ];
  const description = `expected against observed coverage of prediction intervals: ${names.join(", ")}`;
  return plotSpec(options, description, { values }, layer, size);
}

function bandIssues(bands: readonly PlotCoverage[]): ValidationIssue[] {
  if (!Array.isArray(bands) || bands.length === 0) {
    return [{ path: [], message: `expected a list of { expected, actual }, got ${shown(bands)}` }];
  }
  const issues: ValidationIssue[] = [];
  for (const [index, band] of (bands as readonly PlotCoverage[]).entries()) {
    for (const field of ["expected", "actual"] as const) {
      const share: unknown = band?.[field];
      if (typeof share === "number" && share >= 0 && share <= 1) continue;
      issues.push({
        path: [index, field],
        message: `[${index}].${field} must be a share of 0 to 1, got ${shown(share)}`,
      });
    }
    const name: unknown = band?.name;
    if ((name !== undefined && typeof name !== "string") || name === ideal) {
      issues.push({ path: [index, "name"], message: `[${index}].name must be a text other than "${ideal}"` });
    }
  }
  return issues;
}
