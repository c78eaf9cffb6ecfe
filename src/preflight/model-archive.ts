import { FormatError } from "../errors/index.js";
import { openMaybeGzip } from "../formats/index.js";
import { shown } from "../internal/options.js";
import type { ChannelData } from "./channel-data.js";
import type { PreflightContext } from "./context.js";
import type { DataFile } from "./data-store.js";
import type { FindingSeverity } from "./finding.js";
import { reasonOf } from "./reason-of.js";

const BLOCK = 512;
const PIECE_BYTES = 256 * 1024;

interface Entry {
  readonly name: string;
  /** Type byte of the header as text: `0` file, `1` and `2` links, `5` folder. */
  readonly type: string;
}

/**
 * Looks at the names in a `model.tar.gz`: what makes the service fail to extract or to find a model.
 *
 * @remarks Reads the archive up to the limit of bytes; the content of its files is skipped.
 */
export async function checkModelArchive(
  context: PreflightContext,
  channel: ChannelData,
  file: DataFile,
): Promise<void> {
  const place = { channel: channel.name, file: file.uri };
  const note = (kind: string, severity: FindingSeverity, message: string, fix: string): void =>
    context.add({
      code: "GEN-11",
      kind,
      severity,
      message,
      place,
      cause: "Failed to extract model data archive for container, or the model in it is not found",
      fix,
    });
  const names: string[] = [];
  let count = 0;
  const end = channel.beginning(file);
  try {
    for await (const { name, type } of entries(channel.chunks(file, 0, end), channel.signal)) {
      count++;
      const path = name.replace(/^(?:\.\/)+/u, "");
      const base = path.slice(path.replace(/\/$/u, "").lastIndexOf("/") + 1);
      if (type === "1" || type === "2") {
        note("link", "error", `${shown(name)} is a link`, "pack the files themselves: tar --dereference");
      } else if (/^\/|(?:^|\/)\.\.(?:\/|$)/u.test(name)) {
        note("outside", "error", `${shown(name)} leaves the folder of the model`, REPACK);
      } else if (base.startsWith("._") || path.startsWith("__MACOSX/")) {
        const fix = "pack with COPYFILE_DISABLE=1, or with another tar than that of macOS";
        note("macos-file", "warning", `${shown(name)} is metadata of macOS, not a part of the model`, fix);
      } else if (path !== "" && type !== "5" && names.length < 1000) names.push(path);
    }
  } catch (error) {
    if (!FormatError.is(error)) throw error;
    if (end === file.sizeBytes) note("archive", "error", reasonOf(error).replace(/^[^:]*: /u, ""), REPACK);
    return;
  }
  channel.records += count;
  const [only = ""] = names;
  if (names.length === 1 && /\.(?:tar|tgz|tar\.gz)$/iu.test(only)) {
    note("archive-inside", "error", `the archive holds another archive, ${shown(only)}`, REPACK);
  }
  const folder = only.includes("/") ? only.slice(0, only.indexOf("/") + 1) : "";
  if (folder !== "" && names.every((name) => name.startsWith(folder))) {
    note("top-folder", "warning", `all files lie in the folder ${shown(folder)} instead of at the top`, REPACK);
  }
}

const REPACK = "pack the files of the model at the top of the archive: tar -czf model.tar.gz -C <folder> .";

/** Names and types of a tar archive, compressed or not. */
async function* entries(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Entry, void, void> {
  const format = "model archive";
  const reader = await openMaybeGzip(source, format, signal);
  const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let start = 0;
  let filled = 0;
  /** Fills the buffer until so many bytes are there; false at the end of the archive. */
  const have = async (bytes: number): Promise<boolean> => {
    if (filled - start >= bytes) return true;
    buffer.copyWithin(0, start, filled);
    filled -= start;
    start = 0;
    while (filled < bytes) {
      const count = await reader.read(buffer, filled);
      if (count === 0) return false;
      filled += count;
    }
    return true;
  };
  const skip = async (bytes: number): Promise<void> => {
    for (let left = bytes; left > 0; ) {
      if (!(await have(1))) throw corrupt("the archive ends inside a file; a download or upload cut short?");
      const step = Math.min(left, filled - start);
      start += step;
      left -= step;
    }
  };
  const corrupt = (problem: string): FormatError => new FormatError(problem, { code: "FORMAT_CORRUPT_INPUT", format });
  try {
    let longName: string | undefined;
    for (let first = true; await have(BLOCK); first = false) {
      const header = buffer.subarray(start, start + BLOCK);
      if (header.every((byte) => byte === 0)) return;
      if (!hasChecksum(header)) {
        throw corrupt(first ? "the file is no tar archive" : "the archive is damaged: a header is wrong");
      }
      const type = String.fromCharCode(header[156] as number).replace("\0", "0");
      const prefix = header[257] === 0x75 ? text(header, 345, 155) : "";
      const name = longName ?? (prefix === "" ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
      const size = numberAt(header);
      start += BLOCK;
      const padded = Math.ceil(size / BLOCK) * BLOCK;
      // The name of the next entry, when it is too long for its header.
      if ((type === "L" || type === "x") && padded <= PIECE_BYTES && (await have(padded))) {
        const body = buffer.toString("utf8", start, start + size);
        longName = type === "L" ? body.replace(/\0.*$/su, "") : (/\d+ path=([^\n]*)\n/u.exec(body)?.[1] ?? longName);
      } else if (type !== "g" && type !== "x") {
        longName = undefined;
        yield { name, type };
      }
      await skip(padded);
    }
  } finally {
    await reader.close();
  }
}

function text(header: Buffer, at: number, length: number): string {
  const end = header.indexOf(0, at);
  return header.toString("utf8", at, end < 0 ? at + length : Math.min(end, at + length));
}

/** Size of an entry: octal digits, or for large ones a binary number. */
function numberAt(header: Buffer): number {
  if (((header[124] as number) & 0x80) !== 0) return header.readUIntBE(130, 6);
  return Number.parseInt(text(header, 124, 12).trim() || "0", 8) || 0;
}

/** The sum of all bytes, those of the sum itself counted as blanks. */
function hasChecksum(header: Buffer): boolean {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 32 : (header[at] as number);
  return Number.parseInt(text(header, 148, 8).trim(), 8) === sum;
}
