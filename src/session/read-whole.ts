import { close, open, read } from "node:fs";
import { readFile } from "node:fs/promises";

/**
 * The bytes of a small file whose size is known. The callback functions of `node:fs` cost half of what the promised ones do,
 * which is worth having for thousands of small files.
 */
export async function readWhole(path: string, sizeBytes: number): Promise<Buffer> {
  // One byte more shows whether the file has grown.
  const buffer = Buffer.allocUnsafe(sizeBytes + 1);
  const length = await new Promise<number>((resolve, reject) => {
    open(path, (cannotOpen, file) => {
      if (cannotOpen) {
        reject(cannotOpen);
        return;
      }
      read(file, buffer, 0, buffer.length, 0, (cannotRead, bytesRead) => {
        close(file, () => (cannotRead ? reject(cannotRead) : resolve(bytesRead)));
      });
    });
  });
  // A read may also give less than there is.
  return length === sizeBytes ? buffer.subarray(0, sizeBytes) : readFile(path);
}
