import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";

/**
 * The blocks of a file one after the other, 1 MiB each but the last. The block is reused: it is valid until the next one
 * is asked for.
 *
 * @remarks
 * The holes of a sparse file are read past the page cache where the system allows it: filling the cache with zero pages
 * costs up to a hundred times more than the read itself.
 */
export async function* fileBlocks(path: string): AsyncGenerator<Uint8Array> {
  const { handle, block } = await openForBlocks(path);
  try {
    const { size } = await handle.stat();
    for (let position = 0; position < size; ) {
      const { bytesRead } = await handle.read(block, 0, block.length, null);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

const BLOCK_BYTES = 1 << 20;

/** The one thing wanted of WebAssembly; its types come with the DOM library, which is not loaded. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer } };
};

async function openForBlocks(path: string): Promise<{ readonly handle: FileHandle; readonly block: Buffer }> {
  const { size, blocks } = await stat(path);
  if (constants.O_DIRECT && size >= 16 * BLOCK_BYTES && blocks * 512 < size / 2) {
    const direct = await openDirect(path);
    if (direct) return direct;
  }
  return { handle: await open(path, "r"), block: Buffer.allocUnsafe(Math.min(size, BLOCK_BYTES) || 1) };
}

async function openDirect(path: string): Promise<{ readonly handle: FileHandle; readonly block: Buffer } | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECT);
    // Direct reads want aligned memory, and WebAssembly memory starts at a page.
    const block = Buffer.from(new WebAssembly.Memory({ initial: BLOCK_BYTES / 65536 }).buffer);
    await handle.read(block, 0, 4096, 0);
    return { handle, block };
  } catch {
    // Not every file system can; the ordinary way always works.
    await handle?.close();
    return undefined;
  }
}
