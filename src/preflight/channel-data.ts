import { FormatError } from "../errors/index.js";
import { type LineBlock, lineBlocks } from "../formats/index.js";
import type { Channel } from "../inputs/index.js";
import { EvenSample } from "../internal/even-sample.js";
import type { DataFile, DataStore } from "./data-store.js";
import type { FindingPlace } from "./finding.js";
import type { CheckedChannel } from "./report.js";

/**
 * A piece of a file, in bytes.
 *
 * @public
 */
export interface FilePart {
  readonly start: number;
  readonly end: number;
}

/** Lines of a file, and whether they can be counted from its start. @internal */
export interface FileLines {
  /** `byteOffset` counts from the start of the file. */
  readonly block: LineBlock;
  /** False in the parts of a sampled file behind its first one, where nobody knows the number of a line. */
  readonly numbered: boolean;
}

/**
 * A line of a file.
 *
 * @public
 */
export interface TextLine {
  /** Without its line feed; undefined for a line that is too long to be read. */
  readonly text: string | undefined;
  /** Counts from 1; only in the first part of a sampled file the number of the line in the file. */
  readonly number: number;
  readonly place: FindingPlace;
}

/** Limits and settings that hold for every channel. @internal */
export interface ReadLimits {
  readonly bytes: number;
  readonly objects: number;
  readonly listed: number;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Reads the beginning of any S3 object; undefined when there is none. */
  readonly readUri: (uri: string, bytes: number) => Promise<Uint8Array | undefined>;
}

/** Parts of a sampled file. */
const PART_BYTES = 4 * 1024 * 1024;

/**
 * The data of one channel, for checks to read; counts what is read.
 *
 * @public
 */
export class ChannelData {
  /** The channel as it is sent. */
  readonly channel: Channel;
  /** S3 URI, or the local path that is read in its place. */
  readonly uri: string;
  /** Why nothing can be read; undefined when it can. */
  unreadable: string | undefined;
  /** Number and size of all objects. */
  objects = 0;
  totalBytes = 0;
  /** True when not all objects were listed. */
  listingIsCut = false;
  /** Lines or records that checks looked at. */
  records = 0;
  readonly #store: DataStore | undefined;
  readonly #limits: ReadLimits;
  #bytesRead = 0;
  readonly #opened = new Set<string>();
  #sampled = false;
  readonly #kept: EvenSample<DataFile>;

  /** @internal */
  constructor(channel: Channel, uri: string, store: DataStore | undefined, limits: ReadLimits, unreadable?: string) {
    this.channel = channel;
    this.uri = uri;
    this.#store = store;
    this.#limits = limits;
    this.#kept = new EvenSample(limits.objects);
    this.unreadable = unreadable;
  }

  /** Objects to open, spread over all of them in the order of their keys; at most as many as the sample allows. */
  get files(): readonly DataFile[] {
    return this.#kept.items;
  }

  get name(): string {
    return this.channel.ChannelName;
  }

  /** True for an augmented manifest. */
  get isAugmentedManifest(): boolean {
    return this.channel.DataSource.S3DataSource?.S3DataType === "AugmentedManifestFile";
  }

  /** Objects that may still be opened. */
  get objectLimit(): number {
    return this.#limits.objects;
  }

  get concurrency(): number {
    return this.#limits.concurrency;
  }

  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  /** Says that a check looked at a part of the data only. */
  markSampled(): void {
    this.#sampled = true;
  }

  get isSampled(): boolean {
    return this.#sampled || this.listingIsCut;
  }

  /** Lists everything once; `each` sees all objects, {@link ChannelData.files} keeps some. @internal */
  async list(each: (file: DataFile) => void): Promise<void> {
    for await (const file of this.#reader().list(this.#limits.signal)) {
      if (this.objects >= this.#limits.listed) {
        this.listingIsCut = true;
        return;
      }
      this.objects++;
      this.#kept.add(file);
      this.totalBytes += file.sizeBytes;
      each(file);
    }
  }

  /** What stands beside an empty URI. @internal */
  async around(): Promise<string[]> {
    return this.#reader().around(this.#limits.signal);
  }

  /** The first bytes of a file. */
  async head(file: DataFile, bytes: number): Promise<Uint8Array> {
    const end = Math.min(bytes, file.sizeBytes);
    return end === 0 ? new Uint8Array(0) : this.range(file, 0, end);
  }

  /** The bytes of a file from `start` up to `end`. */
  async range(file: DataFile, start: number, end: number): Promise<Uint8Array> {
    const bytes = await this.#reader().read(file, start, end, this.#limits.signal);
    this.#count(file, bytes.length);
    return bytes;
  }

