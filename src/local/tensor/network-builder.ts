import type { TensorEngine } from "./engine.js";
import { type Layer, Tensor } from "./layer.js";
import { BatchNorm, type BatchNormOptions } from "./layers/batch-norm.js";
import { Convolution, type ConvolutionOptions } from "./layers/convolution.js";
import { Add, Relu } from "./layers/elementwise.js";
import { AveragePool, MaxPool, type PoolingOptions } from "./layers/pooling.js";
import { Network, type NetworkOptions } from "./network.js";
import type { Initializer } from "./parameter.js";

/**
 * Describes a network, layer by layer: each method takes the tensors that a layer reads and returns the one it makes. Any
 * graph without cycles works; a tensor may be read by several layers. Names become the prefixes of parameter names
 * (`conv0` -> `conv0_weight`).
 *
 * @example
 * ```ts
 * const graph = new NetworkBuilder({ height: 28, width: 28, channels: 1 });
 * let x = graph.convolution("conv0", graph.input, { filters: 16, kernel: 3, pad: 1 });
 * x = graph.batchNorm("bn0", x, { relu: true });
 * x = graph.dense("fc1", graph.globalAveragePool(x), { units: 10 });
 * const network = graph.build(engine, x, { batch: 20, training: true });
 * ```
 */
export class NetworkBuilder {
  /** The images. */
  readonly input: Tensor;
  readonly #layers: Layer[] = [];
  #built = false;

  constructor(image: { readonly height: number; readonly width: number; readonly channels: number }) {
    this.input = new Tensor(image.height, image.width, image.channels, true);
  }

  /** A convolution; weights are [filters, channels, height, width]. */
  convolution(name: string, input: Tensor, options: ConvolutionOptions): Tensor {
    return this.#push(new Convolution(name, input, options));
  }

  /** Batch normalisation of each channel, and a ReLU behind it on request. */
  batchNorm(name: string, input: Tensor, options: BatchNormOptions = {}): Tensor {
    return this.#push(new BatchNorm(name, input, options));
  }

  /** max(x, 0). Behind a batch normalisation, its own `relu` is cheaper. */
  relu(input: Tensor): Tensor {
    return this.#push(new Relu(this.#unnamed("relu"), input));
  }

  /** The greatest value of each window. */
  maxPool(input: Tensor, options: PoolingOptions): Tensor {
    return this.#push(new MaxPool(this.#unnamed("pool"), input, options));
  }

  /** The mean of each window, places in the padding counting as zeros. */
  averagePool(input: Tensor, options: PoolingOptions): Tensor {
    return this.#push(new AveragePool(this.#unnamed("pool"), input, options));
  }

  /** The mean of each channel over the whole image. */
  globalAveragePool(input: Tensor): Tensor {
    return this.#push(new AveragePool(this.#unnamed("pool"), input));
  }

  /** The sum of two tensors of one shape. Costs nothing when the later of the two is a convolution's. */
  add(a: Tensor, b: Tensor): Tensor {
    return this.#push(new Add(this.#unnamed("plus"), a, b));
  }

  /** A fully connected layer over the whole image; weights are [units, channels * height * width] in that order. */
  dense(
    name: string,
    input: Tensor,
    options: {
      readonly units: number;
      /** @defaultValue true */
      readonly bias?: boolean | undefined;
      readonly initializer?: Initializer | undefined;
    },
  ): Tensor {
    return this.#push(
      new Convolution(name, input, {
        filters: options.units,
        kernel: [input.height, input.width],
        bias: options.bias ?? true,
        initializer: options.initializer,
      }),
    );
  }

  /**
   * Gives the network its memory. Its parameters are all 0 until `network.store.initialize` or `importParameters`. A
   * builder builds one network.
   *
   * @param scores - the tensor that holds one score for each class: one pixel
   * @throws ArenaFullError with the bytes that the network needs, when they are too many
   * @throws RangeError when a layer's output is not used
   */
  build(engine: TensorEngine, scores: Tensor, options: NetworkOptions): Network {
    if (this.#built) throw new Error("this builder has built its network already");
    this.#built = true;
    return new Network(engine, this.#layers, this.input, scores, options);
  }

  #push(layer: Layer): Tensor {
    this.#layers.push(layer);
    return layer.output;
  }

  #unnamed(kind: string): string {
    return `${kind}${this.#layers.length}`;
  }
}
