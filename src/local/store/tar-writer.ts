import { type FileHandle, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { LocalError } from "../../errors/index.js";
import { fileBlocks } from "../core/file-blocks.js";
import { compareUtf8 } from "./keys.js";
import { headerChecksum, paddingOf, TAR_BLOCK_BYTES } from "./tar-format.js";
import { ZeroAwareGzip } from "./zero-gzip.js";

const MAX_OCTAL_SIZE = 8 ** 11 - 1;

/** Options of {@link createTarGz}. */
export interface CreateTarGzOptions {
  /** Deflate level 0 to 9; the default 1 suits weights, which hardly compress. */
  readonly level?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What {@link createTarGz} wrote. */
export interface TarGzResult {
  /** Size of the archive. */
  readonly sizeBytes: number;
  /** Names inside the archive, in order; folders end with a slash. */
  readonly entries: readonly string[];
}

/**
 * Packs the content of a folder into a `.tar.gz` file.
 *
 * The same content gives the same bytes: names in byte order, no times, no owners, fixed modes. Memory does not depend on
 * the sizes, and runs of zero bytes (sparse files) cost next to nothing. On failure no archive is left.
 *
 * @param folder - its content is packed, not the folder itself; regular files and folders only
 * @param archive - path of the file to write; replaced when it exists
 * @throws LocalError `LOCAL_MODEL_INVALID` when the folder holds a link, device or socket
 */
export async function createTarGz(
  folder: string,
  archive: string,
  options: CreateTarGzOptions = {},
): Promise<TarGzResult> {
  const output = await open(archive, "w");
  const writer = new TarWriter(output, options);
  let complete = false;
  try {
    await writer.addFolder(folder, "");
    await writer.finish();
    complete = true;
    return { sizeBytes: writer.sizeBytes, entries: writer.entries };
  } finally {
    writer.destroy();
    await output.close();
    if (!complete) await rm(archive, { force: true });
  }
}

class TarWriter {
  sizeBytes = 0;
  readonly entries: string[] = [];
  readonly #gzip: ZeroAwareGzip;
  readonly #signal: AbortSignal | undefined;

  constructor(output: FileHandle, options: CreateTarGzOptions) {
    this.#signal = options.signal;
    this.#gzip = new ZeroAwareGzip(async (bytes) => {
      await output.writeFile(bytes);
      this.sizeBytes += bytes.length;
    }, options.level);
  }

  async addFolder(folder: string, prefix: string): Promise<void> {
    const found = await readdir(folder, { withFileTypes: true });
    for (const entry of found.sort((a, b) => compareUtf8(a.name, b.name))) {
      const name = `${prefix}${entry.name}`;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        await this.#header(`${name}/`, 0, "5");
        await this.addFolder(path, `${name}/`);
      } else if (entry.isFile()) {
        await this.#addFile(path, name);
      } else {
        throw new LocalError(
          `${path} is neither a file nor a folder. An archive holds no links and no devices; copy the file itself.`,
          "LOCAL_MODEL_INVALID",
        );
      }
    }
  }

  async finish(): Promise<void> {
    await this.#gzip.write(Buffer.alloc(2 * TAR_BLOCK_BYTES));
    await this.#gzip.finish();
  }

  destroy(): void {
    this.#gzip.destroy();
  }

  async #addFile(path: string, name: string): Promise<void> {
    const { size } = await stat(path);
    await this.#header(name, size, "0");
    let written = 0;
    for await (const block of fileBlocks(path)) {
      this.#signal?.throwIfAborted();
      written += block.length;
      if (written > size) break;
      await this.#gzip.write(block);
    }
    if (written !== size) {
      throw new LocalError(`${path} changed while it was packed.`, "LOCAL_MODEL_INVALID");
    }
    await this.#gzip.write(Buffer.alloc(paddingOf(size)));
  }

  async #header(name: string, size: number, type: string): Promise<void> {
    this.entries.push(name);
    const short = splitName(name);
    const records: string[] = [];
    if (!short) records.push(paxRecord("path", name));
    if (size > MAX_OCTAL_SIZE) records.push(paxRecord("size", String(size)));
    if (records.length > 0) {
      const content = Buffer.from(records.join(""));
      await this.#gzip.write(header({ name: "pax", prefix: "" }, content.length, "x"));
      await this.#gzip.write(content);
      await this.#gzip.write(Buffer.alloc(paddingOf(content.length)));
    }
    const fallback = { name: Buffer.from(name).subarray(0, 100).toString("latin1"), prefix: "" };
    await this.#gzip.write(header(short ?? fallback, Math.min(size, MAX_OCTAL_SIZE), type));
  }
}

interface ShortName {
  readonly name: string;
  readonly prefix: string;
}

/** Name and prefix of a ustar header; undefined when the name fits neither or is not plain ASCII. */
function splitName(name: string): ShortName | undefined {
  if (!/^[\x20-\x7e]*$/u.test(name)) return undefined;
  if (name.length <= 100) return { name, prefix: "" };
  for (let slash = name.indexOf("/"); slash !== -1 && slash <= 155; slash = name.indexOf("/", slash + 1)) {
    const rest = name.length - slash - 1;
    if (slash > 0 && rest > 0 && rest <= 100) return { name: name.slice(slash + 1), prefix: name.slice(0, slash) };
  }
  return undefined;
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const body = Buffer.byteLength(` ${key}=${value}\n`);
  let length = body + String(body).length;
  length = body + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function header(name: ShortName, size: number, type: string): Uint8Array {
  const bytes = Buffer.alloc(TAR_BLOCK_BYTES);
  bytes.write(name.name, 0, 100, "latin1");
  bytes.write(type === "5" ? "0000755\0" : "0000644\0", 100, "latin1");
  bytes.write("0000000\x000000000\0", 108, "latin1");
  bytes.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  bytes.write("00000000000\0", 136, "latin1");
  bytes.write(type, 156, "latin1");
  bytes.write("ustar\x0000", 257, "latin1");
  bytes.write("0000000\x000000000\0", 329, "latin1");
  bytes.write(name.prefix, 345, 155, "latin1");
  bytes.write(`${headerChecksum(bytes).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}
