import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Corpus } from "../../../../src/local/engines/blazingtext/corpus.js";
import { hashBytes } from "../../../../src/local/engines/blazingtext/fasttext/hash.js";
import type { Matrix } from "../../../../src/local/engines/blazingtext/fasttext/matrix.js";
import type { FastTextModel } from "../../../../src/local/engines/blazingtext/fasttext/model.js";
import { readModel } from "../../../../src/local/engines/blazingtext/fasttext/read-model.js";
import { instantiateKernel, type Kernel } from "../../../../src/local/engines/blazingtext/kernel.js";
import { type EncodedLine, type EncodedText, encodeTexts, fullRows, linesOf } from "./encoded-text.js";

const fixtures = `${import.meta.dirname}/../../../fixtures/fasttext`;
const { fround } = Math;

async function fixture(name: string): Promise<FastTextModel> {
  const bytes = readFileSync(`${fixtures}/${name}`);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  return readModel(whole(), { sizeBytes: bytes.length });
}

function rowOf(matrix: Matrix, row: number): Float32Array {
  const values = new Float32Array(matrix.columns);
  matrix.addRows(Int32Array.of(row), 1, values);
  return values;
}

/** Both matrices of a classifier, row by row. */
interface Weights {
  readonly input: Float32Array[];
  readonly output: Float32Array[];
}

function copyOf({ input, output }: Weights): Weights {
  return { input: input.map((row) => row.slice()), output: output.map((row) => row.slice()) };
}

/** The training step by definition, every operation rounded to 32 bits, sums in index order. */
function strictStep({ input, output }: Weights, rows: readonly number[], label: number, rate: number): void {
  const columns = input[0]?.length ?? 0;
  const hidden = new Float32Array(columns);
  for (const row of rows) for (let i = 0; i < columns; i++) hidden[i] = (hidden[i] ?? 0) + (input[row]?.[i] ?? 0);
  const share = fround(1 / rows.length);
  for (let i = 0; i < columns; i++) hidden[i] = (hidden[i] ?? 0) * share;
  const scores = output.map((row) => row.reduce((sum, value, i) => fround(sum + fround(value * (hidden[i] ?? 0))), 0));
  const largest = Math.max(...scores);
  const powers = scores.map((score) => fround(Math.exp(fround(score - largest))));
  const total = powers.reduce((sum, power) => fround(sum + power), 0);
  const gradient = new Float32Array(columns);
  for (const [index, row] of output.entries()) {
    const wanted = index === label ? 1 : 0;
    const step = fround(rate * fround(wanted - fround((powers[index] ?? 0) / total)));
    for (let i = 0; i < columns; i++) {
      const value = row[i] ?? 0;
      gradient[i] = (gradient[i] ?? 0) + fround(step * value);
      row[i] = value + fround(step * (hidden[i] ?? 0));
    }
  }
  for (let i = 0; i < columns; i++) gradient[i] = (gradient[i] ?? 0) * share;
  for (const row of rows) {
    const values = input[row];
    for (let i = 0; values && i < columns; i++) values[i] = (values[i] ?? 0) + (gradient[i] ?? 0);
  }
}

/** Whole training by definition: the rate is computed anew when more than 100 tokens have been read since. */
function strictTraining(weights: Weights, lines: readonly EncodedLine[], learningRate: number, epochs: number): void {
  const total = lines.reduce((sum, { tokens }) => sum + tokens, 0) * epochs;
  let counted = 0;
  let pending = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { rows, labels, tokens } of lines) {
      const rate = fround(fround(learningRate) * fround(1 - fround(fround(counted) / fround(total))));
      pending += tokens;
      if (rows.length > 0) strictStep(weights, rows, labels[0] ?? -1, rate);
      if (pending > 100) {
        counted += pending;
        pending = 0;
      }
    }
  }
}

type Model = Parameters<Kernel["setModel"]>;
type Schedule = Parameters<Kernel["setSchedule"]>;

