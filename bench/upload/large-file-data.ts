import { closeSync, openSync, writeSync } from "node:fs";
import { seededRandom } from "../../src/internal/random.js";
import { MIB } from "./settings.js";

/** Writes a file of bytes that do not repeat within 16 MiB. */
export function largeFile(path: string, sizeBytes: number): void {
  const random = seededRandom(1);
  const block = Buffer.alloc(16 * MIB + 4);
  for (let at = 0; at < block.length; at += 4) block.writeUInt32LE(random.nextInt(2 ** 32), at);
  const file = openSync(path, "w");
  for (let written = 0; written < sizeBytes; ) {
    written += writeSync(file, block, 0, Math.min(block.length, sizeBytes - written));
  }
  closeSync(file);
}
