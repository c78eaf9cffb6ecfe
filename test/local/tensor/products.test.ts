import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TensorEngine } from "../../../src/local/tensor/index.js";
import { padded, RowProducts } from "../../../src/local/tensor/recurrent/rows.js";
import { build, type Description, numbers, reference, relativeError } from "./networks.js";

const engine = await TensorEngine.create();

describe("RowProducts", () => {
  it("multiplies, transposes and sums matrices of any size", () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), size, size, fc.boolean(), (rows, inner, columns, accumulate) => {
        const [innerPitch, columnPitch] = [padded(inner), padded(columns)];
        const products = new RowProducts(engine, rows, [innerPitch, columnPitch]);
        const { arena } = engine;
        const [a, out, weights, transposed, gradient, sums, back] = [
          ...[rows * innerPitch, rows * columnPitch, innerPitch * columnPitch, innerPitch * columnPitch],
          ...[innerPitch * columnPitch, columnPitch, rows * innerPitch],
        ].map((count) => arena.reserve(count * 4)) as [number, number, number, number, number, number, number];
        arena.commit("matrices");
        products.prepare(arena);
        const aValues = numbers(rows * inner, 1);
        const wValues = numbers(inner * columns, 2);
        const startValues = numbers(rows * columns, 3);
        const panel = (k: number, c: number): number => ((c >> 3) * innerPitch + k) * 8 + (c & 7);
        const put = (at: number, pitch: number, width: number, values: number[]): void => {
          const memory = arena.float32(at, (values.length / width) * pitch);
          for (const [i, v] of values.entries()) memory[Math.floor(i / width) * pitch + (i % width)] = v;
        };
        const get = (at: number, pitch: number, width: number, height: number): number[] => {
          const memory = arena.float32(at, height * pitch);
          return Array.from(
            { length: height * width },
            (_, i) => memory[Math.floor(i / width) * pitch + (i % width)] as number,
          );
        };
        put(a, innerPitch, inner, aValues);
        put(out, columnPitch, columns, startValues);
        const memory = arena.float32(weights, innerPitch * columnPitch);
        for (const [i, v] of wValues.entries()) memory[panel(Math.floor(i / columns), i % columns)] = v;
        const at = (values: readonly number[], width: number, row: number, column: number): number =>
          values[row * width + column] as number;

        products.multiply({
          ...{ rows, a, inner: innerPitch, weights, out, columns: columnPitch, addend: accumulate ? out : 0 },
        });
        const product = startValues.map((start, i) => {
          let sum = accumulate ? start : 0;
          for (let k = 0; k < inner; k++)
            sum += at(aValues, inner, Math.floor(i / columns), k) * at(wValues, columns, k, i % columns);
          return sum;
        });
        const result = get(out, columnPitch, columns, rows);
        expect(relativeError(result, product)).toBeLessThan(1e-5);

        products.outer({ rows, a, inner: innerPitch, d: out, columns: columnPitch, gradient });
        products.columnSums(out, rows, columnPitch, sums);
        const outer = wValues.map((_, i) => {
          let sum = 0;
          for (let r = 0; r < rows; r++)
            sum += at(aValues, inner, r, Math.floor(i / columns)) * at(result, columns, r, i % columns);
          return sum;
        });
        const got = arena.float32(gradient, innerPitch * columnPitch);
        expect(
          relativeError(
            wValues.map((_, i) => got[panel(Math.floor(i / columns), i % columns)] as number),
            outer,
          ),
        ).toBeLessThan(1e-5);
        const total = Array.from({ length: columns }, (_, c) =>
          result.reduce((sum, v, i) => (i % columns === c ? sum + v : sum), 0),
        );
        expect(relativeError(get(sums, columnPitch, columns, 1), total)).toBeLessThan(1e-5);

        products.transpose(weights, transposed, innerPitch, columnPitch);
        products.multiply({ rows, a: out, inner: columnPitch, weights: transposed, out: back, columns: innerPitch });
        const turned = aValues.map((_, i) => {
          let sum = 0;
          for (let c = 0; c < columns; c++)
            sum += at(result, columns, Math.floor(i / inner), c) * at(wValues, columns, i % inner, c);
          return sum;
        });
        expect(relativeError(get(back, innerPitch, inner, rows), turned)).toBeLessThan(1e-5);
      }),
      { numRuns: 25, seed: 1 },
    );
  });
});

