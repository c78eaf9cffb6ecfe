import { batchNormBackward, batchNormPredict, batchNormTrain } from "./batch-norm";
import { columnSums, columnsToImages, gather, imagesToColumns, outer, transposeWeights } from "./convolution";
import { add, multiply, relu, reluBackward, scale, squares } from "./elementwise";
import { distributions, likelihood } from "./likelihoods";
import { sigmoid, softmax } from "./loss";
import { lstm, lstmBackward } from "./lstm";
import { adam, nag, rmsProp, sgd, sgdWithoutGradient } from "./optimizers";
import { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from "./pool";
import { fillMask, fillNormal, fillUniform } from "./random";
import { imagesToTiles, tilesToImages, weightsToTiles } from "./tiles";

/** Runs units [from, to) of an operation. The codes are those of `operations.ts` of the host. */
export function execute(op: usize, from: i32, to: i32): void {
  switch (load<i32>(op)) {
    case 1: return gather(op, from, to);
    case 2: return outer(op, from, to);
    case 3: return transposeWeights(op, from, to);
    case 4: return imagesToColumns(op, from, to);
    case 5: return columnsToImages(op, from, to);
    case 6: return columnSums(op, from, to);
    case 7: return batchNormTrain(op, from, to);
    case 8: return batchNormPredict(op, from, to);
    case 9: return batchNormBackward(op, from, to);
    case 10: return maxPool(op, from, to);
    case 11: return maxPoolBackward(op, from, to);
    case 12: return averagePool(op, from, to);
    case 13: return averagePoolBackward(op, from, to);
    case 14: return add(op, from, to);
    case 15: return scale(op, from, to);
    case 16: return relu(op, from, to);
    case 17: return reluBackward(op, from, to);
    case 18: return squares(op, from, to);
    case 19: return softmax(op, from, to);
    case 20: return sigmoid(op, from, to);
    case 21: return sgd(op, from, to);
    case 22: return nag(op, from, to);
    case 23: return adam(op, from, to);
    case 24: return rmsProp(op, from, to);
    case 25: return fillUniform(op, from, to);
    case 26: return fillNormal(op, from, to);
    case 27: return fillMask(op, from, to);
    case 28: return multiply(op, from, to);
    case 29: return lstm(op, from, to);
    case 30: return lstmBackward(op, from, to);
    case 31: return likelihood(op, from, to);
    case 32: return distributions(op, from, to);
    case 33: return imagesToTiles(op, from, to);
    case 34: return tilesToImages(op, from, to);
    case 35: return weightsToTiles(op, from, to);
    case 36: return sgdWithoutGradient(op, from, to);
  }
  unreachable();
}