/** Runs the kernel from given start values and reads the weights back. */
function withKernel(
  text: EncodedText,
  start: Weights,
  schedule: { readonly learningRate: number; readonly epochs: number },
  run: (lines: number, set: readonly [model: Model, corpus: Corpus["addresses"], schedule: Schedule]) => void,
): Weights {
  const { kernel, memory, train } = text;
  const columns = start.input[0]?.length ?? 0;
  const stride = Math.ceil(columns / 4) * 4;
  const lay = (rows: readonly Float32Array[]): number => {
    const address = memory.reserve(rows.length * stride * 4, "the test");
    for (const [index, row] of rows.entries()) memory.float32(address + index * stride * 4, columns).set(row);
    return address;
  };
  const readBack = (address: number, rows: readonly Float32Array[]): Float32Array[] =>
    rows.map((_, index) => memory.float32(address + index * stride * 4, columns).slice());
  const weights = lay(start.input);
  const outputs = lay(start.output);
  const scratch = memory.reserve(stride * 8 + (start.output.length + 4) * 4, "the test");
  const model: Model = [weights, outputs, start.output.length, stride * 4, scratch];
  const steps: Schedule = [memory.reserve(8, "the test"), schedule.learningRate, train.tokens * schedule.epochs, 1];
  kernel.setModel(...model);
  kernel.setSchedule(...steps);
  kernel.setCorpus(...train.addresses);
  run(train.lines, [model, train.addresses, steps]);
  return { input: readBack(weights, start.input), output: readBack(outputs, start.output) };
}

function kernelTraining(text: EncodedText, start: Weights, learningRate: number, epochs: number): Weights {
  const { kernel, train } = text;
  const trained = withKernel(text, start, { learningRate, epochs }, (lines) => {
    for (let epoch = 0; epoch < epochs; epoch++) kernel.train(0, lines);
    kernel.flush();
  });
  expect(kernel.trainedTokens()).toBe(train.tokens * epochs);
  return trained;
}

function largestDifference(a: Weights, b: Weights): number {
  let largest = 0;
  for (const part of ["input", "output"] as const) {
    for (const [index, row] of a[part].entries()) {
      for (const [i, value] of row.entries()) {
        largest = Math.max(largest, Math.abs(value - (b[part][index]?.[i] ?? Number.NaN)));
      }
    }
  }
  return largest;
}

/** Rows of a model file in the order of our own numbering: words and labels are matched by their bytes. */
function weightsOf(model: FastTextModel, text: EncodedText): Weights {
  const { dictionary } = model;
  const entry = (index: number): number => {
    const bytes = text.dictionary.bytesOf(index);
    return dictionary.find(bytes, 0, bytes.length, hashBytes(bytes));
  };
  const { wordCount, labelCount } = text.dictionary;
  return {
    input: fullRows(text, model.settings.buckets).map((row) => rowOf(model.input, row < wordCount ? entry(row) : row)),
    output: Array.from({ length: labelCount }, (_, label) => rowOf(model.output, entry(wordCount + label) - wordCount)),
  };
}

