import { FormatError } from "../errors/index.js";
import { type ByteReader, type ByteSource, openBytes } from "./byte-source.js";

const chunkBytes = 64 * 1024;

/** Opens a source for one pass; what is compressed with gzip is given out uncompressed. */
export async function openMaybeGzip(source: ByteSource, format: string, signal?: AbortSignal): Promise<ByteReader> {
  const raw = await openBytes(source, signal);
  try {
    const start = Buffer.alloc(2);
    let filled = 0;
    while (filled < start.length) {
      const count = await raw.read(start, filled);
      if (count === 0) break;
      filled += count;
    }
    const head = start.subarray(0, filled);
    return head.length === 2 && head[0] === 0x1f && head[1] === 0x8b
      ? await gunzipped(raw, head, format, signal)
      : replayed(raw, head);
  } catch (error) {
    await raw.close();
    throw error;
  }
}

/** The reader as it was before its first bytes were taken. */
function replayed(raw: ByteReader, head: Buffer): ByteReader {
  let position = 0;
  return {
    name: raw.name,
    sizeBytes: raw.sizeBytes,
    async read(target, offset) {
      if (position === head.length) return raw.read(target, offset);
      const count = head.copy(target, offset, position);
      position += count;
      return count;
    },
    close: () => raw.close(),
  };
}

async function gunzipped(
  raw: ByteReader,
  head: Buffer,
  format: string,
  signal: AbortSignal | undefined,
): Promise<ByteReader> {
  const [{ createGunzip }, { pipeline }] = await Promise.all([import("node:zlib"), import("node:stream")]);
  async function* compressed(): AsyncGenerator<Buffer, void, void> {
    yield head;
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(chunkBytes);
      const count = await raw.read(chunk, 0);
      if (count === 0) return;
      yield chunk.subarray(0, count);
    }
  }
  const gunzip = createGunzip();
  // A failure destroys the stream, and reading it then throws.
  pipeline(compressed(), gunzip, () => undefined);
  const plain = await openBytes(gunzip, signal);
  return {
    name: raw.name,
    sizeBytes: undefined,
    async read(target, offset) {
      try {
        return await plain.read(target, offset);
      } catch (error) {
        const code = (error as { readonly code?: unknown } | null)?.code;
        if (typeof code !== "string" || !code.startsWith("Z_")) throw error;
        const problem =
          code === "Z_BUF_ERROR" ? "the gzip data ends too early; a download cut short?" : "the gzip data is damaged";
        throw new FormatError(problem, { code: "FORMAT_CORRUPT_INPUT", format, source: raw.name, cause: error });
      }
    },
    async close() {
      await plain.close();
      gunzip.destroy();
      await raw.close();
    },
  };
}
