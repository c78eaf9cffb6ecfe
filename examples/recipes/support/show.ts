import type { ProgressEvent } from "sagemaker-ts";

/** Heading of one step. */
export function title(text: string): void {
  console.log(`\n== ${text}`);
}

/** Prints the progress of a job or endpoint: status changes and the log tail. */
export function showProgress(event: ProgressEvent): void {
  if (event.type === "status") {
    console.log(
      `${event.at.toISOString().slice(11, 19)} ${event.secondaryStatus} ${event.message && `- ${event.message}`}`,
    );
  } else if (event.type === "log") {
    console.log(`  | ${event.line}`);
  }
}

/** Prints rows as an aligned table. */
export function table<Row extends object>(rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {}) as (keyof Row & string)[];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  for (const line of cells)
    console.log(
      `  ${line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd()}`,
    );
}
