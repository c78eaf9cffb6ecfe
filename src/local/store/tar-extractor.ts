import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createGunzip, type Gunzip } from "node:zlib";
import { LocalError } from "../../errors/index.js";
import { hasCode } from "./files.js";
import { headerChecksum, paddingOf, TAR_BLOCK_BYTES } from "./tar-format.js";
import { nameFault, plainName } from "./tar-names.js";

const PAGE_BYTES = 4096;
/** Zero runs from this size on are left out of the written file; the file system keeps their whole pages as holes. */
const MIN_HOLE_BYTES = 16 * 1024;
const ZEROS = Buffer.alloc(1 << 20);
const MAX_PAX_BYTES = 64 * 1024;
/** Below this much written data the expansion ratio is not looked at. */
const RATIO_FREE_BYTES = 64 * 2 ** 20;

/** Options of {@link extractTarGz}. */
export interface ExtractTarGzOptions {
  /** How messages name the archive, for example its S3 URI; default its path. */
  readonly source?: string | undefined;
  /** Default 10,000. */
  readonly maxEntries?: number | undefined;
  /** Longest name of an entry in UTF-8 bytes; default 512. */
  readonly maxPathBytes?: number | undefined;
  /** Largest sum of file sizes, holes included; default 20 GiB. */
  readonly maxTotalBytes?: number | undefined;
  /** Largest ratio of bytes written to bytes read, holes not counted; default 200. */
  readonly maxRatio?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link extractTarGz} wrote. */
export interface ExtractedArchive {
  /** Names relative to the folder, with `/`, in the order of the archive. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number }[];
  readonly totalBytes: number;
}

/**
 * Unpacks a `.tar.gz` file into a folder that does not exist yet or is empty.
 *
 * Streaming: memory does not depend on the sizes. Long runs of zero bytes become holes of sparse files. Only regular files
 * and folders are accepted, with relative names that stay inside the folder; links and devices are refused, as on AWS. On
 * failure the folder is removed.
 *
 * @throws LocalError `LOCAL_MODEL_INVALID` saying what is wrong with the archive
 */
export async function extractTarGz(
  archive: string,
  folder: string,
  options: ExtractTarGzOptions = {},
): Promise<ExtractedArchive> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
  const source = createReadStream(archive, { highWaterMark: 256 * 1024, signal: options.signal });
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    return await new Extraction(gunzip, folder, options.source ?? archive, options).run();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    options.signal?.throwIfAborted();
    throw translated(error, options.source ?? archive, gunzip.bytesWritten);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function translated(error: unknown, source: string, bytesRead: number): unknown {
  const advice = "Pack it with: tar -czf model.tar.gz -C <folder> .";
  if (hasCode(error, "Z_DATA_ERROR") && /header check/u.test((error as Error).message)) {
    return new LocalError(
      `${source} is not a gzip file; a model archive is a tar archive compressed with gzip. ${advice}`,
      "LOCAL_MODEL_INVALID",
      error,
    );
  }
  if (hasCode(error, "Z_BUF_ERROR")) {
    return new LocalError(
      bytesRead === 0
        ? `${source} is empty; a model archive is a tar archive compressed with gzip. ${advice}`
        : `${source} is truncated: the compressed data ends in the middle, after ${bytesRead} bytes. Copy it again.`,
      "LOCAL_MODEL_INVALID",
      error,
    );
  }
  if (hasCode(error, "Z_DATA_ERROR", "Z_NEED_DICT", "Z_STREAM_ERROR")) {
    return new LocalError(
      `${source} is damaged: ${(error as Error).message}. Copy it again.`,
      "LOCAL_MODEL_INVALID",
      error,
    );
  }
  return error;
}

interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

class Extraction {
  readonly #gunzip: Gunzip;
  readonly #folder: string;
  readonly #source: string;
  readonly #options: ExtractTarGzOptions;
  readonly #chunks: AsyncIterator<Buffer>;
  #chunk: Buffer = Buffer.alloc(0);
  #offset = 0;
  #totalBytes = 0;
  #writtenBytes = 0;
  #entries = 0;

