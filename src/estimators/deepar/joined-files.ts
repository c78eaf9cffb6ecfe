import type { ChannelData, DataFile, FindingPlace } from "../../preflight/index.js";

/** Where a file begins in what was joined. */
interface Beginning {
  readonly file: DataFile;
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly byte: number;
}

const LINE_FEED = 0x0a;
const GZIP = [0x1f, 0x8b];
const PARQUET = [0x50, 0x41, 0x52, 0x31];
const LINE_FEED_BYTES = Uint8Array.of(LINE_FEED);

/**
 * The files of a channel as one source of series: files of lines one behind the other, or a single file that is compressed or
 * Parquet. Knows which file a line of the whole is in.
 */
export class JoinedFiles {
  readonly #channel: ChannelData;
  readonly #files: readonly DataFile[];
  readonly #beginnings: Beginning[] = [];

  constructor(channel: ChannelData, files: readonly DataFile[]) {
    this.#channel = channel;
    this.#files = files;
  }

  /** @returns the source, or why it cannot be read */
  async source(): Promise<AsyncIterable<Uint8Array> | Uint8Array | string> {
    const channel = this.#channel;
    const kinds = new Set<"lines" | "gzip" | "parquet">();
    for (const file of this.#files) {
      const head = await channel.head(file, 4);
      const starts = (bytes: readonly number[]): boolean => bytes.every((byte, index) => head[index] === byte);
      kinds.add(starts(GZIP) ? "gzip" : starts(PARQUET) ? "parquet" : "lines");
    }
    if (kinds.size === 1 && kinds.has("lines")) return this.#lines();
    const [file] = this.#files;
    if (file === undefined || this.#files.length > 1) {
      return "several files of which some are compressed or Parquet cannot be looked through together";
    }
    if (channel.beginning(file) < file.sizeBytes) {
      return "a compressed or Parquet file cannot be read in part; see the option sample";
    }
    this.#beginnings.push({ file, line: 1, byte: 0 });
    return kinds.has("parquet") ? channel.range(file, 0, file.sizeBytes) : channel.chunks(file);
  }

  /** The place of a line of the whole; the byte only for files of lines. */
  place(line: number | undefined, byte: number | undefined): FindingPlace {
    const { name } = this.#channel;
    const at = this.#beginnings.findLast((beginning) => beginning.line <= (line ?? 1));
    if (at === undefined) return { channel: name };
    return {
      channel: name,
      file: at.file.uri,
      ...(line !== undefined && { line: line - at.line + 1 }),
      ...(byte !== undefined && { byte: byte - at.byte }),
    };
  }

  /** The files one behind the other, each ending with a line feed; of files over the sample the whole lines of their beginning. */
  async *#lines(): AsyncGenerator<Uint8Array, void, void> {
    const channel = this.#channel;
    let line = 1;
    let byte = 0;
    for (const file of this.#files) {
      const end = channel.beginning(file);
      if (end === 0) continue;
      this.#beginnings.push({ file, line, byte });
      let last: number | undefined;
      for await (const chunk of wholeLines(channel.chunks(file, 0, end), end < file.sizeBytes)) {
        for (let feed = chunk.indexOf(LINE_FEED); feed >= 0; feed = chunk.indexOf(LINE_FEED, feed + 1)) line++;
        byte += chunk.length;
        last = chunk.at(-1) ?? last;
        yield chunk;
      }
      if (last === undefined || last === LINE_FEED) continue;
      line++;
      byte++;
      yield LINE_FEED_BYTES;
    }
  }
}

/** Leaves out what follows the last line feed when the file was cut. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>, isCut: boolean): AsyncGenerator<Uint8Array, void, void> {
  let open: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const feed = isCut ? chunk.lastIndexOf(LINE_FEED) : chunk.length - 1;
    if (feed < 0) {
      open.push(chunk);
      continue;
    }
    yield* open;
    yield chunk.subarray(0, feed + 1);
    open = [chunk.subarray(feed + 1)];
  }
}
