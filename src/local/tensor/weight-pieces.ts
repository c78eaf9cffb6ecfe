import type { Arena } from "./arena.js";
import type { TensorEngine } from "./engine.js";
import { UNIT } from "./operations.js";
import type { ParameterBlock, ParameterStore } from "./parameter-store.js";

/** A list of pieces in memory, (first number, count) each. */
interface PieceList {
  readonly at: number;
  readonly units: number;
  readonly numbers: number;
}

type Piece = readonly [first: number, count: number];

/** A block of parameters in pieces of up to {@link UNIT} numbers: those that outputs depend on, and idle ones. */
export class WeightPieces {
  readonly live: PieceList;
  readonly idle: PieceList;
  readonly #lists: readonly (readonly [PieceList, readonly Piece[]])[];

  /**
   * Plans the memory; `engine.arena.commit` and {@link WeightPieces.prepare} must follow.
   *
   * @param apart - false: idle parts count as live
   */
  constructor(engine: TensorEngine, store: ParameterStore, block: ParameterBlock, apart: boolean) {
    const idle: Piece[] = [];
    const end = block.value + block.size * 4;
    for (const parameter of apart ? store.parameters : []) {
      if (parameter.value < block.value || parameter.value >= end) continue;
      const start = (parameter.value - block.value) / 4;
      for (const { first, count } of parameter.idle) idle.push([start + first, count]);
    }
    idle.sort(([a], [b]) => a - b);
    const live: Piece[] = [];
    let from = 0;
    for (const [first, count] of [...idle, [block.size, 0] as const]) {
      if (first > from) live.push([from, first - from]);
      from = first + count;
    }
    const list = (pieces: readonly Piece[]): readonly [PieceList, readonly Piece[]] => {
      const units = pieces.flatMap(([first, count]) =>
        Array.from(
          { length: Math.ceil(count / UNIT) },
          (_, i): Piece => [first + i * UNIT, Math.min(UNIT, count - i * UNIT)],
        ),
      );
      const numbers = units.reduce((sum, [, count]) => sum + count, 0);
      return [{ at: engine.arena.reserve(units.length * 8), units: units.length, numbers }, units];
    };
    const [liveList, idleList] = [list(live), list(idle)];
    this.live = liveList[0];
    this.idle = idleList[0];
    this.#lists = [liveList, idleList];
  }

  /** Writes the lists. */
  prepare(arena: Arena): void {
    for (const [{ at, units }, pieces] of this.#lists) arena.int32(at, units * 2).set(pieces.flat());
  }
}
