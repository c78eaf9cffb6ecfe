import { pythonWith } from "../formats/python-peers.js";
import type { ForeignVariant } from "../harness.js";

let found: ForeignVariant | undefined;

/** PyTorch running peer.py. It is looked for once, and only by the process that starts the variants: importing is slow. */
export function torchPeer(args: readonly string[]): ForeignVariant {
  if (process.env["BENCH_VARIANT"] !== undefined) return { command: [], measures: "self" };
  found ??= pythonWith("torch", "bench/tensor/peer.py", []);
  return { ...found, command: [...found.command, ...args] };
}