describe("the training kernel", () => {
  it("arrives at the weights of C++ fastText from the same start", async () => {
    const start = await fixture("step-start.bin");
    const trained = await fixture("step-trained.bin");
    const source = readFileSync(`${fixtures}/step.txt`, "latin1");
    const text = await encodeTexts(source, "", { ngrams: 2, buckets: start.settings.buckets });
    expect(text.dictionary.wordCount).toBe(start.dictionary.wordCount);
    const from = weightsOf(start, text);
    const expected = weightsOf(trained, text);
    expect(largestDifference(from, expected)).toBeGreaterThan(0.1);

    expect(largestDifference(kernelTraining(text, from, 2, 3), expected)).toBeLessThan(2e-6);
    const strict = copyOf(from);
    strictTraining(strict, linesOf(text, text.train), 2, 3);
    expect(largestDifference(strict, expected)).toBeLessThan(2e-6);
  });

  // Columns around the widths of its inner loops, labels around the blocks of four.
  it.each([
    { columns: 1, labels: 2 },
    { columns: 3, labels: 1 },
    { columns: 10, labels: 5 },
    { columns: 32, labels: 4 },
    { columns: 37, labels: 3 },
    { columns: 100, labels: 9 },
    { columns: 131, labels: 6 },
  ])("follows the strict step with $columns columns and $labels labels", async ({ columns, labels }) => {
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 48271) >>> 0) % 2147483647;
      return state / 2147483647;
    };
    const source = Array.from({ length: 60 }, (_, line) => {
      const words = Array.from({ length: Math.floor(random() * 12) }, () => `w${Math.floor(random() * 30)}`);
      return `__label__${line % labels} ${words.join(" ")}\n`;
    }).join("");
    const text = await encodeTexts(source, "", { ngrams: 2, buckets: 300 });
    const noise = (): Float32Array => Float32Array.from({ length: columns }, () => random() - 0.5);
    const start: Weights = {
      input: Array.from({ length: text.encoder.rows }, noise),
      output: Array.from({ length: labels }, noise),
    };
    const strict = copyOf(start);
    strictTraining(strict, linesOf(text, text.train), 0.3, 2);
    const trained = kernelTraining(text, start, 0.3, 2);
    expect(largestDifference(trained, start)).toBeGreaterThan(labels > 1 ? 0.01 : -1);
    expect(largestDifference(trained, strict)).toBeLessThan(2e-5);
  });

  it("moves along the gradient of the softmax loss", async () => {
    const text = await encodeTexts("__label__a x y z\n__label__b z\n__label__c y\n");
    const [line] = linesOf(text, text.train);
    const rows = line?.rows ?? [];
    const label = line?.labels[0] ?? -1;
    const columns = 5;
    const start: Weights = {
      input: Array.from({ length: text.encoder.rows }, (_, row) =>
        Float32Array.from({ length: columns }, (_, i) => Math.sin(row * 3 + i)),
      ),
      output: Array.from({ length: 3 }, (_, row) =>
        Float32Array.from({ length: columns }, (_, i) => Math.cos(row * 5 + i)),
      ),
    };
    const loss = (weights: Weights): number => {
      const hidden = Array.from({ length: columns }, (_, i) =>
        rows.reduce((sum, row) => sum + (weights.input[row]?.[i] ?? 0) / rows.length, 0),
      );
      const powers = weights.output.map((row) =>
        Math.exp(row.reduce((sum, value, i) => sum + value * (hidden[i] ?? 0), 0)),
      );
      return -Math.log((powers[label] ?? 0) / powers.reduce((sum, power) => sum + power));
    };
    const rate = 1e-3;
    const trained = withKernel(text, start, { learningRate: rate, epochs: 1 }, () => text.kernel.train(0, 1));
    for (const part of ["input", "output"] as const) {
      for (const [index, row] of start[part].entries()) {
        for (const i of row.keys()) {
          const nudged = (amount: number): number => {
            const copy = copyOf(start);
            const values = copy[part][index];
            if (values) values[i] = (values[i] ?? 0) + amount;
            return loss(copy);
          };
          const slope = (nudged(1e-2) - nudged(-1e-2)) / 2e-2;
          const moved = ((trained[part][index]?.[i] ?? 0) - (row[i] ?? 0)) / -rate;
          expect(Math.abs(moved - slope)).toBeLessThan(2e-3);
        }
      }
    }
  });

  it("loses nothing when threads train on copies of the output rows and merge them", async () => {
    const source = readFileSync(`${fixtures}/step.txt`, "latin1");
    const text = await encodeTexts(source.repeat(20));
    const { kernel, memory, dictionary, train } = text;
    const rows = (count: number): Float32Array[] =>
      Array.from({ length: count }, (_, row) => Float32Array.from({ length: 6 }, (_, i) => Math.sin(row * 6 + i)));
    const start: Weights = { input: rows(text.encoder.rows), output: rows(dictionary.labelCount) };
    const alone = kernelTraining(text, start, 0.5, 1);

    const other = instantiateKernel(text.module, memory.memory);
    const lock = memory.reserve(4, "the test");
    const copies = memory.reserve(4 * start.output.length * 32, "the test");
    const shared = withKernel(text, start, { learningRate: 0.5, epochs: 1 }, (lines, [model, corpus, schedule]) => {
      const [weights, outputs, labels, rowBytes] = model;
      other.setModel(weights, outputs, labels, rowBytes, memory.reserve(1024, "the test"));
      other.setCorpus(...corpus);
      other.setSchedule(...schedule);
      kernel.shareOutputs(lock, copies);
      other.shareOutputs(lock, copies + 2 * start.output.length * 32);
      // In turns, so that the result can be told: each thread starts from what the other has merged.
      for (let from = 0; from < lines; from += 40) {
        (from % 80 === 0 ? kernel : other).train(from, Math.min(from + 40, lines));
      }
    });
    expect(train.lines).toBe(240);
    expect(largestDifference(alone, start)).toBeGreaterThan(0.1);
    expect(largestDifference(shared, alone)).toBeLessThan(1e-5);
  });

  it("draws one of several labels of a line at random", async () => {
    const text = await encodeTexts(`${"__label__a __label__b x\n".repeat(400)}`);
    const zero = (): Float32Array => new Float32Array(4);
    const start: Weights = { input: [Float32Array.of(1, 1, 1, 1), zero()], output: [zero(), zero()] };
    const { output } = kernelTraining(text, start, 0.01, 1);
    // Always the same label would push the two apart by about 0.5.
    expect(Math.abs((output[0]?.[0] ?? 1) - (output[1]?.[0] ?? -1))).toBeLessThan(0.2);
  });
});
