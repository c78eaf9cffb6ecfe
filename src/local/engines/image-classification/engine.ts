import type { AlgorithmEngine } from "../contract.js";
import { load } from "./serve.js";
import { train } from "./train.js";

/** Trains and serves residual networks that classify images. */
export const engine: AlgorithmEngine = { train, load };