  constructor(gunzip: Gunzip, folder: string, source: string, options: ExtractTarGzOptions) {
    this.#gunzip = gunzip;
    this.#folder = folder;
    this.#source = source;
    this.#options = options;
    this.#chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async run(): Promise<ExtractedArchive> {
    const files = new Map<string, number>();
    const maxTotal = this.#options.maxTotalBytes ?? 20 * 2 ** 30;
    for (let entry = await this.#nextEntry(); entry; entry = await this.#nextEntry()) {
      this.#checkEntry(entry);
      const name = plainName(entry.name);
      if (entry.type === "5") {
        await this.#skip(entry.size + paddingOf(entry.size));
        await this.#createFolder(join(this.#folder, name), entry.name);
        continue;
      }
      if (name === "" || entry.name.endsWith("/"))
        this.#fail(`the file entry ${JSON.stringify(entry.name)} has no file name`);
      this.#totalBytes += entry.size;
      if (this.#totalBytes > maxTotal) this.#fail(`it unpacks to more than ${maxTotal} bytes`);
      await this.#writeFile(name, entry.size);
      await this.#skip(paddingOf(entry.size));
      files.delete(name);
      files.set(name, entry.size);
    }
    if (files.size === 0) this.#fail("it holds no file");
    return { files: [...files].map(([name, sizeBytes]) => ({ name, sizeBytes })), totalBytes: this.#totalBytes };
  }

  #checkEntry(entry: TarEntry): void {
    const shown = JSON.stringify(entry.name.slice(0, 200));
    const maxEntries = this.#options.maxEntries ?? 10_000;
    if (++this.#entries > maxEntries) this.#fail(`it holds more than ${maxEntries} entries`);
    const kind = { "1": "a hard link", "2": "a symbolic link", "3": "a device", "4": "a device", "6": "a named pipe" }[
      entry.type
    ];
    if (kind) this.#fail(`the entry ${shown} is ${kind}; only files and folders are allowed`);
    if (entry.type !== "0" && entry.type !== "5") {
      this.#fail(`the entry ${shown} has the unsupported type ${JSON.stringify(entry.type)}`);
    }
    const fault = nameFault(entry.name, this.#options.maxPathBytes ?? 512);
    if (fault) this.#fail(`the name of the entry ${shown} ${fault}`);
  }

  /** The next header with its extensions applied; undefined at the end of the archive. */
  async #nextEntry(): Promise<TarEntry | undefined> {
    let longName: string | undefined;
    let pax = new Map<string, string>();
    for (;;) {
      const header = await this.#header();
      if (!header) return undefined;
      const type = header[156] === 0 ? "0" : String.fromCharCode(header[156] ?? 0);
      // Contiguous files are files.
      const plainType = type === "7" ? "0" : type;
      const size = this.#number(header, 124, 12, "size");
      if (type === "x" || type === "g" || type === "L" || type === "K") {
        if (size > MAX_PAX_BYTES) this.#fail(`an extended header has ${size} bytes; ${MAX_PAX_BYTES} are allowed`);
        const content = Buffer.from(await this.#read(size));
        await this.#skip(paddingOf(size));
        if (type === "x") pax = this.#paxRecords(content);
        else if (type === "L") longName = content.toString("utf8").replace(/\0.*$/su, "");
        continue;
      }
      const paxSize = pax.get("size");
      if (paxSize !== undefined && !/^\d{1,15}$/u.test(paxSize)) this.#fail("a pax size is not a number");
      if ([...pax.keys()].some((key) => key.startsWith("GNU.sparse"))) this.#fail("it holds a GNU sparse entry");
      return {
        name: pax.get("path") ?? longName ?? headerName(header),
        size: paxSize === undefined ? size : Number(paxSize),
        type: plainType,
      };
    }
  }

  async #header(): Promise<Buffer | undefined> {
    const header = await this.#readUpTo(TAR_BLOCK_BYTES);
    if (header.length === 0 && this.#entries > 0) return undefined;
    if (header.length < TAR_BLOCK_BYTES) {
      if (this.#entries === 0) this.#fail("the compressed content is not a tar archive");
      this.#fail("it ends in the middle of an entry header");
    }
    if (header.every((byte) => byte === 0)) {
      // What follows the end mark is read only so that the checksum at the end of the gzip data is verified.
      for (this.#chunk = Buffer.alloc(0); await this.#nextChunk(); this.#offset = this.#chunk.length);
      return undefined;
    }
    const expected = this.#octal(header, 148, 8);
    if (expected !== headerChecksum(header)) {
      if (this.#entries === 0) this.#fail("the compressed content is not a tar archive");
      this.#fail(`the header of entry ${this.#entries + 1} is damaged (wrong checksum)`);
    }
    return Buffer.from(header);
  }

  /** Octal text, or base 256 with the first bit set for sizes of 8 GiB and more. */
  #number(header: Buffer, start: number, length: number, what: string): number {
    if (((header[start] ?? 0) & 0x80) === 0) {
      const value = this.#octal(header, start, length);
      if (value === undefined) this.#fail(`the ${what} of entry ${this.#entries + 1} is not a number`);
      return value;
    }
    let value = (header[start] ?? 0) & 0x3f;
    for (let i = start + 1; i < start + length; i++) value = value * 256 + (header[i] ?? 0);
    if (!Number.isSafeInteger(value)) this.#fail(`the ${what} of entry ${this.#entries + 1} is out of range`);
    return value;
  }

  #octal(header: Buffer, start: number, length: number): number | undefined {
    const text = header
      .toString("latin1", start, start + length)
      .replace(/\0.*$/su, "")
      .trim();
    if (text === "") return 0;
    return /^[0-7]+$/u.test(text) ? Number.parseInt(text, 8) : undefined;
  }

  #paxRecords(content: Buffer): Map<string, string> {
    const records = new Map<string, string>();
    for (let position = 0; position < content.length; ) {
      const blank = content.indexOf(0x20, position);
      const length = Number(content.toString("latin1", position, blank === -1 ? position : blank));
      const record = content.toString("utf8", blank + 1, position + length - 1);
      const equals = record.indexOf("=");
      if (!Number.isInteger(length) || length < 5 || position + length > content.length || equals < 1) {
        this.#fail("a pax header is damaged");
      }
      records.set(record.slice(0, equals), record.slice(equals + 1));
      position += length;
    }
    return records;
  }

  async #createFolder(path: string, name: string): Promise<void> {
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      if (!hasCode(error, "EEXIST", "ENOTDIR")) throw error;
      this.#fail(`${JSON.stringify(name)} is both a file and a folder`);
    }
  }

  async #writeFile(name: string, size: number): Promise<void> {
    const path = join(this.#folder, name);
    await this.#createFolder(dirname(path), name);
    // A later entry of the same name wins, as with tar itself.
    const handle = await open(path, "w").catch((error: unknown) => {
      if (hasCode(error, "EISDIR")) this.#fail(`${JSON.stringify(name)} is both a file and a folder`);
      throw error;
    });
    try {
      for (let position = 0; position < size; ) {
        this.#options.signal?.throwIfAborted();
        const piece = await this.#take(size - position);
        for (const { start, end } of dataRanges(piece, position)) {
          await handle.write(piece, start, end - start, position + start);
          this.#countWritten(end - start);
        }
        position += piece.length;
      }
      await handle.truncate(size);
    } finally {
      await handle.close();
    }
  }

  #countWritten(bytes: number): void {
    this.#writtenBytes += bytes;
    const maxRatio = this.#options.maxRatio ?? 200;
    if (this.#writtenBytes > RATIO_FREE_BYTES && this.#writtenBytes > maxRatio * this.#gunzip.bytesWritten) {
      this.#fail(`it expands to more than ${maxRatio} times its size`);
    }
  }

