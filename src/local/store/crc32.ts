import { crc32 } from "node:zlib";

/** A linear map on 32-bit CRC states: column `n` is the image of bit `n`. */
type CrcMatrix = Uint32Array;

const POLYNOMIAL = 0xedb88320;

/** The maps for 1, 2, 4, 8 … zero bytes, enough for every length that a number can hold. */
const ZERO_MAPS: readonly CrcMatrix[] = zeroMaps(53);

/**
 * CRC-32 of two pieces joined, from the CRC-32 of each and the length of the second.
 */
export function combineCrc32(first: number, second: number, secondBytes: number): number {
  return (appendState(first, secondBytes) ^ second) >>> 0;
}

/** CRC-32 of data followed by `zeroBytes` zero bytes, from the CRC-32 of the data. */
export function appendZerosCrc32(crc: number, zeroBytes: number): number {
  return (appendState((crc ^ 0xffffffff) >>> 0, zeroBytes) ^ 0xffffffff) >>> 0;
}

export { crc32 };

/** The CRC register after `zeroBytes` further zero bytes, without the initial and final inversion. */
function appendState(state: number, zeroBytes: number): number {
  let current = state;
  let power = 0;
  for (let rest = zeroBytes; rest > 0; rest = Math.floor(rest / 2)) {
    const map = ZERO_MAPS[power++];
    if (map && rest % 2 === 1) current = apply(map, current);
  }
  return current >>> 0;
}

function zeroMaps(count: number): CrcMatrix[] {
  const maps: CrcMatrix[] = [];
  for (let map = oneByteMap(); maps.length < count; map = square(map)) maps.push(map);
  return maps;
}

/** One zero byte shifts the register eight times. */
function oneByteMap(): CrcMatrix {
  let map: CrcMatrix = new Uint32Array(32);
  map[0] = POLYNOMIAL;
  for (let bit = 1; bit < 32; bit++) map[bit] = 2 ** (bit - 1);
  for (let doubling = 0; doubling < 3; doubling++) map = square(map);
  return map;
}

function square(map: CrcMatrix): CrcMatrix {
  return map.map((column) => apply(map, column));
}

function apply(map: CrcMatrix, vector: number): number {
  let sum = 0;
  let rest = vector >>> 0;
  for (let bit = 0; rest !== 0; bit++) {
    if (rest & 1) sum ^= map[bit] as number;
    rest >>>= 1;
  }
  return sum >>> 0;
}
