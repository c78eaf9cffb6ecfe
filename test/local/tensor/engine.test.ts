import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  Adam,
  Arena,
  ArenaFullError,
  NetworkBuilder,
  RecurrentNetwork,
  Sgd,
  type Snapshot,
  TensorEngine,
} from "../../../src/local/tensor/index.js";
import { KERNEL_BASE64 } from "../../../src/local/tensor/kernel.generated.js";
import { build, type Description, numbers } from "./networks.js";

const classifier: Description = (layers, input) => {
  const x = layers.batchNorm("bn0", layers.convolution("conv0", input, 32, 5, 2, 2), { relu: true });
  const active = layers.batchNorm("bn1", layers.maxPool(x, 3, 2, 1), { relu: true });
  const y = layers.convolution("conv1", active, 32, 3, 1, 1);
  const z = layers.batchNorm("bn2", layers.add(y, layers.convolution("sc", active, 32, 1, 1, 0)), { relu: true });
  return layers.dense("fc", layers.globalAveragePool(z), 4);
};

function hash({ values }: Snapshot): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
}

/** Weights after a few steps of both kinds of network. */
async function trained(threads: 1 | 2, meanwhile?: (engine: TensorEngine) => Promise<void>): Promise<string[]> {
  const engine = await TensorEngine.create({ threads });
  try {
    const image = { height: 24, width: 24, channels: 2 };
    const network = build(engine, classifier, { image, batch: 8 });
    const sgd = new Sgd(engine, network.store, { momentum: 0.9, weightDecay: 1e-3 });
    const sizes = { features: 12, layers: 2, cells: 24, steps: 20, rows: 16 };
    const recurrent = new RecurrentNetwork(engine, {
      ...{ ...sizes, distribution: "student-t", zoneout: 0.2, training: true },
    });
    recurrent.store.initialize(1);
    const adam = new Adam(engine, recurrent.store);
    for (let step = 0; step < 4; step++) {
      network.setImages(Float32Array.from(numbers(8 * 24 * 24 * 2, step)));
      network.trainStep([0, 1, 2, 3, 3, 2, 1, 0]);
      sgd.step({ learningRate: 0.05, rescale: 1 / 8 });
      recurrent.setFeatures(Float32Array.from(numbers(20 * 16 * 12, step)), 20, 16);
      const ones = new Float32Array(320).fill(1);
      recurrent.trainStep({
        ...{ steps: 20, rows: 16, targets: numbers(320, 7), weights: ones, scales: ones.subarray(0, 16), seed: step },
      });
      adam.step({ learningRate: 0.01 });
      await meanwhile?.(engine);
    }
    return [hash(network.store.snapshot()), hash(recurrent.store.snapshot())];
  } finally {
    await engine.dispose();
  }
}

describe("TensorEngine", () => {
  it("gives the same bits in every run, on every Node version, with one thread and with two", async () => {
    const golden = [
      "c632c62fe7255a64cd0873c272a7dcdcf4fbebce50fa39397c840ab11f71f89a",
      "aa45c4fb682807a92d98af2ddc5f1a9c0b14bc776dcb67dcca3d2ee593d37ffc",
    ];
    expect(await trained(1)).toEqual(golden);
    expect(await trained(1)).toEqual(golden);
    expect(await trained(2)).toEqual(golden);
  });

  it("goes on alone, with the same bits, when it is disposed of early; disposing twice is harmless", async () => {
    const alone = await trained(1);
    expect(await trained(2, (engine) => engine.dispose())).toEqual(alone);
  });

  it("keeps nothing of its own in the memory that the host lays out", () => {
    const bytes = Buffer.from(KERNEL_BASE64, "base64");
    const sections: number[] = [];
    for (let at = 8; at < bytes.length; ) {
      sections.push(bytes[at++] as number);
      let size = 0;
      for (let shift = 0, more = true; more; shift += 7) {
        const byte = bytes[at++] as number;
        size |= (byte & 127) << shift;
        more = byte > 127;
      }
      at += size;
    }
    // 11 is the section of data that is written when the module starts.
    expect(sections).toContain(10);
    expect(sections).not.toContain(11);
  });
});

describe("Arena", () => {
  it("aligns regions, grows when they are committed, and leaves earlier views valid", () => {
    const arena = new Arena();
    const first = arena.reserve(10);
    arena.commit("the first");
    const view = arena.float32(first, 2);
    view[0] = 3;
    const second = arena.reserve(3_000_000);
    arena.commit("the second");

    expect(first).toBeGreaterThan(0);
    expect([first % 64, second % 64]).toEqual([0, 0]);
    expect(second - first).toBe(64);
    expect(arena.float32(second, 750_000).every((v) => v === 0)).toBe(true);
    expect(arena.float32(first, 1)[0]).toBe(3);
    view[0] = 4;
    expect(arena.float32(first, 1)[0]).toBe(4);
    expect(arena.memory.buffer.byteLength).toBeLessThan(3_000_000 + 3 * 65_536);
  });

  it("refuses plans beyond its limit or 4 GiB with the bytes they need, and stays usable", () => {
    const arena = new Arena(1_000_000);
    arena.reserve(900_000);
    arena.commit("most");
    arena.reserve(200_000);
    expect(() => arena.commit("the rest")).toThrow(ArenaFullError);
    expect(arena.plannedBytes).toBe(900_096);
    arena.reserve(50_000);
    arena.commit("a little");

    const large = new Arena();
    for (let i = 0; i < 5; i++) large.reserve(2 ** 30);
    expect(() => large.commit("five pieces")).toThrow(
      "five pieces needs 5368709184 bytes (5120 MiB) of memory; at most 4294901760 bytes are allowed",
    );
  });
});

