import type { ValidationIssue } from "../errors/index.js";
import { integerIssues } from "../internal/checks.js";
import { shown } from "../internal/options.js";
import type { PlotData, PlotLayer, PlotSpec } from "./plot-spec.js";

/**
 * Options that all plots have.
 *
 * @public
 */
export interface PlotOptions {
  /** Above the plot; without one there is none. */
  readonly title?: string | undefined;
  /**
   * Pixels, everything included, 100 to 10,000.
   *
   * @defaultValue 1008, which is 14 inches at 72 pixels; 504 for `coveragePlot`
   */
  readonly width?: number | undefined;
  /**
   * Pixels, everything included, 100 to 10,000.
   *
   * @defaultValue 432, which is 6 inches at 72 pixels; 504 for `coveragePlot`
   */
  readonly height?: number | undefined;
  /** Title of the horizontal axis. */
  readonly xTitle?: string | undefined;
  /** Title of the vertical axis. */
  readonly yTitle?: string | undefined;
}

/** Names of {@link PlotOptions}. */
export const plotOptionKeys = ["title", "width", "height", "xTitle", "yTitle"] as const;

/** Defaults of {@link PlotOptions}. */
export const plotDefaults = Object.freeze({ width: 1008, height: 432 });

/** The colours of Okabe and Ito, which people who see fewer colours can tell apart, those that read well as a line. */
export const colors = Object.freeze({
  blue: "#0072B2",
  vermilion: "#D55E00",
  green: "#009E73",
  purple: "#CC79A7",
  sky: "#56B4E9",
  orange: "#E69F00",
  black: "#000000",
  grey: "#8a8a8a",
});

const few = [
  colors.blue,
  colors.vermilion,
  colors.green,
  colors.purple,
  colors.sky,
  colors.orange,
  colors.black,
  colors.grey,
];

/** Twenty, in pairs of a strong and a light tone: the scheme that Vega calls tableau20. */
const many =
  "4c78a89ecae9f58518ffbf7954a24b88d27ab79a20f2cf5b43989483bcb6e45756ff9d9879706ebab0acd67195fcbfd2b279a2d6a5c99e765fd8b5a5"
    .match(/.{6}/gu)
    ?.map((digits) => `#${digits}`) ?? [];

/** A color for each of so many lines; more than twenty share them. */
export function colorsFor(count: number): string[] {
  const palette = count <= few.length ? few : many;
  return Array.from({ length: count }, (_, index) => palette[index % palette.length] as string);
}

/** Faults of what all plots have. */
export function plotIssues(options: PlotOptions): ValidationIssue[] {
  return [
    ...(["title", "xTitle", "yTitle"] as const).flatMap((name) => {
      const value = options[name];
      if (value === undefined || typeof value === "string") return [];
      return [{ path: [name], message: `${name} must be a text, got ${shown(value)}` }];
    }),
    ...integerIssues(options.width, "width", 100, 10_000),
    ...integerIssues(options.height, "height", 100, 10_000),
  ];
}

/** What surrounds the layers. */
export function plotSpec(
  options: PlotOptions,
  description: string,
  data: PlotData,
  layer: PlotLayer[],
  size: { readonly width: number; readonly height: number } = plotDefaults,
): PlotSpec {
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: options.title === undefined ? description : `${options.title}: ${description}`,
    ...(options.title !== undefined && { title: options.title }),
    width: options.width ?? size.width,
    height: options.height ?? size.height,
    background: "white",
    padding: 8,
    autosize: { type: "fit", contains: "padding" },
    config: { aria: false },
    data,
    layer,
  };
}
