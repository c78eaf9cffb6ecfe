import type { Arena } from "../arena.js";
import type { TensorEngine } from "../engine.js";
import type { Planner } from "../layer.js";
import { Operation } from "../operations.js";
import type { ConvolutionShape } from "./convolution-tables.js";

/** How an axis is cut into tiles; `matrices` is the kernel's number of the first of the six. */
interface Scheme {
  readonly matrices: number;
  /** Products of a tile along one axis. */
  readonly points: number;
  readonly inputs: number;
  readonly outputs: number;
  /** First input of the first tile. */
  readonly shift: number;
  /** Multiply-adds that turning one weight round and its gradient back is worth. */
  readonly weightWork: number;
  /** The same for one number of one point of a tile. */
  readonly pointWork: number;
}

const TILE_4: Scheme = { matrices: 0, points: 6, inputs: 6, outputs: 4, shift: -1, weightWork: 100, pointWork: 12 };
const TILE_2: Scheme = { matrices: 6, points: 3, inputs: 2, outputs: 2, shift: 0, weightWork: 25, pointWork: 3 };

const [INPUT, OUTPUT_BACK, OUTPUT, INPUT_BACK, WEIGHTS, WEIGHTS_BACK] = [0, 1, 2, 3, 4, 5] as const;

/** Bytes of the kernel's work space for one unit. */
const WORK = 4096;
/** Space between points, so that those of one tile do not fall into one set of the first cache. */
const GAP = 64;
/** Channels below which turning tiles round costs more than it saves. */
const LEAST_CHANNELS = 16;
/** Bytes of tiles, and rows of one product, that stay in the caches. */
const TILES_AT_ONCE = 2 << 20;
const ROWS_AT_ONCE = 256;

/** Addresses that a pass works on. */
export interface ConvolutionPass {
  readonly input: number;
  readonly output: number;
  readonly weight: number;
  readonly scratch: number;
  readonly count: number;
}

/** Addresses and lists for one number of images at a time. */
interface Tables {
  /** Where the rows of each point begin, and those of the points' lists for the kernel's two products. */
  readonly rowsAt: number;
  readonly groupsAt: number;
}

/**
 * The products of a 3 x 3 convolution of stride 1 and pad 1 by Winograd's minimal filtering: the arithmetic of the kernel's
 * `tiles.ts`, in parts of the batch whose tiles stay in the cache.
 */
export class TiledConvolution {
  readonly #shape: ConvolutionShape;
  readonly #scheme: Scheme;
  readonly #down: number;
  readonly #across: number;
  /** Images of one part. */
  readonly #images: number;
  readonly #input: Tables;
  readonly #output: Tables;
  readonly #taps: { readonly forward: number; readonly backward: number; readonly nine: number };
  readonly #blocks: number;
  /** The kernel's work space: apart from scratch, so that memory is the same whichever thread has used it. */
  readonly #work: number;
  readonly #weightBytes: number;

  /** The scheme that takes fewer products than going through the taps one by one, if any does for such a shape. */
  static for(shape: ConvolutionShape, batch: number, planner: Planner): TiledConvolution | undefined {
    const { height, width, kernelHeight, kernelWidth, stride, pad, pitch, outPitch } = shape;
    if (kernelHeight !== 3 || kernelWidth !== 3 || stride !== 1 || pad !== 1) return undefined;
    if (Math.min(pitch, outPitch) < LEAST_CHANNELS || Math.min(height, width) < 2) return undefined;
    const scheme = height === 2 && width === 2 ? TILE_2 : TILE_4;
    const tiles = Math.ceil(height / scheme.outputs) * Math.ceil(width / scheme.outputs);
    const saved = (3 * height - 2) * (3 * width - 2) - tiles * scheme.points ** 2;
    const pixelWork = tiles * scheme.points ** 2 * scheme.pointWork * (1 / pitch + 1 / outPitch);
    if ((saved - pixelWork) * batch <= scheme.weightWork) return undefined;
    return new TiledConvolution(shape, scheme, batch, planner);
  }