  async #skip(bytes: number): Promise<void> {
    for (let rest = bytes; rest > 0; ) rest -= (await this.#take(rest)).length;
  }

  async #read(bytes: number): Promise<Buffer> {
    const found = await this.#readUpTo(bytes);
    if (found.length < bytes) this.#fail("it ends in the middle of an entry");
    return found;
  }

  /** Exactly this many bytes, fewer only at the end of the data. */
  async #readUpTo(bytes: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    let length = 0;
    while (length < bytes && (await this.#available())) {
      const piece = this.#chunk.subarray(this.#offset, this.#offset + bytes - length);
      this.#offset += piece.length;
      length += piece.length;
      pieces.push(piece);
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** The next piece of content, at least one byte. */
  async #take(maxBytes: number): Promise<Buffer> {
    if (!(await this.#available())) this.#fail("it ends in the middle of an entry");
    const piece = this.#chunk.subarray(this.#offset, this.#offset + maxBytes);
    this.#offset += piece.length;
    return piece;
  }

  async #available(): Promise<boolean> {
    while (this.#offset >= this.#chunk.length) if (!(await this.#nextChunk())) return false;
    return true;
  }

  async #nextChunk(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    this.#chunk = next.value;
    this.#offset = 0;
    return true;
  }

  #fail(problem: string): never {
    throw new LocalError(
      `${this.#source} is not a valid model archive: ${problem}. A model archive is a gzip-compressed tar of files and folders.`,
      "LOCAL_MODEL_INVALID",
    );
  }
}

function headerName(header: Buffer): string {
  const text = (start: number, length: number): string =>
    header.toString("utf8", start, start + length).replace(/\0.*$/su, "");
  const name = text(0, 100);
  // The prefix field exists in POSIX archives only; GNU ones keep times there.
  const prefix = header.toString("latin1", 257, 263) === "ustar\0" ? text(345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** The parts of a piece that must be written: everything but long runs of zero pages, aligned to the file. */
function* dataRanges(piece: Buffer, position: number): Generator<{ readonly start: number; readonly end: number }> {
  if (piece.length <= ZEROS.length && isZero(piece, 0, piece.length)) return;
  let dataStart = -1;
  let dataEnd = 0;
  for (let offset = 0; offset < piece.length; ) {
    const pageEnd = Math.min(piece.length, offset + PAGE_BYTES - ((position + offset) % PAGE_BYTES));
    if (!isZero(piece, offset, pageEnd)) {
      if (dataStart !== -1 && offset - dataEnd >= MIN_HOLE_BYTES) {
        yield { start: dataStart, end: dataEnd };
        dataStart = -1;
      }
      if (dataStart === -1) dataStart = offset;
      dataEnd = pageEnd;
    }
    offset = pageEnd;
  }
  if (dataStart !== -1) yield { start: dataStart, end: dataEnd };
}

function isZero(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0 && ZEROS.compare(bytes, start, end, 0, end - start) === 0;
}
