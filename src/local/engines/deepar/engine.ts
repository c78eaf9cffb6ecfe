import type { AlgorithmEngine } from "../contract.js";
import { load } from "./serve.js";
import { train } from "./train.js";

/** Trains and serves autoregressive recurrent networks that forecast distributions. */
export const engine: AlgorithmEngine = { train, load };
