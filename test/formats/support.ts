import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect } from "vitest";
import { FormatError } from "../../src/formats/index.js";

/** All chunks of an encoder in one buffer. */
export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Sizes of the pieces in which a source hands out its bytes. */
export const pieceSizes = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 8 });

/** The bytes in pieces of these sizes, again and again; a stream may also give empty pieces. */
export async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let start = 0, piece = 0; start < bytes.length; piece++) {
    const size = sizes[piece % sizes.length] ?? 1;
    yield bytes.subarray(start, start + size);
    start += size;
    // Only empty pieces would never come to an end.
    if (piece % sizes.length === sizes.length - 1) yield bytes.subarray(start, ++start);
  }
}

/** The FormatError with which the work is refused. */
export async function faultOf(work: Promise<unknown>): Promise<FormatError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FormatError);
  return error as FormatError;
}

/** A new empty folder for each test of the file; the function gives paths in it. */
export function useFolder(): (...names: string[]) => string {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sagemaker-ts-"));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return (...names) => join(folder, ...names);
}
