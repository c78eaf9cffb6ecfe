/** Dots of a braille character: two columns of four rows, from the top. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

const shade = "░";

/** What a line is drawn with: dots of braille, or one character for each cell that it crosses. */
export interface Pen {
  /** Undefined for dots. */
  readonly symbol: string | undefined;
  /** Number of a foreground colour of the terminal; undefined for none. */
  readonly color: number | undefined;
}

/** Characters to draw on. Every cell is 2 dots wide and 4 high; dots count from the upper left corner. */
export class TerminalCanvas {
  readonly #columns: number;
  readonly #rows: number;
  readonly #dots: Uint8Array;
  readonly #symbols: string[];
  readonly #colors: (number | undefined)[];

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#symbols = new Array<string>(columns * rows).fill(" ");
    this.#colors = new Array<number | undefined>(columns * rows).fill(undefined);
  }

  /** Dots from left to right. */
  get dotColumns(): number {
    return this.#columns * 2;
  }

  /** Dots from top to bottom. */
  get dotRows(): number {
    return this.#rows * 4;
  }

  /** Draws from dot to dot, both included. */
  line(fromX: number, fromY: number, toX: number, toY: number, pen: Pen): void {
    const [width, height] = pen.symbol === undefined ? [1, 1] : [2, 4];
    let x = Math.floor(fromX / width);
    let y = Math.floor(fromY / height);
    const endX = Math.floor(toX / width);
    const endY = Math.floor(toY / height);
    // Bresenham's line.
    const right = Math.abs(endX - x);
    const down = -Math.abs(endY - y);
    let error = right + down;
    for (;;) {
      this.#mark(x, y, pen);
      if (x === endX && y === endY) return;
      const twice = error * 2;
      if (twice >= down) {
        error += down;
        x += x < endX ? 1 : -1;
      }
      if (twice <= right) {
        error += right;
        y += y < endY ? 1 : -1;
      }
    }
  }

  /** Shades the cells of a column between two rows of dots. */
  shade(column: number, topDot: number, bottomDot: number, color: number | undefined): void {
    for (let row = Math.floor(topDot / 4); row <= Math.floor(bottomDot / 4); row++) {
      this.#symbols[row * this.#columns + column] = shade;
      this.#colors[row * this.#columns + column] = color;
    }
  }

  /** A row of cells as text, without blanks at its end. */
  row(row: number): string {
    const from = row * this.#columns;
    let text = "";
    let color: number | undefined;
    let end = from + this.#columns;
    while (end > from && this.#character(end - 1) === " ") end--;
    for (let cell = from; cell < end; cell++) {
      const character = this.#character(cell);
      const wanted = character === " " ? color : this.#colors[cell];
      if (wanted !== color) text += `\u001b[${wanted ?? 39}m`;
      color = wanted;
      text += character;
    }
    return color === undefined ? text : `${text}\u001b[39m`;
  }

  #mark(x: number, y: number, { symbol, color }: Pen): void {
    const cell = symbol === undefined ? (y >> 2) * this.#columns + (x >> 1) : y * this.#columns + x;
    if (symbol === undefined) {
      this.#dots[cell] = (this.#dots[cell] as number) | (dotBits[x & 1]?.[y & 3] as number);
    } else {
      this.#dots[cell] = 0;
      this.#symbols[cell] = symbol;
    }
    this.#colors[cell] = color;
  }

  #character(cell: number): string {
    const dots = this.#dots[cell] as number;
    return dots === 0 ? (this.#symbols[cell] as string) : String.fromCharCode(0x2800 + dots);
  }
}
