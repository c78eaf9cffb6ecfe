import { mkdir, writeFile } from "node:fs/promises";
import { type PlotSpec, type TerminalChartOptions, type TerminalLine, terminalChart, toSvg } from "sagemaker-ts/plots";
import { reports } from "./state.js";

/** Writes a figure as SVG to the folder of the reports, and prints where it is. */
export async function saveFigure(name: string, spec: PlotSpec | object, signal: AbortSignal): Promise<void> {
  await saveReport(`${name}.svg`, await toSvg(spec, { signal }));
}

/** Writes a file to the folder of the reports, and prints where it is. */
export async function saveReport(name: string, text: string): Promise<void> {
  await mkdir(reports, { recursive: true });
  await writeFile(`${reports}${name}`, text);
  console.log(`  ${reports}${name}`);
}

/** Prints lines as a chart, in colours where there is a terminal. */
export function printChart(lines: TerminalLine | readonly TerminalLine[], options: TerminalChartOptions = {}): void {
  const width = Math.min(process.stdout.columns ?? 100, 140) - 2;
  const chart = terminalChart(lines, { width, colors: process.stdout.isTTY, ...options });
  console.log(chart.replaceAll(/^/gmu, "  "));
}
