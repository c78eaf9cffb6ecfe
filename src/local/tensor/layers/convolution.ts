import type { TensorEngine } from "../engine.js";
import { Layer, type Planner, Tensor } from "../layer.js";
import { Operation, unitsOf } from "../operations.js";
import { columnLayout, type Initializer, Parameter, panelLayout, vectorLayout } from "../parameter.js";
import { ConvolutionTables } from "./convolution-tables.js";
import { TiledConvolution } from "./tiled-convolution.js";

/** Settings of a convolution. */
export interface ConvolutionOptions {
  readonly filters: number;
  /** Height and width of the window, or both. */
  readonly kernel: number | readonly [height: number, width: number];
  /** @defaultValue 1 */
  readonly stride?: number | undefined;
  /** Zeros around the image. @defaultValue 0 */
  readonly pad?: number | undefined;
  /** @defaultValue false */
  readonly bias?: boolean | undefined;
  /** Of the weights. @defaultValue Xavier, gaussian, fan in, magnitude 2 */
  readonly initializer?: Initializer | undefined;
}

const XAVIER: Initializer = { kind: "xavier", distribution: "gaussian", fan: "in", magnitude: 2 };
/** Numbers of the column buffer of narrow inputs. */
const COLUMNS_AT_ONCE = 1 << 20;

/**
 * A convolution, optionally plus another tensor: out = addend + bias + x * weights. Weights are [filters, channels, height,
 * width]. A dense layer is one whose window is the whole image.
 */
export class Convolution extends Layer {
  override readonly parameters: readonly Parameter[];
  override readonly keeps = { inputs: true, output: false };
  /** Tensor that the result is added to; it may lie where the output does. */
  addend: Tensor | undefined;
  readonly #weight: Parameter;
  readonly #bias: Parameter | undefined;
  readonly #kernel: readonly [height: number, width: number];
  readonly #stride: number;
  readonly #pad: number;
  /** Narrow inputs are spread out as columns first: rows of one pixel would be too short. */
  readonly #columns: { readonly pitch: number; readonly images: number } | undefined;
  #tables: ConvolutionTables | undefined;
  /** Takes the place of the tables where it needs fewer products. */
  #tiled: TiledConvolution | undefined;
  #transposedBytes = 0;

