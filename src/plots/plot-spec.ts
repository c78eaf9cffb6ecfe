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
  /** Cells by the name of their column. */
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
  /** A line through the points, the area between two lines, or a mark on every point. */
  type: "line" | "area" | "point";
  /** 0 transparent to 1 opaque. */
  opacity?: number;
  /** Whether the marks of points are filled. */
  filled?: boolean;
  /** Area of the marks of points, in square pixels. */
  size?: number;
  /** Pixels. */
  strokeWidth?: number;
  /** Lengths of dashes and of the gaps between them, in pixels. */
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
  /** Name of the column. */
  field?: string;
  /** Numbers, names or times. */
  type: "quantitative" | "nominal" | "temporal";
  /** Title of the axis or the legend; `null` for none. */
  title?: string | null;
  /** From the values of the column to places or colours. */
  scale?: Scale;
}

/**
 * Place along an axis.
 *
 * @public
 */
export interface PlotPosition extends PlotChannel<PlotScale | PlotTimeScale> {
  /** How the axis looks. */
  axis?: PlotAxis;
}

/**
 * Grid, ticks and their labels.
 *
 * @public
 */
export interface PlotAxis {
  /** Whether lines go through the plot at the ticks. */
  grid: boolean;
  /** Form of the labels, in the patterns of d3-format and d3-time-format. */
  format?: string;
  /** About how many ticks there are. */
  tickCount?: number;
  /** Least distance of two ticks, in units of the data. */
  tickMinStep?: number;
  /** Labels that would overlap the one before are left out. */
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
  /** `null` for none. */
  legend: PlotLegend | null;
}

/**
 * From numbers to places.
 *
 * @public
 */
export interface PlotScale {
  /** Whether the axis reaches to zero whatever the data. */
  zero?: boolean;
  /** First and last number of the axis. */
  domain?: number[];
  /** Whether the axis ends at round numbers. */
  nice?: boolean;
}

/**
 * From times to places, by the clock of the data.
 *
 * @public
 */
export interface PlotTimeScale {
  /** Times are not moved to the zone of the machine. */
  type: "utc";
}

/**
 * From names to colours.
 *
 * @public
 */
export interface PlotColorScale {
  /** The names. */
  domain: string[];
  /** A colour for each name, `#rrggbb`. */
  range: string[];
}

/**
 * The explanation of the colours.
 *
 * @public
 */
export interface PlotLegend {
  /** Above the plot. */
  orient: "top";
  /** A piece of a line, or a filled square. */
  symbolType: "stroke" | "square";
  /** 0 transparent to 1 opaque. */
  symbolOpacity?: number;
  /** Pixels. */
  symbolStrokeWidth?: number;
  /** 0: names are never cut. */
  labelLimit: number;
  /** Names in a row; all of them when absent. */
  columns?: number;
}

/**
 * Rows that are drawn in the same way, above the layers before.
 *
 * @public
 */
export interface PlotLayer {
  /** What is drawn. */
  mark: PlotMark;
  /** Which rows are drawn. */
  transform?: { filter: { field: string; oneOf: string[] } | { field: string; equal: boolean } }[];
  /** Where, and in which colour. */
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
  /** Says that it is Vega-Lite, and which version. */
  $schema: string;
  /** Says what is to be seen, for screen readers. */
  description: string;
  /** Above the plot. */
  title?: string;
  /** Pixels, everything included. */
  width: number;
  /** Pixels, everything included. */
  height: number;
  /** Colour of the ground. */
  background: string;
  /** Pixels around everything. */
  padding: number;
  /** The plot is made so small that its axes and its legend fit into `width` and `height`. */
  autosize: { type: "fit"; contains: "padding" };
  /** The picture is described as a whole, not mark by mark. */
  config: { aria: false };
  /** What the layers draw. */
  data: PlotData;
  /** From the back to the front. */
  layer: PlotLayer[];
}
