import type { LocalAlgorithm } from "../../../src/local/engines/index.js";

export declare const lineCounter: LocalAlgorithm;
