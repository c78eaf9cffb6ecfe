import type { FileHandle } from "node:fs/promises";
import { ValidationError } from "../errors/index.js";
import type { Part } from "./multipart.js";
import type { PartPool } from "./part-pool.js";

/** The parts of a file, each read when it is asked for, into a buffer of the pool. */
export async function* fileParts(
  handle: FileHandle,
  path: string,
  sizeBytes: number,
  partSize: number,
  pool: PartPool,
  signal: AbortSignal,
): AsyncGenerator<Part> {
  for (let position = 0; position < sizeBytes; position += partSize) {
    const length = Math.min(partSize, sizeBytes - position);
    const buffer = await pool.take(partSize, signal);
    try {
      await readFully(handle, buffer, length, position);
    } catch (error) {
      pool.give(buffer);
      throw error === CUT_SHORT ? changed(path, sizeBytes) : error;
    }
    yield { body: buffer.subarray(0, length), done: () => pool.give(buffer) };
  }
  if ((await handle.stat()).size !== sizeBytes) throw changed(path, sizeBytes);
}

/** The parts of bytes in memory; nothing is copied. */
export async function* byteParts(bytes: Uint8Array, partSize: number): AsyncGenerator<Part> {
  for (let position = 0; position < bytes.byteLength; position += partSize) {
    yield { body: bytes.subarray(position, position + partSize), done: () => undefined };
  }
}

const CUT_SHORT = Symbol("the file ended early");

async function readFully(handle: FileHandle, buffer: Buffer, length: number, position: number): Promise<void> {
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw CUT_SHORT;
    filled += bytesRead;
  }
}

function changed(path: string, sizeBytes: number): ValidationError {
  const message = `"${path}" changed while it was uploaded (it had ${sizeBytes} bytes at the beginning); nothing was stored`;
  return new ValidationError("uploadData", [{ path: [], message }], "INVALID_INPUT");
}
