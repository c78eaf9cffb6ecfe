import { readKey } from "./row-buckets.js";

const lineFeed = 0x0a;

/** Puts the rows of a bucket in the order of their keys. Its arrays are used again for the next bucket. */
export class RowSorter {
  rows = 0;
  /** Where the rows start; one more for the end of the last. */
  starts = new Uint32Array(0);
  /** Rows in the order of their keys; only the first `rows` count. */
  order = new Uint32Array(0);
  #keys = new Uint32Array(0);
  #other = new Uint32Array(0);

  sort(bytes: Buffer): void {
    let rows = 0;
    for (let at = 0; at < bytes.length; at = bytes.indexOf(lineFeed, at) + 1) {
      if (rows + 1 >= this.starts.length) this.#grow();
      this.starts[rows] = at;
      this.#keys[rows] = readKey(bytes, at);
      this.order[rows] = rows;
      rows++;
    }
    this.rows = rows;
    if (this.starts.length === 0) this.#grow();
    this.starts[rows] = bytes.length;
    for (const shift of [0, 11, 22]) this.#sortBy(shift);
  }

  /** One pass of a radix sort, 11 bits of the key. Equal keys keep their order. */
  #sortBy(shift: number): void {
    const keys = this.#keys;
    const order = this.order;
    const other = this.#other;
    const places = new Uint32Array(2049);
    for (let row = 0; row < this.rows; row++) {
      const digit = (((keys[row] as number) >>> shift) & 2047) + 1;
      places[digit] = (places[digit] as number) + 1;
    }
    for (let digit = 1; digit <= 2048; digit++)
      places[digit] = (places[digit] as number) + (places[digit - 1] as number);
    for (let index = 0; index < this.rows; index++) {
      const row = order[index] as number;
      const digit = ((keys[row] as number) >>> shift) & 2047;
      const place = places[digit] as number;
      places[digit] = place + 1;
      other[place] = row;
    }
    this.order = other;
    this.#other = order;
  }

  #grow(): void {
    const grown = (old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(Math.max(1024, Math.ceil(old.length * 1.5)));
      larger.set(old);
      return larger;
    };
    this.starts = grown(this.starts);
    this.order = grown(this.order);
    this.#keys = grown(this.#keys);
    this.#other = grown(this.#other);
  }
}
