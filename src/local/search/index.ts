export type { Dimension, Point, Scaling } from "./dimension.js";
export { bayesianSearch, gridSearch, gridSize, randomSearch, type Search, type Trial } from "./search.js";