  /** The bytes of a file in order; later pieces are on their way while a piece is looked at. */
  async *chunks(file: DataFile, start = 0, end = file.sizeBytes): AsyncGenerator<Uint8Array, void, void> {
    const store = this.#reader();
    const running: Promise<Uint8Array>[] = [];
    let next = start;
    try {
      while (next < end || running.length > 0) {
        while (next < end && running.length < this.#limits.concurrency) {
          const to = Math.min(end, next + store.rangeBytes);
          running.push(store.read(file, next, to, this.#limits.signal));
          next = to;
        }
        const bytes = await (running.shift() as Promise<Uint8Array>);
        this.#count(file, bytes.length);
        yield bytes;
      }
    } finally {
      // Whoever stops early does not wait for these.
      for (const read of running) read.catch(() => undefined);
    }
  }

  /** The pieces of a file to read: all of it, or parts spread over it when it is longer than the sample allows. */
  parts(file: DataFile): FilePart[] {
    const budget = Math.max(0, this.#limits.bytes - this.#bytesRead);
    const { sizeBytes } = file;
    if (sizeBytes <= budget) return sizeBytes === 0 ? [] : [{ start: 0, end: sizeBytes }];
    this.#sampled = true;
    const length = Math.min(PART_BYTES, budget);
    if (length === 0) return [];
    const count = Math.floor(budget / length);
    const step = count > 1 ? (sizeBytes - length) / (count - 1) : 0;
    return Array.from({ length: count }, (_, index) => {
      const start = Math.floor(index * step);
      return { start, end: start + length };
    });
  }

  /** How far a file is read from its start when only its beginning can be a sample. */
  beginning(file: DataFile): number {
    const end = Math.min(file.sizeBytes, Math.max(0, this.#limits.bytes - this.#bytesRead));
    if (end < file.sizeBytes) this.#sampled = true;
    return end;
  }

  /** The whole lines of a file, or of the parts that the sample takes. @internal */
  async *lines(file: DataFile, format: string, maxLineBytes: number): AsyncGenerator<FileLines, void, void> {
    for (const { start, end } of this.parts(file)) {
      const numbered = start === 0;
      const cut = { first: !numbered, last: end < file.sizeBytes, skipped: 0 };
      const source =
        cut.first || cut.last ? wholeLines(this.chunks(file, start, end), cut) : this.chunks(file, start, end);
      for await (const block of lineBlocks(source, { format, maxLineBytes, signal: this.#limits.signal })) {
        yield {
          numbered,
          block: {
            ...block,
            byteOffset: block.byteOffset + start + cut.skipped,
            source: file.uri,
            byteOrderMark: block.byteOrderMark && numbered,
          },
        };
      }
    }
  }

  /** The lines of a file as texts, each with its place. A line over the limit ends the file with `text` undefined. */
  async *textLines(file: DataFile, format: string, maxLineBytes: number): AsyncGenerator<TextLine[], void, void> {
    let line = 0;
    try {
      for await (const { block, numbered } of this.lines(file, format, maxLineBytes)) {
        const { buffer, start, end, byteOffset } = block;
        const lines: TextLine[] = [];
        for (let from = start; from < end; ) {
          const feed = buffer.indexOf(0x0a, from);
          const to = feed < 0 || feed >= end ? end : feed;
          line++;
          const byte = byteOffset + from - start;
          const place = { channel: this.name, file: file.uri, ...(numbered && { line }), byte };
          lines.push({ text: buffer.toString("utf8", from, to), number: line, place });
          from = to + 1;
        }
        yield lines;
      }
    } catch (error) {
      if (!FormatError.is(error)) throw error;
      const place = { channel: this.name, file: file.uri, byte: error.byteOffset };
      yield [{ text: undefined, number: line + 1, place }];
    }
  }

  /**
   * The first bytes of an S3 object that the data of this channel names; undefined when there is none.
   *
   * @param bytes - how many
   */
  async headOfUri(uri: string, bytes: number): Promise<Uint8Array | undefined> {
    const head = await this.#limits.readUri(uri, bytes);
    if (head !== undefined) {
      this.#opened.add(uri);
      this.#bytesRead += head.length;
    }
    return head;
  }

  /** @internal */
  checked(): CheckedChannel {
    const coverage =
      this.unreadable !== undefined
        ? "unread"
        : this.#opened.size === 0
          ? "listed"
          : this.isSampled
            ? "sampled"
            : "whole";
    return {
      channel: this.name,
      uri: this.uri,
      objects: this.objects,
      totalBytes: this.totalBytes,
      objectsRead: this.#opened.size,
      bytesRead: this.#bytesRead,
      records: this.records,
      coverage,
    };
  }

  #reader(): DataStore {
    if (this.#store === undefined) throw new Error(this.unreadable ?? "there is nothing to read");
    return this.#store;
  }

  #count(file: DataFile, bytes: number): void {
    this.#opened.add(file.uri);
    this.#bytesRead += bytes;
  }
}

/** Takes off what is no whole line at the ends of a part; `skipped` is set before the first chunk is given. */
async function* wholeLines(
  chunks: AsyncIterable<Uint8Array>,
  cut: { readonly first: boolean; readonly last: boolean; skipped: number },
): AsyncGenerator<Uint8Array, void, void> {
  let searching = cut.first;
  /** The unfinished line at the end of what came so far. */
  let open: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (searching) {
      const feed = bytes.indexOf(0x0a);
      cut.skipped += feed < 0 ? bytes.length : feed + 1;
      if (feed < 0) continue;
      bytes = bytes.subarray(feed + 1);
      searching = false;
    }
    if (!cut.last) {
      yield bytes;
      continue;
    }
    const feed = bytes.lastIndexOf(0x0a);
    if (feed < 0) {
      open.push(bytes);
      continue;
    }
    yield* open;
    open = [bytes.subarray(feed + 1)];
    yield bytes.subarray(0, feed + 1);
  }
}
