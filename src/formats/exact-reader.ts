import { FormatError } from "../errors/index.js";
import type { ByteReader } from "./byte-source.js";

/** Reads a binary format piece by piece and knows where it is, for messages. */
export class ExactReader {
  readonly source: string | undefined;
  /** Size of the content, when it is known beforehand. */
  readonly sizeBytes: number | undefined;
  /** Bytes read so far, which is the position of the next one. */
  position = 0;
  readonly #reader: ByteReader;
  readonly #format: string;

  constructor(reader: ByteReader, format: string) {
    this.#reader = reader;
    this.#format = format;
    this.source = reader.name;
    this.sizeBytes = reader.sizeBytes;
  }

  /** Fills `target` from `offset` on, as far as the content goes; the position behind the last byte. */
  async fill(target: Buffer, offset = 0): Promise<number> {
    let end = offset;
    while (end < target.length) {
      const count = await this.#reader.read(target, end);
      if (count === 0) break;
      end += count;
    }
    this.position += end - offset;
    return end;
  }

  /** True when nothing is left. Takes a byte if there is one. */
  async atEnd(): Promise<boolean> {
    return (await this.fill(Buffer.alloc(1))) === 0;
  }

  /** An error of the content, at the position unless another one is given. */
  fault(problem: string, place: { record?: number; unit?: "record" | "image"; byteOffset?: number } = {}): FormatError {
    return new FormatError(problem, {
      code: "FORMAT_CORRUPT_INPUT",
      format: this.#format,
      source: this.source,
      byteOffset: this.position,
      ...place,
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
