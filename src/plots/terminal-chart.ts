import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { type Line, legendNames, type PlotSeries, readLine, readName, readValues, timeText } from "./plot-series.js";
import { type Pen, TerminalCanvas } from "./terminal-canvas.js";
import { colorsRefused, plainText } from "./terminal-text.js";
import { type ValueAxis, valueAxis } from "./value-axis.js";

/**
 * A line of a {@link terminalChart}: a series over time, or values by their number, such as a loss by epoch.
 *
 * @public
 */
export type TerminalLine = PlotSeries | TerminalValues;

/**
 * Values that are drawn at 1, 2, 3 and so on.
 *
 * @public
 */
export interface TerminalValues {
  /** Name of the line in the legend. */
  readonly name?: string | undefined;
  /** `null` or NaN where a value is missing: the line has a gap there. */
  readonly values: ArrayLike<number | null>;
}

/**
 * A shaded band of a {@link terminalChart}, such as a prediction interval.
 *
 * @public
 */
export interface TerminalBand {
  /** Lower edge. */
  readonly lower: TerminalLine;
  /** Upper edge. */
  readonly upper: TerminalLine;
  /**
   * Name in the legend.
   *
   * @defaultValue "band"
   */
  readonly name?: string | undefined;
}

/**
 * Options of {@link terminalChart}.
 *
 * @public
 */
export interface TerminalChartOptions {
  /**
   * Columns, axis included, 20 to 1,000.
   *
   * @defaultValue 80
   */
  readonly width?: number | undefined;
  /**
   * Rows of the drawing, 2 to 1,000; axis, legend and title come on top.
   *
   * @defaultValue 15
   */
  readonly height?: number | undefined;
  /** Above the chart. */
  readonly title?: string | undefined;
  /** Behind the lines. */
  readonly band?: TerminalBand | undefined;
  /**
   * Tells the lines apart by colours; without them by characters. A set environment variable `NO_COLOR` switches it off.
   *
   * @defaultValue false
   */
  readonly colors?: boolean | undefined;
}

/** Defaults of {@link TerminalChartOptions}. */
export const terminalChartDefaults = Object.freeze({ width: 80, height: 15, colors: false });

const leastPlotColumns = 8;
const symbols = ["*", "+", "o", "x", "#"] as const;
/** Cyan, yellow, green, magenta, blue, red: readable on dark and on light grounds. */
const lineColors = [36, 33, 32, 35, 34, 31] as const;
const bandColor = 90;

/**
 * Draws lines with characters, for a terminal or a log.
 *
 * @param lines - a line or several with names that differ, all over time or all by number; a `TimeSeries` is one
 * @returns lines of text, without a line feed at the end
 * @throws {@link ValidationError} `INVALID_INPUT` naming every fault of the lines, `INVALID_OPTIONS`
 * @example
 * ```ts
 * const band = { lower: forecast.toSeries(0.1), upper: forecast.toSeries(0.9), name: "80 % prediction interval" };
 * process.stdout.write(`${terminalChart([training, target], { band })}\n`);
 * ```
 * @public
 */
export function terminalChart(
  lines: TerminalLine | readonly TerminalLine[],
  options: TerminalChartOptions = {},
): string {
  checkOptions(options);
  const chart = readChart(Array.isArray(lines) ? (lines as readonly TerminalLine[]) : [lines as TerminalLine], options);
  const { width = terminalChartDefaults.width, height = terminalChartDefaults.height, title } = options;
  const colored = (options.colors ?? terminalChartDefaults.colors) && !colorsRefused();
  const axis = valueAxis(chart.least, chart.most, Math.max(2, Math.round(height / 4)));
  const labelWidth = Math.max(1, ...axis.ticks.map(({ text }) => text.length));
  const columns = width - labelWidth - 2;
  if (columns < leastPlotColumns) {
    const message = `width ${width} leaves ${columns} columns beside the numbers of the axis; at least ${leastPlotColumns} are needed`;
    throw new ValidationError("terminalChart", [{ path: ["width"], message }]);
  }
  const canvas = new TerminalCanvas(columns, height);
  const pens = chart.lines.map((_, index): Pen => {
    if (colored) return { symbol: undefined, color: lineColors[index % lineColors.length] };
    return { symbol: index === 0 ? undefined : symbols[(index - 1) % symbols.length], color: undefined };
  });
  const frame = new Frame(canvas, chart, axis);
  if (chart.band !== undefined) frame.shade(chart.band, colored ? bandColor : undefined);
  for (const [index, { line }] of chart.lines.entries()) frame.draw(line, pens[index] as Pen);

  const labels = new Map(axis.ticks.map(({ value, text }) => [Math.floor(frame.dotY(value) / 4), text]));
  const indent = " ".repeat(labelWidth);
  return [
    ...(title === undefined ? [] : [plainText(title)]),
    ...Array.from({ length: height }, (_, row) => {
      const label = labels.get(row);
      return `${(label ?? "").padStart(labelWidth)} ${label === undefined ? "│" : "┤"}${canvas.row(row)}`;
    }),
    `${indent} └${"─".repeat(columns)}`,
    `${indent}  ${placeLabels(chart, columns)}`,
    ...legend(chart, pens, colored, width),
  ].join("\n");
}

