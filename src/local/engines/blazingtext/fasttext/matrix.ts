/** The rows of a model, however they are stored. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Adds the first `count` rows named in `rows` to `target`, one after the other, in 32-bit floats. */
  addRows(rows: Int32Array, count: number, target: Float32Array): void;
  /** Scalar product of the row and `vector`. */
  dotRow(row: number, vector: Float32Array): number;
}

/** A matrix whose rows can be written to a file. */
export interface WritableRows {
  readonly rows: number;
  readonly columns: number;
  /** First row at or after `from` that is not all zero; `rows` when there is none. */
  nextRow(from: number): number;
  /** Copies a row that {@link nextRow} named. */
  copyRow(row: number, target: Float32Array, position: number): void;
}

/** Rows in one block of memory; a block has about 16 MiB. */
const BLOCK_FLOATS = 1 << 22;

/**
 * 32-bit floats of which only the rows that are not all zero take memory. Rows are added in rising order.
 * Memory grows block by block, so nothing is copied and little is held in reserve.
 */
export class CompactMatrix implements Matrix, WritableRows {
  readonly rows: number;
  readonly columns: number;
  readonly #blocks: Float32Array[] = [];
  readonly #shift: number;
  /** Row → place + 1, or 0. Undefined as long as place and row are the same. */
  #places: Int32Array | undefined;
  #stored = 0;

  constructor(rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#shift = Math.max(0, Math.floor(Math.log2(BLOCK_FLOATS / Math.max(1, columns))));
  }

  /** Rows that take memory. */
  get storedRows(): number {
    return this.#stored;
  }

  /** Room for the values of `row`, all zero; to be filled by the caller. */
  addStoredRow(row: number): { readonly block: Float32Array; readonly position: number } {
    const place = this.#stored++;
    if (row !== place && !this.#places) this.#places = firstPlaces(this.rows, place);
    if (this.#places) this.#places[row] = place + 1;
    const blockNumber = place >> this.#shift;
    let block = this.#blocks[blockNumber];
    if (!block) {
      const rowsLeft = this.rows - row;
      block = new Float32Array(Math.min(1 << this.#shift, rowsLeft) * this.columns);
      this.#blocks.push(block);
    }
    return { block, position: (place & ((1 << this.#shift) - 1)) * this.columns };
  }

  addRows(rows: Int32Array, count: number, target: Float32Array): void {
    const last = (1 << this.#shift) - 1;
    const { columns } = this;
    let first = -1;
    // Two rows in one pass: half the reads and writes of the target, the same order of additions.
    for (let i = 0; i < count; i++) {
      const place = this.#placeOf(rows[i] as number);
      if (place < 0) continue;
      if (first < 0) {
        first = place;
        continue;
      }
      const a = this.#blocks[first >> this.#shift] as Float32Array;
      const b = this.#blocks[place >> this.#shift] as Float32Array;
      const fromA = (first & last) * columns;
      const fromB = (place & last) * columns;
      first = -1;
      for (let column = 0; column < columns; column++) {
        const sum = Math.fround((target[column] as number) + (a[fromA + column] as number));
        target[column] = Math.fround(sum + (b[fromB + column] as number));
      }
    }
    if (first < 0) return;
    const block = this.#blocks[first >> this.#shift] as Float32Array;
    const from = (first & last) * columns;
    for (let column = 0; column < columns; column++) {
      target[column] = Math.fround((target[column] as number) + (block[from + column] as number));
    }
  }

  dotRow(row: number, vector: Float32Array): number {
    const place = this.#placeOf(row);
    if (place < 0) return 0;
    const block = this.#blocks[place >> this.#shift] as Float32Array;
    let at = (place & ((1 << this.#shift) - 1)) * this.columns;
    let sum = 0;
    for (let column = 0; column < vector.length; column++) {
      sum += (vector[column] as number) * (block[at++] as number);
    }
    return sum;
  }

  nextRow(from: number): number {
    if (!this.#places) return from < this.#stored ? from : this.rows;
    let row = from;
    while (row < this.rows && this.#places[row] === 0) row++;
    return row;
  }

  copyRow(row: number, target: Float32Array, position: number): void {
    const place = this.#placeOf(row);
    const at = (place & ((1 << this.#shift) - 1)) * this.columns;
    target.set((this.#blocks[place >> this.#shift] as Float32Array).subarray(at, at + this.columns), position);
  }

  #placeOf(row: number): number {
    if (this.#places) return (this.#places[row] as number) - 1;
    return row < this.#stored ? row : -1;
  }
}

function firstPlaces(rows: number, stored: number): Int32Array {
  const places = new Int32Array(rows);
  for (let row = 0; row < stored; row++) places[row] = row + 1;
  return places;
}

/** One codebook of 256 centroids for each group of columns. */
export interface ProductQuantizer {
  readonly groups: number;
  /** Columns of a group; the last group may have fewer. */
  readonly groupSize: number;
  readonly lastGroupSize: number;
  readonly centroids: Float32Array;
}

/** Rows stored as codes: one byte for each group of columns, and one for the norm when norms were split off. */
export class QuantizedMatrix implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly #codes: Uint8Array;
  readonly #quantizer: ProductQuantizer;
  readonly #norms: { readonly codes: Uint8Array; readonly centroids: Float32Array } | undefined;

  constructor(parts: {
    readonly rows: number;
    readonly columns: number;
    readonly codes: Uint8Array;
    readonly quantizer: ProductQuantizer;
    readonly norms: { readonly codes: Uint8Array; readonly centroids: Float32Array } | undefined;
  }) {
    this.rows = parts.rows;
    this.columns = parts.columns;
    this.#codes = parts.codes;
    this.#quantizer = parts.quantizer;
    this.#norms = parts.norms;
  }

  addRows(rows: Int32Array, count: number, target: Float32Array): void {
    for (let i = 0; i < count; i++) this.#addRow(rows[i] as number, target);
  }

  #addRow(row: number, target: Float32Array): void {
    const norm = this.#norm(row);
    const { centroids, groupSize } = this.#quantizer;
    this.#eachGroup(row, (group, centroid, columns) => {
      const column = group * groupSize;
      for (let i = 0; i < columns; i++) {
        const value = Math.fround(norm * (centroids[centroid + i] as number));
        target[column + i] = (target[column + i] as number) + value;
      }
    });
  }

  dotRow(row: number, vector: Float32Array): number {
    const { centroids, groupSize } = this.#quantizer;
    let sum = 0;
    this.#eachGroup(row, (group, centroid, columns) => {
      const column = group * groupSize;
      for (let i = 0; i < columns; i++) sum += (vector[column + i] as number) * (centroids[centroid + i] as number);
    });
    return sum * this.#norm(row);
  }

  #norm(row: number): number {
    return this.#norms ? (this.#norms.centroids[this.#norms.codes[row] as number] as number) : 1;
  }

  #eachGroup(row: number, visit: (group: number, centroid: number, columns: number) => void): void {
    const { groups, groupSize, lastGroupSize } = this.#quantizer;
    for (let group = 0; group < groups; group++) {
      const code = this.#codes[row * groups + group] as number;
      // The codebook of the last group is stored with that group's own width.
      const columns = group === groups - 1 ? lastGroupSize : groupSize;
      visit(group, group * 256 * groupSize + code * columns, columns);
    }
  }
}
