import type { TensorEngine } from "./engine.js";
import type { Parameter } from "./parameter.js";

/** Rows of numbers are padded with zeros to a multiple of this, except those of inputs of up to 4 channels. */
const PITCH = 8;

/**
 * A batch of images between two layers: [image][y][x][channel], float32. Vectors are images of one pixel.
 *
 * Where it lies is decided when the network is built.
 */
export class Tensor {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Numbers from one pixel to the next: the channels and their padding, which is always 0. */
  readonly pitch: number;
  /** Address of the values. */
  value = 0;
  /** Address of the gradient of the loss; 0 where none is kept. */
  gradient = 0;

  constructor(height: number, width: number, channels: number, isInput = false) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.pitch = isInput && channels <= 4 ? 4 : Math.ceil(channels / PITCH) * PITCH;
  }

  /** Pixels of one image. */
  get pixels(): number {
    return this.height * this.width;
  }

  /** Numbers of one image, padding included. */
  get size(): number {
    return this.pixels * this.pitch;
  }
}

/** What happens to the gradient of an input: nothing wants it, the layer is the first to write it, or adds to it. */
export type GradientUse = "none" | "write" | "add";

/** Hands out addresses while a network is built. */
export interface Planner {
  /** Batch that the network is built for. */
  readonly batch: number;
  readonly training: boolean;
  /** A region of the layer's own, in bytes. */
  reserve(bytes: number): number;
  /** Bytes that the layer needs only while it runs; all layers share one such region, {@link Layer.scratch}. */
  scratch(bytes: number): void;
  /** The value made for the first layer that asked with this key. */
  shared<T>(key: string, make: () => T): T;
}

/** One step of a network. Inputs and outputs are tensors that the network has given addresses. */
export abstract class Layer {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  /** May be exchanged while the network is built. */
  output: Tensor;
  readonly parameters: readonly Parameter[] = [];
  /** Address of the region that all layers share. */
  scratch = 0;
  /** One for each input. */
  gradientUses: GradientUse[] = [];

  constructor(name: string, inputs: readonly Tensor[], output: Tensor) {
    this.name = name;
    this.inputs = inputs;
    this.output = output;
  }

  /** Multiply-adds of one image, forward. */
  get multiplyAdds(): number {
    return 0;
  }

  /** True when the backward pass reads the values of the inputs, or of the output. */
  abstract readonly keeps: { readonly inputs: boolean; readonly output: boolean };
  /** True when the output may lie where the (only) input does, if nobody else wants the input. */
  readonly inPlace: boolean = false;
  /** True when the gradient of the input may lie where that of the output does. */
  readonly gradientInPlace: boolean = false;

  plan(_planner: Planner): void {}
  /** Fills tables, after the memory has been committed. */
  prepare(_engine: TensorEngine): void {}
  abstract forward(engine: TensorEngine, count: number, training: boolean): void;
  abstract backward(engine: TensorEngine, count: number): void;
}
