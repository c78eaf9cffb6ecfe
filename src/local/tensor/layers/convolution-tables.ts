import type { Arena } from "../arena.js";

/** Sizes of a convolution. Rows of images and of outputs are `pitch` numbers per pixel. */
export interface ConvolutionShape {
  readonly height: number;
  readonly width: number;
  readonly pitch: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly pad: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outPitch: number;
}

/** Places along one axis that see the same taps. `base` is a place's own position on the other side. */
interface AxisGroup {
  readonly taps: readonly number[];
  readonly places: readonly number[];
  readonly bases: readonly number[];
  /** Steps on the other side from the base for each tap. */
  readonly moves: readonly number[];
}

function grouped(
  size: number,
  tapsOf: (place: number) => number[],
  base: (place: number) => number,
  move: (tap: number, place: number) => number,
): AxisGroup[] {
  const groups = new Map<string, { taps: number[]; places: number[]; bases: number[]; moves: number[] }>();
  for (let place = 0; place < size; place++) {
    const taps = tapsOf(place);
    const key = taps.join();
    let group = groups.get(key);
    if (!group) {
      group = { taps, places: [], bases: [], moves: taps.map((tap) => move(tap, place)) };
      groups.set(key, group);
    }
    group.places.push(place);
    group.bases.push(base(place));
  }
  return [...groups.values()];
}

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** Output places by the taps that fall inside the input. */
function forwardAxis(size: number, kernel: number, stride: number, pad: number, outSize: number): AxisGroup[] {
  const position = (place: number, tap: number): number => place * stride - pad + tap;
  return grouped(
    outSize,
    (place) => range(kernel).filter((tap) => position(place, tap) >= 0 && position(place, tap) < size),
    (place) => place * stride - pad,
    (tap) => tap,
  );
}

/** Input places by the taps through which an output sees them. */
function backwardAxis(size: number, kernel: number, stride: number, pad: number, outSize: number): AxisGroup[] {
  const outputOf = (place: number, tap: number): number => (place + pad - tap) / stride;
  const inside = (out: number): boolean => Number.isInteger(out) && out >= 0 && out < outSize;
  return grouped(
    size,
    (place) => range(kernel).filter((tap) => inside(outputOf(place, tap))),
    (place) => Math.floor((place + pad) / stride),
    (tap, place) => outputOf(place, tap) - Math.floor((place + pad) / stride),
  );
}

/** A group of the kernel's `gather`, in bytes relative to its buffers. */
interface Group {
  /** Numbers of the taps, ky * kernelWidth + kx. */
  readonly taps: readonly number[];
  readonly moves: readonly number[];
  readonly rowsPerImage: number;
  readonly aRows: readonly number[];
  readonly outRows: readonly number[];
}

function product(
  ys: readonly AxisGroup[],
  xs: readonly AxisGroup[],
  kernelWidth: number,
  side: { readonly width: number; readonly bytes: number },
  own: { readonly width: number; readonly bytes: number },
): Group[] {
  return ys.flatMap((y) =>
    xs.map((x) => ({
      taps: y.taps.flatMap((ky) => x.taps.map((kx) => ky * kernelWidth + kx)),
      moves: y.moves.flatMap((my) => x.moves.map((mx) => (my * side.width + mx) * side.bytes)),
      rowsPerImage: y.places.length * x.places.length,
      aRows: y.bases.flatMap((by) => x.bases.map((bx) => (by * side.width + bx) * side.bytes)),
      outRows: y.places.flatMap((py) => x.places.map((px) => (py * own.width + px) * own.bytes)),
    })),
  );
}

const GROUP_WORDS = 5;
const BLOCK_WORDS = 5;
const SEGMENT_WORDS = 3;
/** Rows whose cache lines, of both factors, stay in the first cache. */
const ROWS_AT_ONCE = 128;

interface PlacedGroup extends Group {
  tapsAt: number;
  aRowsAt: number;
  outRowsAt: number;
}

/** Blocks of rows of one tap for the gradient of the weights. */
interface OuterBlock {
  readonly tap: number;
  readonly move: number;
  readonly segments: readonly (readonly [aRows: number, dRows: number, count: number])[];
  readonly add: boolean;
}

/**
 * Which rows meet which taps: the tables of a convolution's three products, for up to a number of images. Layers of one
 * shape share them.
 */
export class ConvolutionTables {
  readonly shape: ConvolutionShape;
  readonly batch: number;
  /** Taps that any output sees. */
  readonly liveTaps: readonly number[];
  readonly forward: { readonly count: number; readonly at: number };
  readonly backward: { readonly count: number; readonly at: number };
  /** Address of the list of live taps. */
  readonly liveTapsAt: number;
  readonly #groups: readonly PlacedGroup[];
  readonly #backwardGroups: readonly PlacedGroup[];
  readonly #blocksAt: number;
  readonly #segmentsAt: number;
  #outerBatch = 0;
  #outerBlocks = 0;

