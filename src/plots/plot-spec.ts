/**
 * A cell of the data in a {@link PlotSpec}; `null` where a value is missing.
 *
 * @public
 */
export type PlotCell = string | number | boolean | null;

/**
 * The data of a {@link PlotSpec}: one row for each point.
 *
 * @public
 */
export interface PlotData {
  values: Record<string, PlotCell>[];
  /** How columns of texts are read: times as UTC, so that no machine's time zone shifts them. */
  format?: { parse: Record<string, string> };
}

/**
 * How the rows of a layer are drawn.
 *
 * @public
 */
export interface PlotMark {
  type: "line" | "area" | "point";
  opacity?: number;
  filled?: boolean;
  size?: number;
  strokeWidth?: number;
  strokeDash?: number[];
  /** Marks on the points of a line. */
  point?: { opacity: number; size: number };
}

/**
 * Which column, or which constant, decides a property of the marks.
 *
 * @public
 */
export interface PlotChannel<Scale = PlotScale> {
  field?: string;
  type: "quantitative" | "nominal" | "temporal";
  title?: string | null;
  scale?: Scale;
}

/**
 * Place along an axis.
 *
 * @public
 */
export interface PlotPosition extends PlotChannel<PlotScale | PlotTimeScale> {
  axis?: PlotAxis;
}

/**
 * Grid, ticks and their labels.
 *
 * @public
 */
export interface PlotAxis {
  grid: boolean;
  format?: string;
  tickCount?: number;
  tickMinStep?: number;
  labelOverlap?: "greedy";
  /** False: the first and the last label stand in the middle of their ticks, too. */
  labelFlush?: boolean;
}

/**
 * Colour, with its legend.
 *
 * @public
 */
export interface PlotColor extends PlotChannel<PlotColorScale> {
  legend: PlotLegend | null;
}

/**
 * From numbers to places.
 *
 * @public
 */
export interface PlotScale {
  zero?: boolean;
  domain?: number[];
  nice?: boolean;
}

/**
 * From times to places, by the clock of the data.
 *
 * @public
 */
export interface PlotTimeScale {
  type: "utc";
}

/**
 * From names to colours.
 *
 * @public
 */
export interface PlotColorScale {
  domain: string[];
  range: string[];
}

/**
 * The explanation of the colours.
 *
 * @public
 */
export interface PlotLegend {
  orient: "top";
  symbolType: "stroke" | "square" | "circle";
  symbolOpacity?: number;
  symbolStrokeWidth?: number;
  /** 0: names are never cut. */
  labelLimit: number;
  columns?: number;
}

/**
 * Rows that are drawn in the same way, above the layers before.
 *
 * @public
 */
export interface PlotLayer {
  mark: PlotMark;
  transform?: { filter: { field: string; oneOf: string[] } | { field: string; equal: boolean } }[];
  encoding: {
    x: PlotPosition;
    y: PlotPosition;
    y2?: { field: string };
    color?: PlotColor;
    fill?: PlotColor;
  };
}

/**
 * A plot as Vega-Lite describes it: the part of that language that this library writes. A plain object that survives
 * JSON, with its data inside and without functions. It is yours: change what you like, render it with
 * `toSvg` or give it to any other program that knows Vega-Lite.
 *
 * @see source: https://vega.github.io/vega-lite/docs/spec.html
 * @public
 */
export interface PlotSpec {
  $schema: string;
  /** Says what is to be seen, for screen readers. */
  description: string;
  title?: string;
  /** Pixels, everything included. */
  width: number;
  /** Pixels, everything included. */
  height: number;
  background: string;
  padding: number;
  autosize: { type: "fit"; contains: "padding" };
  /** The picture is described as a whole, not mark by mark. */
  config: { aria: false };
  data: PlotData;
  layer: PlotLayer[];
}
