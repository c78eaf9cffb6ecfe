import type { ProgressEvent } from "sagemaker-ts";
import { showProgress } from "./show.js";

/** What the log of a DeepAR job says, while it runs and afterwards. */
export interface ForecastJobLog {
  readonly onProgress: (event: ProgressEvent) => void;
  /** Weighted loss of each quantile on the test data, by level, as `"0.1"`. */
  readonly weightedQuantileLoss: Readonly<Record<string, number>>;
}

/**
 * Prints the progress of a DeepAR job: status changes, and a row for each epoch instead of the log.
 *
 * @param publishedLosses - losses of the published job, to stand beside
 */
export function followForecastJob(publishedLosses: readonly number[]): ForecastJobLog {
  const weightedQuantileLoss: Record<string, number> = {};
  let best = Number.POSITIVE_INFINITY;
  const onProgress = (event: ProgressEvent): void => {
    if (event.type === "status") showProgress(event);
    if (event.type !== "log") return;
    const [, level, score] = /#test_score \(\S+ wQuantileLoss\[([\d.]+)\]\): (\S+)$/u.exec(event.line) ?? [];
    if (level !== undefined) weightedQuantileLoss[level] = Number(score);
    const [, number, value] = /epoch=(\d+), train loss <loss>=(\S+)$/u.exec(event.line) ?? [];
    if (number === undefined) return;
    const [epoch, loss] = [Number(number), Number(value)];
    if (epoch === 0) console.log("  epoch     loss     best  published job");
    best = Math.min(best, loss);
    const published = publishedLosses[epoch]?.toFixed(4) ?? "";
    const cells = [String(epoch).padStart(5), loss.toFixed(4).padStart(7), best.toFixed(4).padStart(7)];
    console.log(`  ${cells.join("  ")}  ${published.padStart(13)}`);
  };
  return { onProgress, weightedQuantileLoss };
}
