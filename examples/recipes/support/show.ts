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

/**
 * Makes a listener that prints the progress of an image classification job: status changes, and a row of a table for every
 * epoch instead of the log.
 */
export function showEpochs(): (event: ProgressEvent) => void {
  const columns = ["Train-accuracy", "Train-top_k_accuracy_2", "Time cost", "Validation-accuracy"];
  const values = new Map<string, string>();
  let epochs = 0;
  return (event) => {
    if (event.type === "status") showProgress(event);
    if (event.type !== "log") return;
    const [, epoch = "", name = "", value = ""] = /Epoch\[(\d+)\] ([^=]+)=(\S+)$/u.exec(event.line) ?? [];
    if (!columns.includes(name)) return;
    values.set(name, value);
    // The last value of an epoch.
    if (name !== "Validation-accuracy") return;
    if (epochs++ === 0) console.log("  epoch  train accuracy  top-2 accuracy  seconds  validation accuracy");
    const cells = [5, 14, 14, 7, 19].map((width, index) =>
      (index === 0 ? String(Number(epoch) + 1) : (values.get(columns[index - 1] ?? "") ?? "")).padStart(width),
    );
    console.log(`  ${cells.join("  ")}`);
    values.clear();
  };
}

/** The colours that the terminal can show; none when the text goes to a file. */
export function terminalColors(): "none" | "256" | "truecolor" {
  const bits = process.stdout.isTTY ? process.stdout.getColorDepth() : 1;
  return bits >= 24 ? "truecolor" : bits >= 8 ? "256" : "none";
}

/** Prints pictures made of lines of text next to each other, each with a caption and a free line below. */
export function sideBySide(
  pictures: readonly { readonly picture: string; readonly caption: string }[],
  width: number,
): void {
  const blocks = pictures.map(({ picture, caption }) => [...picture.split("\n"), caption, ""]);
  const height = Math.max(0, ...blocks.map(({ length }) => length));
  for (let row = 0; row < height; row++) {
    // Lines with colours are complete, and longer than what is seen of them.
    console.log(`  ${blocks.map((lines) => (lines[row] ?? "").padEnd(width)).join("  ")}`.trimEnd());
  }
}
