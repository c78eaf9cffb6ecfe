/** Codes of the kernel's operations; see `assembly/operations.ts`. */
export const Operation = {
  gather: 1,
  outer: 2,
  transposeWeights: 3,
  imagesToColumns: 4,
  columnsToImages: 5,
  columnSums: 6,
  batchNormTrain: 7,
  batchNormPredict: 8,
  batchNormBackward: 9,
  maxPool: 10,
  maxPoolBackward: 11,
  averagePool: 12,
  averagePoolBackward: 13,
  add: 14,
  scale: 15,
  relu: 16,
  reluBackward: 17,
  squares: 18,
  softmax: 19,
  sigmoid: 20,
  sgd: 21,
  nag: 22,
  adam: 23,
  rmsProp: 24,
  fillUniform: 25,
  fillNormal: 26,
  fillMask: 27,
  multiply: 28,
  lstm: 29,
  lstmBackward: 30,
  likelihood: 31,
  distributions: 32,
  imagesToTiles: 33,
  tilesToImages: 34,
  weightsToTiles: 35,
  sgdWithoutGradient: 36,
} as const;

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

/** The bits of a float32, to stand among the arguments of an operation. */
export function float(value: number): number {
  floats[0] = value;
  return bits[0] ?? 0;
}

/** Numbers of one unit of the operations over long rows of numbers. */
export const UNIT = 4096;

export function unitsOf(numbers: number): number {
  return Math.ceil(numbers / UNIT);
}
