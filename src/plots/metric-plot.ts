import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { colorsFor, type PlotOptions, plotIssues, plotOptionKeys, plotSpec } from "./plot-options.js";
import type { PlotCell, PlotSpec } from "./plot-spec.js";
import { lineColor, pointMark } from "./time-plot.js";

/**
 * One value of a metric; the values of a training job's `metricHistory` are such.
 *
 * @public
 */
export interface PlotMetric {
  /** For example `validation:accuracy`. */
  readonly name: string;
  /** NaN and infinities, which a diverging training gives, leave a gap. */
  readonly value: number;
  /**
   * Epoch of the value.
   *
   * @defaultValue the number of values of this metric so far, so from 1: right for what is logged once an epoch, by one instance
   */
  readonly epoch?: number | undefined;
}

/**
 * Where the values come from: a list, or the result of a training job.
 *
 * @public
 */
export type PlotMetrics = readonly PlotMetric[] | { readonly metricHistory: readonly PlotMetric[] };

/**
 * Options of {@link metricPlot} and {@link lossPlot}.
 *
 * @public
 */
export interface MetricPlotOptions extends PlotOptions {
  /**
   * Names of the metrics to draw, in the order of the legend.
   *
   * @defaultValue all of them; for `lossPlot` those called `loss` or ending in `:loss`
   */
  readonly metrics?: readonly string[] | undefined;
}

/**
 * Draws the metrics of a training by epoch.
 *
 * @throws {@link ValidationError} `INVALID_INPUT` when there are no values, or none of a metric that `metrics` names;
 * `INVALID_OPTIONS`
 * @example
 * ```ts
 * const job = await estimator.fit(channels);
 * const svg = await toSvg(metricPlot(await job.result(), { metrics: ["train:accuracy", "validation:accuracy"] }));
 * ```
 * @public
 */
export function metricPlot(metrics: PlotMetrics, options: MetricPlotOptions = {}): PlotSpec {
  return curves("metricPlot", metrics, options, () => true, "VALUE");
}

/**
 * Draws the loss of a training by epoch.
 *
 * @throws {@link ValidationError} as {@link metricPlot}
 * @public
 */
export function lossPlot(metrics: PlotMetrics, options: MetricPlotOptions = {}): PlotSpec {
  return curves("lossPlot", metrics, options, (name) => /(?:^|:)loss$/iu.test(name), "LOSS");
}

function curves(
  subject: string,
  metrics: PlotMetrics,
  options: MetricPlotOptions,
  chosen: (name: string) => boolean,
  yTitle: string,
): PlotSpec {
  checkOptions(options, subject);
  const byName = readMetrics(subject, metrics);
  const names = options.metrics ?? [...byName.keys()].filter(chosen);
  const missing = names.filter((name) => !byName.has(name));
  if (names.length === 0 || missing.length > 0) {
    const found = byName.size === 0 ? "there are no values at all" : `there are ${[...byName.keys()].join(", ")}`;
    const wanted = missing.length > 0 ? `of ${missing.map(shown).join(", ")}` : "to draw";
    const message = `there are no values ${wanted}; ${found}`;
    throw new ValidationError(subject, [{ path: ["metrics"], message }], "INVALID_INPUT");
  }
  const values = names.flatMap((line) =>
    (byName.get(line) ?? []).map(([epoch, value]): Record<string, PlotCell> => ({ epoch, line, value })),
  );
  const palette = colorsFor(names.length);
  const colors = names.map((name, index) => ({ name, color: palette[index] as string }));
  return plotSpec(options, `metrics by epoch: ${names.join(", ")}`, { values }, [
    {
      mark: { type: "line", strokeWidth: 1.5, point: { ...pointMark } },
      encoding: {
        x: {
          field: "epoch",
          type: "quantitative",
          title: options.xTitle ?? "EPOCH",
          scale: { zero: false, nice: false },
          axis: { format: "~f", grid: true, tickMinStep: 1, labelFlush: false },
        },
        y: {
          field: "value",
          type: "quantitative",
          title: options.yTitle ?? yTitle,
          scale: { zero: false },
          axis: { grid: true },
        },
        color: lineColor(colors),
      },
    },
  ]);
}

function checkOptions(options: MetricPlotOptions, subject: string): void {
  const { metrics } = options;
  const issues = [...unknownKeyIssues(options, [...plotOptionKeys, "metrics"], subject), ...plotIssues(options)];
  if (metrics !== undefined && !(Array.isArray(metrics) && metrics.every((name) => typeof name === "string"))) {
    issues.push({ path: ["metrics"], message: `metrics must be a list of names, got ${shown(metrics)}` });
  } else if (metrics !== undefined && new Set(metrics).size < metrics.length) {
    issues.push({ path: ["metrics"], message: "metrics names a metric twice" });
  }
  if (issues.length > 0) throw new ValidationError(subject, issues);
}

/** Epoch and value of each metric, in the order of their first values. */
function readMetrics(subject: string, metrics: PlotMetrics): Map<string, [epoch: number, value: number | null][]> {
  const list: unknown = metrics !== null && "metricHistory" in metrics ? metrics.metricHistory : metrics;
  const issues: ValidationIssue[] = [];
  const byName = new Map<string, [number, number | null][]>();
  if (!Array.isArray(list)) {
    const message = `expected a list of { name, value } or the result of a training job, got ${shown(list)}`;
    throw new ValidationError(subject, [{ path: [], message }], "INVALID_INPUT");
  }
  for (const [index, row] of (list as readonly PlotMetric[]).entries()) {
    const { name, value, epoch } = (row ?? {}) as Partial<PlotMetric>;
    if (typeof name !== "string" || typeof value !== "number" || !(epoch === undefined || Number.isFinite(epoch))) {
      const message = `[${index}] must be { name: text, value: number, epoch?: number }, got ${shown(row)}`;
      issues.push({ path: [index], message });
      continue;
    }
    const values = byName.get(name) ?? [];
    byName.set(name, values);
    values.push([epoch ?? values.length + 1, Number.isFinite(value) ? value : null]);
  }
  if (issues.length > 0) throw new ValidationError(subject, issues, "INVALID_INPUT");
  return byName;
}
