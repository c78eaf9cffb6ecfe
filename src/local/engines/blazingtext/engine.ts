import type { AlgorithmEngine } from "../contract.js";
import { load } from "./serve.js";
import { train } from "./train.js";

/** Trains and serves BlazingText text classifiers. */
export const engine: AlgorithmEngine = { train, load };
