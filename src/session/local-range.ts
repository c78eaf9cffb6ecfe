import { type FileHandle, open } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Path of a local file given as path or as `file:` URL. */
export function localPath(path: string): string {
  return /^file:/iu.test(path) ? fileURLToPath(path) : path;
}

/** Bytes of a file from `start` up to `end`, fewer when the file is shorter. */
export async function readLocalRange(path: string, start: number, end: number): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const buffer = Buffer.allocUnsafeSlow(end - start);
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  } finally {
    await file?.close();
  }
}