  private constructor(shape: ConvolutionShape, scheme: Scheme, batch: number, planner: Planner) {
    this.#shape = shape;
    this.#scheme = scheme;
    this.#down = Math.ceil(shape.height / scheme.outputs);
    this.#across = Math.ceil(shape.width / scheme.outputs);
    const points = scheme.points ** 2;
    this.#weightBytes = Math.ceil(shape.pitch / 8) * Math.ceil(shape.outPitch / 8) * 256 * points;
    const imageBytes = this.#tiles * points * Math.max(shape.pitch, shape.outPitch) * 4;
    const most = Math.max(TILES_AT_ONCE, this.#weightBytes);
    this.#images = Math.min(batch, Math.max(1, Math.floor(most / imageBytes)));
    const rows = this.#images * this.#tiles;
    const units = Math.max(this.#images, shape.pitch / 8, shape.outPitch / 8);
    this.#work = planner.reserve(units * WORK);
    const tables = (): Tables => ({
      rowsAt: planner.reserve(points * rows * 4),
      groupsAt: planner.reserve(points * 20),
    });
    this.#input = tables();
    this.#output = tables();
    const pairs = (): number => planner.reserve(points * 8);
    this.#taps = { forward: pairs(), backward: pairs(), nine: planner.reserve(9 * 4) };
    this.#blocks = planner.reserve(points * Math.ceil(rows / ROWS_AT_ONCE) * 32);
  }

  /** Bytes of scratch. */
  scratchBytes(training: boolean): number {
    const { pitch, outPitch } = this.#shape;
    const turned = training ? pitch * outPitch * 36 : 0;
    return this.#tileBytes(pitch) + this.#tileBytes(outPitch) + this.#weightBytes + turned;
  }

  prepare(arena: Arena): void {
    const points = this.#scheme.points ** 2;
    const rows = this.#images * this.#tiles;
    const { pitch, outPitch } = this.#shape;
    for (const [tables, own, other, taps] of [
      [this.#output, outPitch, pitch, this.#taps.forward],
      [this.#input, pitch, outPitch, this.#taps.backward],
    ] as const) {
      const table = arena.int32(tables.rowsAt, points * rows);
      const groups = arena.int32(tables.groupsAt, points * 5);
      const pairs = arena.int32(taps, points * 2);
      for (let point = 0; point < points; point++) {
        for (let row = 0; row < rows; row++) table[point * rows + row] = point * this.#pointBytes(own) + row * own * 4;
        groups.set([1, taps + point * 8, this.#tiles, 0, tables.rowsAt + point * rows * 4], point * 5);
        pairs.set([point * this.#pointBytes(other), point * other * 32], point * 2);
      }
    }
    arena.int32(this.#taps.nine, 9).set([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  }

  /** output = addend + bias + input * weights. */
  forward(engine: TensorEngine, pass: ConvolutionPass & { readonly addend: number; readonly bias: number }): void {
    const { height, width, pitch, outPitch } = this.#shape;
    const { inputTiles, outputTiles, weights } = this.#regions(pass.scratch);
    this.#weights(engine, { source: pass.weight, target: weights, inner: pitch, outer: outPitch });
    this.#parts(pass.count, (first, images) => {
      this.#fromInput(engine, pass, first, images);
      this.#product(engine, images, { a: inputTiles, weights, out: outputTiles, back: false });
      const offset = first * height * width * outPitch * 4;
      engine.run(
        Operation.tilesToImages,
        images,
        images * this.#tiles * outPitch * 100,
        ...this.#tileArguments(pass.output + offset, outputTiles, OUTPUT),
        ...[pass.addend ? pass.addend + offset : 0, pass.bias, 0],
      );
    });
  }

  /** Gradient of the input, added to what is there if `add` is set; `output` is the gradient of the output. */
  inputGradient(engine: TensorEngine, pass: ConvolutionPass, add: boolean): void {
    const { height, width, pitch, outPitch } = this.#shape;
    const { inputTiles, outputTiles, weights, turned } = this.#regions(pass.scratch);
    engine.run(
      Operation.transposeWeights,
      Math.ceil(pitch / 8),
      pitch * outPitch * 9,
      ...[pass.weight, turned, this.#taps.nine, 9, pitch, outPitch / 8, 9],
    );
    this.#weights(engine, { source: turned, target: weights, inner: outPitch, outer: pitch });
    this.#parts(pass.count, (first, images) => {
      this.#fromOutput(engine, pass, first, images);
      this.#product(engine, images, { a: outputTiles, weights, out: inputTiles, back: true });
      const image = pass.input + first * height * width * pitch * 4;
      engine.run(
        Operation.tilesToImages,
        images,
        images * this.#tiles * pitch * 100,
        ...this.#tileArguments(image, inputTiles, INPUT_BACK),
        ...[image, 0, add ? 0 : 1],
      );
    });
  }

  /** Gradient of the weights, at `gradient`; `output` is the gradient of the output. */
  weightGradient(engine: TensorEngine, pass: ConvolutionPass & { readonly gradient: number }): void {
    const { pitch, outPitch } = this.#shape;
    const { inputTiles, outputTiles, weights } = this.#regions(pass.scratch);
    const { points } = this.#scheme;
    this.#parts(pass.count, (first, images) => {
      this.#fromInput(engine, pass, first, images);
      this.#fromOutput(engine, pass, first, images);
      const blocks = this.#outerBlocks(engine.arena, images);
      engine.run(
        Operation.outer,
        outPitch / 8,
        images * this.#tiles * points ** 2 * pitch * outPitch,
        ...[inputTiles, outputTiles, this.#blocks, blocks, pitch * 4, weights, points ** 2 * pitch * 32],
        first > 0 ? 1 : 0,
      );
    });
    engine.run(
      Operation.weightsToTiles,
      outPitch / 8,
      pitch * outPitch * 100,
      ...[weights, pass.gradient, pitch * 32, this.#scheme.matrices + WEIGHTS_BACK, points, 3],
      this.#work,
    );
  }

  get #tiles(): number {
    return this.#down * this.#across;
  }

  #pointBytes(pitch: number): number {
    return this.#images * this.#tiles * pitch * 4 + GAP;
  }

  #tileBytes(pitch: number): number {
    return this.#scheme.points ** 2 * this.#pointBytes(pitch);
  }

  #regions(scratch: number) {
    const { pitch, outPitch } = this.#shape;
    const outputTiles = scratch + this.#tileBytes(pitch);
    const weights = outputTiles + this.#tileBytes(outPitch);
    return { inputTiles: scratch, outputTiles, weights, turned: weights + this.#weightBytes };
  }

  #parts(count: number, work: (first: number, images: number) => void): void {
    for (let first = 0; first < count; first += this.#images) work(first, Math.min(this.#images, count - first));
  }

  #weights(
    engine: TensorEngine,
    matrix: { readonly source: number; readonly target: number; readonly inner: number; readonly outer: number },
  ): void {
    engine.run(
      Operation.weightsToTiles,
      matrix.outer / 8,
      matrix.inner * matrix.outer * 100,
      ...[matrix.source, matrix.target, matrix.inner * 32, this.#scheme.matrices + WEIGHTS, 3, this.#scheme.points],
      this.#work,
    );
  }

  #fromInput(engine: TensorEngine, pass: ConvolutionPass, first: number, images: number): void {
    const { height, width, pitch } = this.#shape;
    const image = pass.input + first * height * width * pitch * 4;
    const { inputTiles } = this.#regions(pass.scratch);
    const work = images * this.#tiles * pitch * 100;
    engine.run(Operation.imagesToTiles, images, work, ...this.#tileArguments(image, inputTiles, INPUT));
  }

  #fromOutput(engine: TensorEngine, pass: ConvolutionPass, first: number, images: number): void {
    const { height, width, outPitch } = this.#shape;
    const image = pass.output + first * height * width * outPitch * 4;
    const { outputTiles } = this.#regions(pass.scratch);
    const work = images * this.#tiles * outPitch * 100;
    engine.run(Operation.imagesToTiles, images, work, ...this.#tileArguments(image, outputTiles, OUTPUT_BACK));
  }

  #tileArguments(image: number, tiles: number, matrix: number): number[] {
    const { height, width, pitch, outPitch } = this.#shape;
    const { matrices, points, inputs, outputs, shift } = this.#scheme;
    const ofInput = matrix === INPUT || matrix === INPUT_BACK;
    const own = ofInput ? pitch : outPitch;
    return [
      ...[image, tiles, height, width, own * 4, matrices + matrix, points, ofInput ? inputs : outputs, outputs],
      ...[ofInput ? shift : 0, this.#down, this.#across, this.#pointBytes(own), this.#work],
    ];
  }

  #product(
    engine: TensorEngine,
    images: number,
    factors: { readonly a: number; readonly weights: number; readonly out: number; readonly back: boolean },
  ): void {
    const { pitch, outPitch } = this.#shape;
    const points = this.#scheme.points ** 2;
    const { a, weights, out, back } = factors;
    const [inner, columns] = back ? [outPitch, pitch] : [pitch, outPitch];
    engine.run(
      Operation.gather,
      columns / 8,
      images * this.#tiles * points * pitch * outPitch,
      ...[a, (back ? this.#input : this.#output).groupsAt, points, images, inner * 4],
      ...[weights, points * inner * 32, out, 0, 0, columns, inner * 4, 0],
    );
  }

  /** Lists the blocks of rows for the gradient of the weights and returns their number. */
  #outerBlocks(arena: Arena, images: number): number {
    const points = this.#scheme.points ** 2;
    const rows = images * this.#tiles;
    const stride = this.#images * this.#tiles * 4;
    const perPoint = Math.ceil(rows / ROWS_AT_ONCE);
    const count = points * perPoint;
    const words = arena.int32(this.#blocks, count * 8);
    for (let block = 0; block < count; block++) {
      const point = Math.floor(block / perPoint);
      const row = (block % perPoint) * ROWS_AT_ONCE;
      const segment = this.#blocks + count * 20 + block * 12;
      words.set([point, point * this.#pointBytes(this.#shape.pitch), segment, 1, row > 0 ? 1 : 0], block * 5);
      const dRows = this.#output.rowsAt + point * stride + row * 4;
      words.set([this.#input.rowsAt + row * 4, dRows, Math.min(ROWS_AT_ONCE, rows - row)], count * 5 + block * 3);
    }
    return count;
  }
}
