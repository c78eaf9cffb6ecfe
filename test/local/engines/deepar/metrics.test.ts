import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BatchLosses, scoreLines } from "../../../../src/local/engines/deepar/log-lines.js";
import { ScoreSums } from "../../../../src/local/engines/deepar/metrics.js";

const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/deepar/${name}`, import.meta.url), "utf8")) as unknown;
const { data } = fixture("chapter-series.json") as { readonly data: readonly number[] };
const { quantiles } = fixture("chapter-forecast.json") as { readonly quantiles: Record<string, readonly number[]> };

describe("ScoreSums", () => {
  it("scores a forecast of the service about as its log does, which drew other samples", () => {
    const targets = data.slice(450);
    const [low, median, high] = ["0.1", "0.5", "0.9"].map((level) => quantiles[level] ?? []);
    const sums = new ScoreSums([0.1, 0.5, 0.9]);
    sums.add(targets, () => true, median ?? [], [low ?? [], median ?? [], high ?? []]);
    const { rmse, weightedQuantileLosses } = sums.scores();
    // The log: RMSE 157.766, wQuantileLoss 0.07099, 0.16950, 0.09485; the median stands for the mean here.
    expect(rmse).toBeCloseTo(158.13, 1);
    expect(Math.abs(rmse / 157.766 - 1)).toBeLessThan(0.01);
    const logged = [0.07098537605726409, 0.16950425189508528, 0.09484644426170134];
    for (const [index, loss] of weightedQuantileLosses.entries()) {
      expect(Math.abs(loss / (logged[index] ?? 0) - 1)).toBeLessThan(0.06);
    }
  });

  it("has the relation of the log between absolute and weighted losses: the sum of the absolute targets", () => {
    const targets = data.slice(450);
    const size = targets.reduce((sum, value) => sum + Math.abs(value), 0);
    const sums = new ScoreSums([0.5]);
    sums.add(targets, () => true, targets, [quantiles["0.5"] ?? []]);
    const { rmse, meanAbsoluteQuantileLoss, meanWeightedQuantileLoss } = sums.scores();
    expect(rmse).toBe(0);
    expect(meanAbsoluteQuantileLoss).toBeCloseTo(meanWeightedQuantileLoss * size, 8);
    // The log: mean_wQuantileLoss 0.13507 for mean_absolute_QuantileLoss 4268.8.
    expect(0.1350739794179258 * size).toBeCloseTo(4268.82, 1);
  });

  it("weighs what lies above a quantile by its level, and what lies below by the rest", () => {
    const sums = new ScoreSums([0.9]);
    sums.add([10, 10], () => true, [10, 12], [[8, 11]]);
    // 2 * (0.9 * 2 + 0.1 * 1) by 20; the squares are 0 and 4.
    expect(sums.scores().weightedQuantileLosses[0]).toBeCloseTo(3.8 / 20, 12);
    expect(sums.scores().rmse).toBeCloseTo(Math.sqrt(2), 12);
  });

  it("leaves out points without a target", () => {
    const sums = new ScoreSums([0.5]);
    sums.add([1, 100], (point) => point === 0, [1, 0], [[1, 0]]);
    expect([sums.points, sums.scores().rmse, sums.scores().meanWeightedQuantileLoss]).toEqual([1, 0, 0]);
  });
});

describe("scoreLines", () => {
  it("writes the lines of the service", () => {
    const scores = {
      ...{ rmse: 157.76598175779213, meanAbsoluteQuantileLoss: 4268.5, meanWeightedQuantileLoss: 0.1350739794179258 },
      weightedQuantileLosses: [0.07098537605726409, 0.09484644426170134],
    };
    expect(scoreLines(scores, [0.1, 0.9])).toEqual([
      "#test_score (algo-1, RMSE): 157.76598175779213",
      "#test_score (algo-1, mean_absolute_QuantileLoss): 4268.5",
      "#test_score (algo-1, mean_wQuantileLoss): 0.1350739794179258",
      "#test_score (algo-1, wQuantileLoss[0.1]): 0.07098537605726409",
      "#test_score (algo-1, wQuantileLoss[0.9]): 0.09484644426170134",
      "#quality_metric: host=algo-1, test RMSE <loss>=157.76598175779213",
      "#quality_metric: host=algo-1, test mean_wQuantileLoss <loss>=0.1350739794179258",
    ]);
  });
});

describe("BatchLosses", () => {
  it("reports every fifth batch: the mean of the epoch so far, and of the batches since the last report", () => {
    const losses = new BatchLosses(3, 32, 0);
    const lines = Array.from({ length: 11 }, (_, batch) => losses.add(batch + 1, (batch + 1) * 100)).flat();
    expect(lines).toEqual([
      "Epoch[3] Batch[0] avg_epoch_loss=1.000000",
      "#quality_metric: host=algo-1, epoch=3, batch=0 train loss <loss>=1.0",
      "Epoch[3] Batch[5] avg_epoch_loss=3.500000",
      "#quality_metric: host=algo-1, epoch=3, batch=5 train loss <loss>=3.5",
      "Epoch[3] Batch [5]#011Speed: 320.00 samples/sec#011loss=3.500000",
      "Epoch[3] Batch[10] avg_epoch_loss=6.000000",
      "#quality_metric: host=algo-1, epoch=3, batch=10 train loss <loss>=9.0",
      "Epoch[3] Batch [10]#011Speed: 320.00 samples/sec#011loss=9.000000",
    ]);
    expect(losses.mean).toBe(6);
  });
});
