import { colors, type PlotOptions, plotDefaults } from "./plot-options.js";
import { type Line, timeText } from "./plot-series.js";
import type { PlotCell, PlotColor, PlotData, PlotLayer, PlotPosition } from "./plot-spec.js";

/** Titles of the axes of plots over time. */
export const timeTitles = Object.freeze({ xTitle: "DATE", yTitle: "VALUE" });

const secondsPerDay = 86_400;

/** A line of a plot over time, with its name in the legend. */
export interface NamedLine {
  readonly name: string;
  readonly color: string;
  readonly line: Line;
  readonly strokeWidth?: number | undefined;
}

/** A band of a plot over time; the two lines have the same places. */
export interface NamedBand {
  readonly name: string;
  readonly lower: Line;
  readonly upper: Line;
}

/**
 * Data and layers of lines over time and a band behind them.
 *
 * @remarks The times stay texts and are read as UTC, so every machine shows them as they are written.
 */
export function timeLayers(
  lines: readonly NamedLine[],
  band: NamedBand | undefined,
  options: PlotOptions,
): { readonly data: PlotData; readonly layer: PlotLayer[] } {
  const rows: Record<string, PlotCell>[] = band === undefined ? [] : bandRows(band);
  let alone = false;
  for (const { name, line } of lines) alone = lineRows(name, line, rows) || alone;
  const all = [...lines.map(({ line }) => line), ...(band === undefined ? [] : [band.lower])];
  const x = timeAxis(all, options);
  const axis = { title: options.yTitle ?? timeTitles.yTitle, axis: { grid: true } };
  const y = (field: string): PlotPosition => ({ field, type: "quantitative", ...axis, scale: { zero: false } });
  const layer: PlotLayer[] = [];
  if (band !== undefined) {
    layer.push({
      mark: { type: "area", opacity: bandOpacity },
      transform: [{ filter: { field: "band", oneOf: [band.name] } }],
      encoding: { x, y: y("lower"), y2: { field: "upper" }, fill: bandColor(band.name) },
    });
  }
  const color = lineColor(lines);
  for (const [strokeWidth, names] of byWidth(lines)) {
    layer.push({
      mark: { type: "line", strokeWidth },
      transform: [{ filter: { field: "line", oneOf: names } }],
      encoding: { x, y: y("value"), color },
    });
  }
  if (alone) {
    layer.push({
      mark: { type: "point", filled: true, opacity: 1, size: 20 },
      transform: [{ filter: { field: "alone", equal: true } }],
      encoding: { x, y: y("value"), color },
    });
  }
  return { data: { values: rows, format: { parse: { time: "utc:'%Y-%m-%d %H:%M:%S'" } } }, layer };
}

const bandOpacity = 0.35;

/** How the points of a curve are marked that has few of them. */
export const pointMark = Object.freeze({ opacity: 1, size: 30 });

function bandColor(name: string): PlotColor {
  return {
    field: "band",
    type: "nominal",
    title: null,
    scale: { domain: [name], range: [colors.orange] },
    legend: { orient: "top", symbolType: "square", symbolOpacity: bandOpacity, symbolStrokeWidth: 0, labelLimit: 0 },
  };
}

/** Colour of the lines by name, with a legend above the plot. */
export function lineColor(lines: readonly { readonly name: string; readonly color: string }[]): PlotColor {
  return {
    field: "line",
    type: "nominal",
    title: null,
    scale: { domain: lines.map(({ name }) => name), range: lines.map(({ color }) => color) },
    legend: { orient: "top", symbolType: "stroke", symbolStrokeWidth: 3, labelLimit: 0, ...columnsFor(lines) },
  };
}

/** A row of the legend that would be wider than the plot is broken. */
function columnsFor(lines: readonly { readonly name: string }[]): { columns?: number } {
  const longest = Math.max(...lines.map(({ name }) => name.length), 1);
  const columns = Math.max(1, Math.floor(900 / (longest * 8 + 30)));
  return lines.length > columns ? { columns } : {};
}

function byWidth(lines: readonly NamedLine[]): Map<number, string[]> {
  const widths = new Map<number, string[]>();
  for (const { name, strokeWidth = 1.5 } of lines) {
    widths.set(strokeWidth, [...(widths.get(strokeWidth) ?? []), name]);
  }
  return widths;
}

function bandRows({ name, lower, upper }: NamedBand): Record<string, PlotCell>[] {
  return Array.from(lower.places, (place, index) => {
    const low = lower.values[index] as number;
    const high = upper.values[index] as number;
    const known = !Number.isNaN(low + high);
    return { time: timeText(place), band: name, lower: known ? low : null, upper: known ? high : null };
  });
}

/** @returns whether there are points without neighbours, which a line does not show */
function lineRows(name: string, { places, values }: Line, rows: Record<string, PlotCell>[]): boolean {
  let some = false;
  for (let index = 0; index < places.length; index++) {
    const value = values[index] as number;
    const row: Record<string, PlotCell> = {
      time: timeText(places[index] as number),
      line: name,
      value: Number.isNaN(value) ? null : value,
    };
    if (row["value"] !== null && !known(values[index - 1]) && !known(values[index + 1])) {
      row["alone"] = true;
      some = true;
    }
    rows.push(row);
  }
  return some;
}

function known(value: number | undefined): boolean {
  return value !== undefined && !Number.isNaN(value);
}

/** Labels are written in full, so that they need no look at their neighbours; as many as have room. */
function timeAxis(lines: readonly Line[], options: PlotOptions): PlotPosition {
  const first = Math.min(...lines.flatMap(({ places }) => (places.length > 0 ? [places[0] as number] : [])));
  const last = Math.max(...lines.map(({ places }) => places[places.length - 1] ?? Number.NEGATIVE_INFINITY));
  const width = options.width ?? plotDefaults.width;
  const room = Math.max(2, Math.floor(width / 130));
  const format = (last - first) / room >= secondsPerDay ? "%Y-%m-%d" : "%Y-%m-%d %H:%M";
  return {
    field: "time",
    type: "temporal",
    title: options.xTitle ?? timeTitles.xTitle,
    scale: { type: "utc" },
    axis: { format, grid: true, tickCount: room, labelOverlap: "greedy", labelFlush: false },
  };
}