  constructor(name: string, input: Tensor, options: ConvolutionOptions) {
    const { filters, kernel, stride = 1, pad = 0 } = options;
    const [kernelHeight, kernelWidth] = typeof kernel === "number" ? [kernel, kernel] : kernel;
    const outHeight = Math.floor((input.height + 2 * pad - kernelHeight) / stride) + 1;
    const outWidth = Math.floor((input.width + 2 * pad - kernelWidth) / stride) + 1;
    if (!(outHeight >= 1 && outWidth >= 1))
      throw new RangeError(
        `"${name}": a window of ${kernelHeight} x ${kernelWidth} does not fit into ${input.height} x ${input.width} with pad ${pad}`,
      );
    super(name, [input], new Tensor(outHeight, outWidth, filters));
    this.#kernel = [kernelHeight, kernelWidth];
    this.#stride = stride;
    this.#pad = pad;
    const taps = kernelHeight * kernelWidth;
    if (input.channels <= 4 && taps > 1) {
      const pitch = Math.ceil((taps * input.channels) / 4) * 4;
      this.#columns = { pitch, images: Math.max(1, Math.floor(COLUMNS_AT_ONCE / (outHeight * outWidth * pitch))) };
    }
    this.#weight = new Parameter({
      name: `${name}_weight`,
      shape: [filters, input.channels, kernelHeight, kernelWidth],
      layout: this.#columns
        ? columnLayout(filters, input.channels, taps, this.#columns.pitch)
        : panelLayout(filters, input.channels, taps, input.pitch),
      initializer: options.initializer ?? XAVIER,
      decays: true,
    });
    if (options.bias) {
      this.#bias = new Parameter({
        name: `${name}_bias`,
        shape: [filters],
        layout: vectorLayout(this.output.pitch),
        initializer: { kind: "constant", value: 0 },
      });
    }
    this.parameters = this.#bias ? [this.#weight, this.#bias] : [this.#weight];
  }

  override get multiplyAdds(): number {
    return this.output.pixels * this.#weight.length;
  }

  override plan(planner: Planner): void {
    const input = this.#input;
    const { output } = this;
    const columns = this.#columns;
    const images = columns ? Math.min(columns.images, planner.batch) : planner.batch;
    const shape = columns
      ? {
          ...{ height: output.height, width: output.width, pitch: columns.pitch, kernelHeight: 1, kernelWidth: 1 },
          ...{ stride: 1, pad: 0, outHeight: output.height, outWidth: output.width, outPitch: output.pitch },
        }
      : {
          ...{ height: input.height, width: input.width, pitch: input.pitch },
          ...{ kernelHeight: this.#kernel[0], kernelWidth: this.#kernel[1], stride: this.#stride, pad: this.#pad },
          ...{ outHeight: output.height, outWidth: output.width, outPitch: output.pitch },
        };
    const key = JSON.stringify([shape, images]);
    this.#tiled = planner.shared(`tiled ${key}`, () => TiledConvolution.for(shape, images, planner));
    if (this.#tiled) {
      planner.scratch(this.#tiled.scratchBytes(planner.training));
      return;
    }
    this.#tables = planner.shared(
      key,
      () => new ConvolutionTables(shape, images, planner.training, (bytes) => planner.reserve(bytes)),
    );
    const { liveTaps } = this.#tables;
    const live = liveTaps.length;
    if (!columns && live < this.#taps) {
      const count = input.pitch * 8;
      this.#weight.idle = Array.from({ length: (output.pitch / 8) * this.#taps }, (_, i) => i)
        .filter((i) => !liveTaps.includes(i % this.#taps))
        .map((i) => ({ first: i * count, count }));
    }
    this.#transposedBytes = planner.training ? Math.ceil(shape.pitch / 8) * live * output.pitch * 32 : 0;
    planner.scratch(this.#transposedBytes + (columns ? images * output.pixels * columns.pitch * 4 : 0));
  }

  override prepare(engine: TensorEngine): void {
    (this.#tiled ?? this.#planned).prepare(engine.arena);
  }

  override forward(engine: TensorEngine, count: number): void {
    const input = this.#input;
    if (this.#tiled) {
      const pass = { input: input.value, output: this.output.value, weight: this.#weight.value, scratch: this.scratch };
      const start = { addend: this.addend?.value ?? 0, bias: this.#bias?.value ?? 0 };
      this.#tiled.forward(engine, { ...pass, ...start, count });
      return;
    }
    this.#eachPart(count, (first, images) => {
      let rows = input.value + first * input.size * 4;
      if (this.#columns) rows = this.#spread(engine, first, images);
      const tables = this.#planned;
      const offset = first * this.output.size * 4;
      engine.run(
        Operation.gather,
        this.output.pitch / 8,
        this.multiplyAdds * images,
        ...[rows, tables.forward.at, tables.forward.count, images, tables.shape.pitch * 4],
        ...[this.#weight.value, this.#taps * tables.shape.pitch * 32, this.output.value + offset],
        ...[this.addend ? this.addend.value + offset : 0, this.#bias?.value ?? 0, this.output.pitch, 0, 0],
      );
    });
  }

  override backward(engine: TensorEngine, count: number): void {
    const { output } = this;
    if (this.#tiled) this.#tiledBackward(engine, this.#tiled, count);
    else this.#productsBackward(engine, count);
    if (this.#bias) {
      const rows = count * output.pixels;
      engine.run(
        Operation.columnSums,
        output.pitch / 4,
        rows * output.pitch,
        ...[output.gradient, rows, output.pitch * 4, this.#bias.gradient, 0],
      );
    }
    const { addend } = this;
    if (addend && addend.gradient !== output.gradient && this.gradientUses[1] === "add") {
      const size = count * output.size;
      engine.run(Operation.add, unitsOf(size), size, addend.gradient, output.gradient, addend.gradient, size);
    }
  }

  #tiledBackward(engine: TensorEngine, tiled: TiledConvolution, count: number): void {
    const input = this.#input;
    const pass = { output: this.output.gradient, weight: this.#weight.value, scratch: this.scratch, count };
    tiled.weightGradient(engine, { ...pass, input: input.value, gradient: this.#weight.gradient });
    const use = this.gradientUses[0];
    if (use !== "none") tiled.inputGradient(engine, { ...pass, input: input.gradient }, use === "add");
  }

  #productsBackward(engine: TensorEngine, count: number): void {
    const { output } = this;
    const input = this.#input;
    const tables = this.#planned;
    const { pitch } = tables.shape;
    const work = this.multiplyAdds * count;
    const live = tables.liveTaps.length;
    const use = this.gradientUses[0];
    if (use !== "none") {
      engine.run(
        Operation.transposeWeights,
        Math.ceil(pitch / 8),
        this.#weight.length,
        ...[this.#weight.value, this.scratch, tables.liveTapsAt, live, pitch, output.pitch / 8, this.#taps],
      );
    }
    this.#eachPart(count, (first, images) => {
      const gradient = output.gradient + first * output.size * 4;
      let rows = input.value + first * input.size * 4;
      if (this.#columns) rows = this.#spread(engine, first, images);
      const blocks = tables.outer(engine.arena, images);
      engine.run(
        Operation.outer,
        output.pitch / 8,
        work,
        ...[rows, gradient, blocks.at, blocks.count, pitch * 4],
        ...[this.#weight.gradient, this.#taps * pitch * 32, first > 0 ? 1 : 0],
      );
      if (use === "none") return;
      const target = input.gradient + first * input.size * 4;
      const into = this.#columns ? rows : target;
      engine.run(
        Operation.gather,
        Math.ceil(pitch / 8),
        work,
        ...[gradient, tables.backward.at, tables.backward.count, images, output.pitch * 4],
        ...[this.scratch, live * output.pitch * 32, into, use === "add" && !this.#columns ? into : 0, 0, pitch, 0, 0],
      );
      if (this.#columns) {
        const size = images * output.pixels * this.#columns.pitch;
        engine.run(Operation.columnsToImages, images, size, ...this.#columnArguments(target), use === "add" ? 1 : 0);
      }
    });
  }

  get #input(): Tensor {
    return this.inputs[0] as Tensor;
  }

  get #planned(): ConvolutionTables {
    if (!this.#tables) throw new Error(`"${this.name}" belongs to no network yet`);
    return this.#tables;
  }

  /** Taps of the weights as they lie in memory. */
  get #taps(): number {
    return this.#columns ? 1 : this.#kernel[0] * this.#kernel[1];
  }

  #eachPart(count: number, work: (first: number, images: number) => void): void {
    const atOnce = this.#columns ? this.#planned.batch : count;
    for (let first = 0; first < count; first += atOnce) work(first, Math.min(atOnce, count - first));
  }

  /** Fills the column buffer from images [first, first + images) and returns its address. */
  #spread(engine: TensorEngine, first: number, images: number): number {
    const input = this.#input;
    const size = images * this.output.pixels * this.#planned.shape.pitch;
    const from = input.value + first * input.size * 4;
    engine.run(Operation.imagesToColumns, images, size, ...this.#columnArguments(from), 0);
    return this.scratch + this.#transposedBytes;
  }

  #columnArguments(images: number): number[] {
    const input = this.#input;
    return [
      ...[images, this.scratch + this.#transposedBytes, input.height, input.width, input.pitch * 4, input.channels],
      ...[this.#kernel[0], this.#kernel[1], this.#stride, this.#pad, this.output.height, this.output.width],
      this.#planned.shape.pitch * 4,
    ];
  }
}