interface NamedLine {
  readonly name: string;
  readonly line: Line;
}

interface Chart {
  readonly lines: readonly NamedLine[];
  readonly band: { readonly name: string; readonly lower: Line; readonly upper: Line } | undefined;
  /** Whether places are times. */
  readonly timed: boolean;
  /** Whether there is anything to explain. */
  readonly named: boolean;
  readonly first: number;
  readonly last: number;
  readonly least: number;
  readonly most: number;
}

/** Where places and values lie on the canvas. */
class Frame {
  readonly #canvas: TerminalCanvas;
  readonly #chart: Chart;
  readonly #axis: ValueAxis;

  constructor(canvas: TerminalCanvas, chart: Chart, axis: ValueAxis) {
    this.#canvas = canvas;
    this.#chart = chart;
    this.#axis = axis;
  }

  dotX(place: number): number {
    const { first, last } = this.#chart;
    return last === first ? 0 : Math.round(((place - first) / (last - first)) * (this.#canvas.dotColumns - 1));
  }

  dotY(value: number): number {
    const { low, high } = this.#axis;
    return Math.round(((high - value) / (high - low)) * (this.#canvas.dotRows - 1));
  }

  draw({ places, values }: Line, pen: Pen): void {
    let before: readonly [number, number] | undefined;
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      if (Number.isNaN(value)) {
        before = undefined;
        continue;
      }
      const dot = [this.dotX(places[index] as number), this.dotY(value)] as const;
      this.#canvas.line(...(before ?? dot), ...dot, pen);
      before = dot;
    }
  }

  shade({ lower, upper }: { readonly lower: Line; readonly upper: Line }, color: number | undefined): void {
    const { first, last } = this.#chart;
    const perDot = (last - first) / (this.#canvas.dotColumns - 1);
    const start = Math.max(lower.places[0] ?? Number.NaN, upper.places[0] ?? Number.NaN);
    const end = Math.min(lastOf(lower.places), lastOf(upper.places));
    const columns = this.#canvas.dotColumns / 2;
    for (let column = 0; column < columns; column++) {
      // The middle of the cell; at the edges of the band its first and last point.
      const middle = first + (column * 2 + 0.5) * perDot;
      const place = Math.min(end, Math.max(start, middle));
      if (Math.abs(place - middle) > perDot) continue;
      const [low, high] = [valueAt(lower, place), valueAt(upper, place)];
      if (Number.isNaN(low + high)) continue;
      this.#canvas.shade(column, this.dotY(Math.max(low, high)), this.dotY(Math.min(low, high)), color);
    }
  }
}

function lastOf(list: ArrayLike<number>): number {
  return list[list.length - 1] ?? Number.NaN;
}

/** The value on the straight line between the two points around a place. */
function valueAt({ places, values }: Line, place: number): number {
  let low = 0;
  let high = places.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) <= place) low = middle;
    else high = middle;
  }
  const [from, to] = [places[low] as number, places[high] as number];
  const [start, end] = [values[low] as number, values[high] as number];
  if (place === from) return start;
  return place === to ? end : start + ((end - start) * (place - from)) / (to - from);
}

/** First and last place below the axis. */
function placeLabels({ timed, first, last }: Chart, columns: number): string {
  const dates = first % 86_400 === 0 && last % 86_400 === 0;
  const text = (place: number): string => (timed ? timeText(place).slice(0, dates ? 10 : 16) : String(place));
  const [left, right] = [text(first), text(last)];
  if (first === last || left.length + right.length + 1 > columns) return left;
  return left + right.padStart(columns - left.length);
}

function legend({ lines, band, named }: Chart, pens: readonly Pen[], colored: boolean, width: number): string[] {
  if (!named) return [];
  const entries = lines.map(({ name }, index) => ({
    sign: (pens[index]?.symbol ?? "⠒").repeat(2),
    name,
    pen: pens[index],
  }));
  const all = [
    ...entries,
    ...(band === undefined ? [] : [{ sign: "░░", name: band.name, pen: { color: colored ? bandColor : undefined } }]),
  ];
  const rows: string[] = [];
  let row = "";
  let used = 0;
  for (const { sign, name, pen } of all) {
    const color = pen?.color;
    const text = `${color === undefined ? sign : `\u001b[${color}m${sign}\u001b[39m`} ${plainText(name)}`;
    const size = sign.length + 1 + name.length;
    if (used > 0 && used + 3 + size > width) {
      rows.push(row);
      row = "";
      used = 0;
    }
    row += used > 0 ? `   ${text}` : text;
    used += used > 0 ? size + 3 : size;
  }
  return [...rows, row];
}

function readChart(list: readonly TerminalLine[], { band }: TerminalChartOptions): Chart {
  const issues: ValidationIssue[] = [];
  const read = list.map((item, index) => readTerminalLine(item, ["lines", index], issues));
  const lower = band && readTerminalLine(band.lower, ["band", "lower"], issues);
  const upper = band && readTerminalLine(band.upper, ["band", "upper"], issues);
  const all = [...list, ...(band === undefined ? [] : [band.lower, band.upper])];
  if (list.length === 0) issues.push({ path: [], message: "there is no line to draw" });
  if (issues.length === 0 && new Set(all.map(isTimed)).size > 1) {
    issues.push({ path: [], message: "some lines have times and others have not; give all of them times, or none" });
  }
  const names = issues.length > 0 ? [] : legendNames(read as Line[], issues);
  const lines = [...read, lower, upper].filter((line) => line !== undefined);
  const places = lines.flatMap((line) => [line.places[0], lastOf(line.places)]);
  const [first, last] = range(places);
  const [least, most] = lines
    .map(({ values }) => range(values))
    .reduce(([a, b], [c, d]) => [Math.min(a, c), Math.max(b, d)], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  if (issues.length === 0 && !(least <= most)) issues.push({ path: [], message: "there is no value to draw" });
  if (issues.length > 0) throw new ValidationError("terminalChart", issues, "INVALID_INPUT");
  return {
    lines: (read as Line[]).map((line, index) => ({ name: names[index] as string, line })),
    band: lower && upper && { name: band?.name ?? "band", lower, upper },
    timed: list.some(isTimed),
    named: list.length > 1 || band !== undefined || read[0]?.name !== undefined,
    first,
    last,
    least,
    most,
  };
}

function isTimed(line: TerminalLine): boolean {
  return "start" in line || "timestamps" in line;
}

function range(values: ArrayLike<number | undefined>): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < values.length; index++) {
    const value = values[index] ?? Number.NaN;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

function readTerminalLine(
  line: TerminalLine,
  path: readonly (string | number)[],
  issues: ValidationIssue[],
): Line | undefined {
  if (line === null || typeof line !== "object" || isTimed(line)) return readLine(line as PlotSeries, path, issues);
  const before = issues.length;
  const fault = (field: string, message: string): void => {
    issues.push({ path: [...path, field], message: `${path.join(".")}: ${message}` });
  };
  const values = readValues(line.values, "values", fault);
  const name = readName(line, fault);
  return issues.length > before ? undefined : { name, places: values.map((_, index) => index + 1), values };
}

function checkOptions(options: TerminalChartOptions): void {
  const { title, colors, band } = options;
  const issues = [
    ...unknownKeyIssues(options, ["width", "height", "title", "band", "colors"], "terminalChart"),
    ...integerIssues(options.width, "width", 20, 1000),
    ...integerIssues(options.height, "height", 2, 1000),
  ];
  if (title !== undefined && typeof title !== "string") {
    issues.push({ path: ["title"], message: `title must be a text, got ${shown(title)}` });
  }
  if (colors !== undefined && typeof colors !== "boolean") {
    issues.push({ path: ["colors"], message: `colors must be true or false, got ${shown(colors)}` });
  }
  if (band !== undefined && (band === null || typeof band !== "object" || !band.lower || !band.upper)) {
    issues.push({ path: ["band"], message: `band must be { lower, upper }, got ${shown(band)}` });
  }
  if (issues.length > 0) throw new ValidationError("terminalChart", issues);
}
