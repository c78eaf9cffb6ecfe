import { type FileHandle, open } from "node:fs/promises";

/**
 * A row in a bucket is its key, the row, and a line feed. The key is five bytes of seven bits each with the top bit set,
 * none of which looks like a line feed: a bucket is a file of lines.
 */
export const keyBytes = 5;

const lineFeed = 0x0a;

/** The key of the row that starts at `at`. */
export function readKey(bytes: Uint8Array, at: number): number {
  let key = 0;
  for (let index = at; index < at + keyBytes; index++) key = (key << 7) | ((bytes[index] as number) & 0x7f);
  return key >>> 0;
}

/** Copies bytes; short pieces by hand, because the runtime's cost per call is more than the work. */
export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > 48) target.set(source.subarray(start, end), at);
  else for (let index = start, to = at; index < end; index++) target[to++] = source[index] as number;
}

/** Rows whose keys begin with the same bits: in a piece of memory and, when that was full, in a file. */
export class RowBucket {
  bytes = 0;
  readonly path: string;
  readonly memory: Buffer;
  length = 0;

  constructor(path: string, memory: Buffer) {
    this.path = path;
    this.memory = memory;
  }

  get spilled(): boolean {
    return this.bytes > this.length;
  }

  /** All rows, in `target` or a new buffer if they do not fit. */
  async load(target: Buffer): Promise<Buffer> {
    if (!this.spilled) return this.memory.subarray(0, this.length);
    const bytes = this.bytes <= target.length ? target.subarray(0, this.bytes) : Buffer.allocUnsafeSlow(this.bytes);
    const file = await open(this.path, "r");
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
        if (bytesRead === 0) throw new Error(`temporary file "${this.path}" was cut short`);
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes;
  }
}

/** Rows by `bits` bits of their keys, after the first `depth` bits, which are the same for all of them. */
export class RowBuckets {
  readonly all: readonly RowBucket[];
  readonly bits: number;
  readonly depth: number;
  readonly #files = new Map<RowBucket, FileHandle>();

  /**
   * @param memory - is shared out evenly to the buckets
   * @param path - begins the paths of the temporary files
   */
  constructor(bits: number, depth: number, memory: Buffer, path: string) {
    this.bits = Math.min(bits, 32 - depth);
    this.depth = depth;
    const count = 2 ** this.bits;
    const share = Math.floor(memory.length / count);
    this.all = Array.from(
      { length: count },
      (_, index) => new RowBucket(`${path}-${index}`, memory.subarray(index * share, (index + 1) * share)),
    );
  }

  /** True when the keys have no further bits to cut the buckets by. */
  get lastBits(): boolean {
    return this.depth + this.bits >= 32;
  }

  /** Adds the row between two positions; false when its bucket has no room, then use {@link RowBuckets.addSlowly}. */
  add(key: number, bytes: Uint8Array, start: number, end: number): boolean {
    const bucket = this.#bucketOf(key);
    const { memory } = bucket;
    const size = keyBytes + end - start + 1;
    let at = bucket.length;
    if (memory.length - at < size) return false;
    for (let shift = 28; shift >= 0; shift -= 7) memory[at++] = 0x80 | ((key >>> shift) & 0x7f);
    copyBytes(bytes, start, end, memory, at);
    memory[at + end - start] = lineFeed;
    bucket.length += size;
    bucket.bytes += size;
    return true;
  }

  /** Adds a row after its bucket has gone to its file; a row larger than the bucket's memory goes there straight away. */
  async addSlowly(key: number, bytes: Uint8Array, start: number, end: number): Promise<void> {
    const bucket = this.#bucketOf(key);
    await this.#write(bucket, bucket.memory.subarray(0, bucket.length));
    bucket.length = 0;
    if (this.add(key, bytes, start, end)) return;
    const row = Buffer.allocUnsafe(keyBytes + end - start + 1);
    for (let at = 0, shift = 28; shift >= 0; shift -= 7) row[at++] = 0x80 | ((key >>> shift) & 0x7f);
    row.set(bytes.subarray(start, end), keyBytes);
    row[row.length - 1] = lineFeed;
    bucket.bytes += row.length;
    await this.#write(bucket, row);
  }

  /** Ends the adding: either all buckets are in memory, or all are in files and the memory is free for other use. */
  async finish(): Promise<void> {
    if (this.all.some((bucket) => bucket.spilled)) {
      for (const bucket of this.all) {
        await this.#write(bucket, bucket.memory.subarray(0, bucket.length));
        bucket.length = 0;
      }
    }
    await this.close();
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await file.close();
  }

  #bucketOf(key: number): RowBucket {
    return this.all[this.bits === 0 ? 0 : (key << this.depth) >>> (32 - this.bits)] as RowBucket;
  }

  async #write(bucket: RowBucket, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    let file = this.#files.get(bucket);
    if (file === undefined) {
      file = await open(bucket.path, "wx");
      this.#files.set(bucket, file);
    }
    for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
  }
}
