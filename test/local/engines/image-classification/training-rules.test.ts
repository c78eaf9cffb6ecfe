import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../../src/internal/random.js";
import { ShuffledOrder } from "../../../../src/local/engines/image-classification/batches.js";
import { Accuracy } from "../../../../src/local/engines/image-classification/metrics.js";
import { EarlyStopping, learningRateOf } from "../../../../src/local/engines/image-classification/schedule.js";

describe("ShuffledOrder", () => {
  it("goes through all images before one comes again, across the ends of epochs", () => {
    const order = new ShuffledOrder(7, seededRandom(1));
    const drawn = [...order.take(5), ...order.take(5), ...order.take(5), ...order.take(6)];
    const passes = [drawn.slice(0, 7), drawn.slice(7, 14), drawn.slice(14)];
    for (const pass of passes) expect([...pass].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(new Set(passes.map(String)).size).toBe(3);
  });

  it("draws in the same order for the same seed", () => {
    const draw = (seed: number): number[] => new ShuffledOrder(50, seededRandom(seed)).take(100);
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });
});

describe("Accuracy", () => {
  it("counts right answers, and right classes among the most probable ones", () => {
    const accuracy = new Accuracy(3, 2);
    const probabilities = Float32Array.of(0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.6, 0.3, 0.1);
    accuracy.add(probabilities, { values: Float32Array.of(0, 1, 2), multiLabel: false }, 3);
    expect(accuracy.entries).toEqual([
      ["accuracy", 1 / 3],
      ["top_k_accuracy_2", 2 / 3],
    ]);
  });

  it("takes the lower number among equals, as argmax does", () => {
    const accuracy = new Accuracy(2);
    const equal = Float32Array.of(0.5, 0.5, 0.5, 0.5);
    accuracy.add(equal, { values: Float32Array.of(0, 1), multiLabel: false }, 2);
    expect(accuracy.value).toBe(0.5);
  });

  it("averages over the classes of independent labels", () => {
    const accuracy = new Accuracy(2);
    const labels = { values: Float32Array.of(1, 0, 1, 1), multiLabel: true };
    accuracy.add(Float32Array.of(0.9, 0.2, 0.4, 0.8), labels, 2);
    expect(accuracy.entries).toEqual([["accuracy", 0.75]]);
  });

  it("leaves out what is behind the images of a batch that is not full", () => {
    const accuracy = new Accuracy(2);
    accuracy.add(Float32Array.of(1, 0, 1, 0), { values: Float32Array.of(0, 1), multiLabel: false }, 1);
    expect(accuracy.value).toBe(1);
  });
});

describe("learningRateOf", () => {
  it("is multiplied by the factor behind each epoch of the schedule", () => {
    const schedule = { learning_rate: 0.1, lr_scheduler_factor: 0.5, lr_scheduler_step: [2, 3] };
    const rates = [0, 1, 2, 3, 4].map((epoch) => learningRateOf(epoch, schedule));
    expect(rates).toEqual([0.1, 0.1, 0.05, 0.025, 0.025]);
  });

  it("stays without a schedule", () => {
    expect(learningRateOf(99, { learning_rate: 0.1, lr_scheduler_factor: 0.5, lr_scheduler_step: [] })).toBe(0.1);
  });
});

describe("EarlyStopping", () => {
  const rules = {
    early_stopping: true,
    early_stopping_min_epochs: 1,
    early_stopping_patience: 2,
    early_stopping_tolerance: 0,
  };
  const endsAfter = (accuracies: readonly number[], changes: Partial<typeof rules> = {}): number => {
    const stopping = new EarlyStopping({ ...rules, ...changes });
    return accuracies.findIndex((accuracy) => stopping.endsAfter(accuracy)) + 1;
  };

  it("ends after so many epochs that are not better than the best one", () => {
    expect(endsAfter([0.5, 0.6, 0.6, 0.5, 0.7])).toBe(4);
    expect(endsAfter([0.5, 0.6, 0.5, 0.7, 0.6])).toBe(0);
  });

  it("waits for the least number of epochs", () => {
    expect(endsAfter([0.5, 0.4, 0.4, 0.4, 0.4, 0.4], { early_stopping_min_epochs: 5 })).toBe(5);
  });

  it("takes a gain below the tolerance, as a share of the best, for none", () => {
    expect(endsAfter([0.5, 0.504, 0.508, 0.6], { early_stopping_tolerance: 0.01 })).toBe(3);
    expect(endsAfter([0.5, 0.506, 0.512, 0.52], { early_stopping_tolerance: 0.01 })).toBe(0);
    expect(endsAfter([0, 0.1, 0.2, 0.2], { early_stopping_tolerance: 0.5 })).toBe(0);
  });

  it("never ends when it was not asked for", () => {
    expect(endsAfter([0.5, 0.5, 0.5, 0.5, 0.5], { early_stopping: false })).toBe(0);
  });
});
