// Prints a checksum of the weights after a few training steps of both kinds of network: the same on every Node version.
//
//   for node in node <other nodes>; do $node --import tsx bench/tensor/same-bits.ts; done
import { createHash } from "node:crypto";
import { TensorEngine } from "../../src/local/tensor/index.js";
import { lstmStep, resnetStep } from "./networks.js";

for (const threads of [1, 2] as const) {
  const engine = await TensorEngine.create({ threads });
  const steps = [resnetStep(engine), lstmStep(engine)];
  for (let i = 0; i < 5; i++) for (const step of steps) step();
  const bytes = new Uint8Array(engine.arena.memory.buffer, 1024, engine.arena.plannedBytes - 1024);
  console.log(process.version, `${threads} threads`, createHash("sha256").update(bytes).digest("hex"));
  await engine.dispose();
}