describe("NetworkBuilder", () => {
  it("names the bytes that a network would need when they are too many", async () => {
    const engine = await TensorEngine.create({ maxBytes: 20_000_000 });
    const graph = new NetworkBuilder({ height: 224, width: 224, channels: 3 });
    const x = graph.convolution("conv0", graph.input, { filters: 64, kernel: 7, stride: 2, pad: 3 });
    const y = graph.dense("fc", graph.globalAveragePool(x), { units: 2 });
    try {
      graph.build(engine, y, { batch: 32, training: true });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ArenaFullError);
      const { neededBytes, limitBytes } = error as ArenaFullError;
      // Two copies of the convolution's output are the greater part.
      expect(neededBytes).toBeGreaterThan(2 * 32 * 112 * 112 * 64 * 4);
      expect(limitBytes).toBe(20_000_000);
    }
  });

  it("refuses layers that do not fit, unused layers, equal names and a second build", async () => {
    const engine = await TensorEngine.create();
    const graph = new NetworkBuilder({ height: 4, width: 4, channels: 3 });
    expect(() => graph.convolution("a", graph.input, { filters: 2, kernel: 5 })).toThrow(
      '"a": a window of 5 x 5 does not fit into 4 x 4 with pad 0',
    );
    const a = graph.dense("a", graph.input, { units: 2 });
    expect(() => graph.add(a, graph.input)).toThrow("adds tensors of one shape; got 1 x 1 x 2 and 4 x 4 x 3");
    graph.dense("b", graph.input, { units: 2 });
    expect(() => graph.build(engine, a, { batch: 1, training: true })).toThrow('nothing uses the output of "b"');
    expect(() => graph.build(engine, a, { batch: 1, training: true })).toThrow("has built its network already");

    const twice = new NetworkBuilder({ height: 1, width: 1, channels: 3 });
    const b = twice.dense("a", twice.dense("a", twice.input, { units: 2 }), { units: 2 });
    expect(() => twice.build(engine, b, { batch: 1, training: true })).toThrow('two parameters are called "a_weight"');
  });
});

describe("Network", () => {
  const image = { height: 24, width: 24, channels: 2 };

  it("predicts the same when built for inference only, in less memory, for any number of images", async () => {
    const engine = await TensorEngine.create();
    const full = build(engine, classifier, { image, batch: 8 });
    const images = Float32Array.from(numbers(8 * 24 * 24 * 2, 5));
    full.setImages(images);
    full.trainStep([0, 1, 2, 3, 3, 2, 1, 0]);
    const light = build(engine, classifier, { image, batch: 8, training: false });
    light.store.importParameters(full.store.exportParameters());
    full.setImages(images);
    const expected = full.predict(8);

    expect(light.bytes).toBeLessThan(0.6 * full.bytes);
    light.setImages(images);
    expect(light.predict(8)).toEqual(expected);
    expect(light.evaluate([0, 1, 2, 3, 3, 2, 1, 0])).toBe(full.evaluate([0, 1, 2, 3, 3, 2, 1, 0]));
    for (const first of [0, 3]) {
      const three = images.subarray(first * 24 * 24 * 2, (first + 3) * 24 * 24 * 2);
      expect(light.setImages(three)).toBe(3);
      expect(light.predict(3)).toEqual(expected.subarray(first * 4, (first + 3) * 4));
    }
    expect(() => light.trainStep([0])).toThrow("built without training");
    expect(() => light.predict(9)).toThrow("takes 1 to 8 images at a time; got 9");
    expect(() => full.trainStep([4])).toThrow("class 4 does not exist; there are 4, from 0");
    await engine.dispose();
  });

  it("goes back to a snapshot and takes exported parameters by name", async () => {
    const engine = await TensorEngine.create();
    const network = build(engine, classifier, { image, batch: 8 });
    const optimizer = new Sgd(engine, network.store);
    const before = network.store.snapshot();
    const exported = network.store.exportParameters();
    network.setImages(Float32Array.from(numbers(8 * 24 * 24 * 2, 5)));
    network.trainStep([0, 1, 2, 3, 3, 2, 1, 0]);
    optimizer.step({ learningRate: 0.1 });
    const after = network.store.snapshot();
    expect(hash(after)).not.toBe(hash(before));
    network.store.restore(before);
    expect(network.store.exportParameters()).toEqual(exported);
    network.store.snapshot(after);
    expect(hash(after)).toBe(hash(before));

    const [first, ...rest] = exported;
    expect(first).toMatchObject({ name: "conv0_weight", shape: [32, 2, 5, 5] });
    expect(() => network.store.importParameters(rest)).toThrow('no value for parameter "conv0_weight"');
    network.store.importParameters(rest, { partial: true });
    const short = { name: "conv0_weight", values: [1, 2] };
    expect(() => network.store.importParameters([short], { partial: true })).toThrow(
      '"conv0_weight" has 1600 numbers (32 x 2 x 5 x 5); got 2',
    );
    await engine.dispose();
  });
});
