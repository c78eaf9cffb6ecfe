import type { Arena } from "../arena.js";
import type { TensorEngine } from "../engine.js";
import { Operation } from "../operations.js";

/** Rows whose cache lines, of both factors, stay in the first cache. */
const ROWS_AT_ONCE = 128;

/**
 * Products of plain matrices, through the kernel's operations for convolutions: one tap, rows a stride apart. All numbers
 * of numbers are padded ones.
 */
export class RowProducts {
  readonly #engine: TensorEngine;
  readonly #rows: number;
  readonly #group: number;
  /** One tap without an offset; read as a list of taps, its number 0. */
  readonly #taps: number;
  readonly #offsets = new Map<number, number>();
  readonly #blocks: number;

  /** @param rows - most rows of any matrix */
  constructor(engine: TensorEngine, rows: number, pitches: readonly number[]) {
    const { arena } = engine;
    const blocks = Math.ceil(rows / ROWS_AT_ONCE);
    this.#engine = engine;
    this.#rows = rows;
    this.#group = arena.reserve(20);
    this.#taps = arena.reserve(8);
    this.#blocks = arena.reserve(blocks * 32);
    for (const pitch of new Set(pitches)) this.#offsets.set(pitch, arena.reserve(rows * 4));
  }

  /** Fills the tables, once the memory is there. */
  prepare(arena: Arena): void {
    arena.int32(this.#group, 5).set([1, this.#taps, 1, 0, 0]);
    for (const [pitch, at] of this.#offsets) {
      const offsets = arena.int32(at, this.#rows);
      for (let row = 0; row < this.#rows; row++) offsets[row] = row * pitch * 4;
    }
  }

  /** out = addend + bias + a * weights, where weights lie in panels. `out` may be the addend. */
  multiply(options: {
    readonly rows: number;
    readonly a: number;
    readonly inner: number;
    readonly weights: number;
    readonly out: number;
    readonly columns: number;
    readonly addend?: number;
    readonly bias?: number;
  }): void {
    const { rows, a, inner, weights, out, columns, addend = 0, bias = 0 } = options;
    this.#engine.run(
      Operation.gather,
      Math.ceil(columns / 8),
      rows * inner * columns,
      ...[a, this.#group, 1, rows, inner * 4, weights, inner * 32, out, addend, bias, columns, inner * 4, columns * 4],
    );
  }

  /** gradient = a^T * d over the rows from `aFirst` and `dFirst` on. */
  outer(options: {
    readonly rows: number;
    readonly a: number;
    readonly inner: number;
    readonly d: number;
    readonly columns: number;
    readonly gradient: number;
    readonly dFirst?: number;
  }): void {
    const { rows, a, inner, d, columns, gradient, dFirst = 0 } = options;
    const { arena } = this.#engine;
    if (rows <= 0) {
      arena.float32(gradient, inner * columns).fill(0);
      return;
    }
    const count = Math.ceil(rows / ROWS_AT_ONCE);
    const segments = this.#blocks + count * 20;
    const blocks = arena.int32(this.#blocks, count * 8);
    const [aRows, dRows] = [this.#offsets.get(inner) ?? 0, this.#offsets.get(columns) ?? 0];
    for (let i = 0; i < count; i++) {
      const row = i * ROWS_AT_ONCE;
      blocks.set([0, 0, segments + i * 12, 1, i > 0 ? 1 : 0], i * 5);
      const segment = [aRows + row * 4, dRows + (dFirst + row) * 4, Math.min(ROWS_AT_ONCE, rows - row)];
      blocks.set(segment, count * 5 + i * 3);
    }
    this.#engine.run(
      Operation.outer,
      columns / 8,
      rows * inner * columns,
      ...[a, d, this.#blocks, count, inner * 4, gradient, inner * 32, 0],
    );
  }

  /** Turns weights of `inner` inputs and `columns` outputs round, for the product with gradients. */
  transpose(weights: number, target: number, inner: number, columns: number): void {
    this.#engine.run(
      Operation.transposeWeights,
      Math.ceil(inner / 8),
      inner * columns,
      ...[weights, target, this.#taps, 1, inner, columns / 8, 1],
    );
  }

  /** sums = the sums of the columns of d. */
  columnSums(d: number, rows: number, columns: number, sums: number): void {
    this.#engine.run(Operation.columnSums, columns / 4, rows * columns, d, rows, columns * 4, sums, 0);
  }
}

/** Numbers of a row in memory. */
export function padded(numbers: number): number {
  return Math.ceil(numbers / 8) * 8;
}
