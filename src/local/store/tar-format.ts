/** What writer and reader of tar archives share: POSIX ustar headers with pax extensions. */

export const TAR_BLOCK_BYTES = 512;

/** Bytes that fill an entry of this size up to whole blocks. */
export function paddingOf(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** Sum of the header's bytes with the checksum field itself counted as blanks. */
export function headerChecksum(header: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < TAR_BLOCK_BYTES; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0;
  return sum;
}