describe("Convolution", () => {
  it("agrees with naive loops for windows, strides, pads and channels of any size", () => {
    const shapes = fc.record({
      height: fc.integer({ min: 1, max: 11 }),
      width: fc.integer({ min: 1, max: 11 }),
      channels: fc.integer({ min: 1, max: 9 }),
      filters: fc.integer({ min: 1, max: 17 }),
      kernel: fc.integer({ min: 1, max: 5 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pad: fc.integer({ min: 0, max: 2 }),
      batch: fc.integer({ min: 1, max: 7 }),
    });
    fc.assert(
      fc.property(shapes, ({ height, width, channels, filters, kernel, stride, pad, batch }) => {
        fc.pre(Math.min(height, width) + 2 * pad >= kernel);
        const describe: Description = (layers, input) =>
          layers.dense(
            "fc",
            layers.convolution(
              "b",
              layers.convolution("a", input, channels, 1, 1, 0),
              filters,
              kernel,
              stride,
              pad,
              true,
            ),
            2,
          );
        const options = { image: { height, width, channels: 5 }, batch };
        const network = build(engine, describe, options);
        const images = numbers(batch * height * width * 5, 6);
        const targets = Array.from({ length: batch }, (_, i) => i % 2);
        const expected = reference(describe, options, network.store.exportParameters(), images, targets);
        network.setImages(Float32Array.from(images));
        network.trainStep(targets);
        for (const [name, gradient] of expected.gradients)
          expect(relativeError(network.store.get(name).readGradient(engine), gradient), name).toBeLessThan(1e-4);
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it("agrees with naive loops where tiles of an image are multiplied instead of its windows", () => {
    const check = (shape: Record<"height" | "width" | "channels" | "filters" | "batch", number>): void => {
      const { height, width, channels, filters, batch } = shape;
      // The sum of both makes one gradient begin, the other one add; the second has a bias and an addend.
      const describe: Description = (layers, input) => {
        const a = layers.convolution("a", input, channels, 1, 1, 0);
        const b = layers.convolution("b", a, filters, 3, 1, 1);
        return layers.dense("fc", layers.add(b, layers.convolution("c", a, filters, 3, 1, 1, true)), 2);
      };
      const options = { image: { height, width, channels: 5 }, batch };
      const network = build(engine, describe, options);
      const images = numbers(batch * height * width * 5, 6);
      const targets = Array.from({ length: batch }, (_, i) => i % 2);
      const expected = reference(describe, options, network.store.exportParameters(), images, targets);
      network.setImages(Float32Array.from(images));
      network.trainStep(targets);
      for (const [name, gradient] of expected.gradients)
        expect(relativeError(network.store.get(name).readGradient(engine), gradient), name).toBeLessThan(1e-4);
    };
    const size = fc.integer({ min: 2, max: 9 });
    const channels = fc.integer({ min: 9, max: 35 });
    const shapes = fc.record({
      ...{ height: size, width: size, channels, filters: channels },
      batch: fc.integer({ min: 1, max: 7 }),
    });
    fc.assert(fc.property(shapes, check), { numRuns: 15, seed: 1 });
    for (const channels of [16, 24]) check({ height: 2, width: 2, channels, filters: 40, batch: 33 });
    // More tiles than are multiplied at a time.
    check({ height: 44, width: 44, channels: 24, filters: 16, batch: 6 });
  });
});
