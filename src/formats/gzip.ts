import { FormatError } from "../errors/index.js";
import { type ByteReader, openBytes } from "./byte-source.js";

/** The chunks, compressed. The same bytes give the same result: no time is written. */
export async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const { createGzip } = await import("node:zlib");
  yield* through(chunks, createGzip());
}

/** What is read, decompressed; several compressed parts one after the other are one content. */
export async function gunzippedReader(
  reader: ByteReader,
  format: string,
  signal: AbortSignal | undefined,
): Promise<ByteReader> {
  async function* compressed(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const buffer = Buffer.allocUnsafe(64 * 1024);
        const count = await reader.read(buffer, 0);
        if (count === 0) return;
        yield buffer.subarray(0, count);
      }
    } finally {
      await reader.close();
    }
  }
  async function* content(): AsyncGenerator<Uint8Array, void, void> {
    const { createGunzip } = await import("node:zlib");
    try {
      yield* through(compressed(), createGunzip());
    } catch (error) {
      const code = (error as NodeJS.ErrnoException | undefined)?.code;
      if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
      throw new FormatError(`the compressed file is damaged or cut off: ${(error as Error).message}`, {
        code: "FORMAT_CORRUPT_INPUT",
        format,
        source: reader.name,
        cause: error,
      });
    }
  }
  const opened = await openBytes(content(), signal);
  return { ...opened, name: reader.name };
}

async function* through(
  chunks: AsyncIterable<Uint8Array>,
  transform: NodeJS.ReadWriteStream & AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const { pipeline } = await import("node:stream/promises");
  let failure: { readonly reason: unknown } | undefined;
  async function* watched(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* chunks;
    } catch (reason) {
      failure = { reason };
      throw reason;
    }
  }
  const flow = pipeline(watched(), transform);
  // A failure reaches the loop through the stream; the promise must not be the second to report it.
  flow.catch(() => undefined);
  try {
    yield* transform;
    await flow;
  } catch (error) {
    // Streams only carry errors; the reason of an abort may be anything.
    throw failure === undefined ? error : failure.reason;
  }
}
