import type { FileHandle } from "node:fs/promises";

/** The bytes of a file from its start, always in the same buffer: a piece is valid until the next one is asked for. */
export async function* filePieces(file: FileHandle, pieceBytes: number = 1 << 20): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(pieceBytes);
  let position = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