  constructor(shape: ConvolutionShape, batch: number, training: boolean, reserve: (bytes: number) => number) {
    this.shape = shape;
    this.batch = batch;
    const { height, width, pitch, kernelHeight, kernelWidth, stride, pad, outHeight, outWidth, outPitch } = shape;
    const input = { width, bytes: pitch * 4 };
    const output = { width: outWidth, bytes: outPitch * 4 };
    const place = (groups: readonly Group[]): PlacedGroup[] =>
      groups.map((group) => ({
        ...group,
        tapsAt: reserve(group.taps.length * 8),
        aRowsAt: reserve(group.rowsPerImage * batch * 4),
        outRowsAt: reserve(group.rowsPerImage * batch * 4),
      }));
    this.#groups = place(
      product(
        forwardAxis(height, kernelHeight, stride, pad, outHeight),
        forwardAxis(width, kernelWidth, stride, pad, outWidth),
        kernelWidth,
        input,
        output,
      ),
    );
    this.liveTaps = [...new Set(this.#groups.flatMap(({ taps }) => taps))].sort((a, b) => a - b);
    this.forward = { count: this.#groups.length, at: reserve(this.#groups.length * GROUP_WORDS * 4) };
    this.#backwardGroups = training
      ? place(
          product(
            backwardAxis(height, kernelHeight, stride, pad, outHeight),
            backwardAxis(width, kernelWidth, stride, pad, outWidth),
            kernelWidth,
            output,
            input,
          ),
        )
      : [];
    this.backward = { count: this.#backwardGroups.length, at: reserve(this.#backwardGroups.length * GROUP_WORDS * 4) };
    this.liveTapsAt = reserve(this.liveTaps.length * 4);
    const blocks = training ? this.#outerPlan(batch) : [];
    this.#blocksAt = reserve(blocks.length * BLOCK_WORDS * 4);
    this.#segmentsAt = reserve(blocks.reduce((sum, { segments }) => sum + segments.length, 0) * SEGMENT_WORDS * 4);
  }

  /** Writes the tables into the arena. */
  prepare(arena: Arena): void {
    const { shape } = this;
    const inputTap = shape.pitch * 32;
    const outputTap = shape.outPitch * 32;
    this.#write(arena, this.#groups, this.forward.at, {
      aImage: shape.height * shape.width * shape.pitch * 4,
      outImage: shape.outHeight * shape.outWidth * shape.outPitch * 4,
      weightOf: (tap) => tap * inputTap,
    });
    this.#write(arena, this.#backwardGroups, this.backward.at, {
      aImage: shape.outHeight * shape.outWidth * shape.outPitch * 4,
      outImage: shape.height * shape.width * shape.pitch * 4,
      weightOf: (tap) => this.liveTaps.indexOf(tap) * outputTap,
    });
    arena.int32(this.liveTapsAt, this.liveTaps.length).set(this.liveTaps);
  }

  /** Address and number of the blocks of the gradient of the weights, for `count` images. */
  outer(arena: Arena, count: number): { readonly at: number; readonly count: number } {
    if (count !== this.#outerBatch) {
      const blocks = this.#outerPlan(count);
      let segment = this.#segmentsAt;
      const words: number[] = [];
      for (const block of blocks) {
        words.push(block.tap, block.move, segment, block.segments.length, block.add ? 1 : 0);
        arena.int32(segment, block.segments.length * SEGMENT_WORDS).set(block.segments.flat());
        segment += block.segments.length * SEGMENT_WORDS * 4;
      }
      arena.int32(this.#blocksAt, words.length).set(words);
      this.#outerBatch = count;
      this.#outerBlocks = blocks.length;
    }
    return { at: this.#blocksAt, count: this.#outerBlocks };
  }

  #outerPlan(count: number): OuterBlock[] {
    return this.liveTaps.flatMap((tap) => {
      const blocks: OuterBlock[] = [];
      let segments: [number, number, number][] = [];
      let rowsInBlock = 0;
      let move = 0;
      const close = (): void => {
        if (rowsInBlock > 0) blocks.push({ tap, move, segments, add: blocks.length > 0 });
        segments = [];
        rowsInBlock = 0;
      };
      for (const group of this.#groups) {
        const index = group.taps.indexOf(tap);
        if (index < 0) continue;
        move = group.moves[index] ?? 0;
        const rows = group.rowsPerImage * count;
        for (let row = 0; row < rows; ) {
          const take = Math.min(rows - row, ROWS_AT_ONCE - rowsInBlock);
          segments.push([group.aRowsAt + row * 4, group.outRowsAt + row * 4, take]);
          row += take;
          rowsInBlock += take;
          if (rowsInBlock === ROWS_AT_ONCE) close();
        }
      }
      close();
      return blocks;
    });
  }

  #write(
    arena: Arena,
    groups: readonly PlacedGroup[],
    at: number,
    sides: { readonly aImage: number; readonly outImage: number; weightOf(tap: number): number },
  ): void {
    const words = arena.int32(at, groups.length * GROUP_WORDS);
    for (const [index, group] of groups.entries()) {
      words.set(
        [group.taps.length, group.tapsAt, group.rowsPerImage, group.aRowsAt, group.outRowsAt],
        index * GROUP_WORDS,
      );
      const taps = arena.int32(group.tapsAt, group.taps.length * 2);
      for (const [i, tap] of group.taps.entries()) taps.set([group.moves[i] ?? 0, sides.weightOf(tap)], i * 2);
      const rows = group.rowsPerImage;
      const aRows = arena.int32(group.aRowsAt, rows * this.batch);
      const outRows = arena.int32(group.outRowsAt, rows * this.batch);
      for (let image = 0; image < this.batch; image++) {
        for (let row = 0; row < rows; row++) {
          aRows[image * rows + row] = (group.aRows[row] ?? 0) + image * sides.aImage;
          outRows[image * rows + row] = (group.outRows[row] ?? 0) + image * sides.outImage;
        }
      }
    }
  }
}
