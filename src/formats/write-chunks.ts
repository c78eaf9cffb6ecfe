import { createAtomicFile } from "./atomic-file.js";

/** Writes the chunks to a file that appears only when it is complete. A chunk may be used again once the next is asked for. */
export async function writeChunks(
  file: string | URL,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<{ readonly path: string; readonly bytes: number }> {
  signal?.throwIfAborted();
  const output = await createAtomicFile(file);
  try {
    for await (const chunk of chunks) await output.write(chunk);
    signal?.throwIfAborted();
    await output.commit();
    return { path: output.path, bytes: output.bytes };
  } catch (error) {
    await output.discard();
    throw error;
  }
}
