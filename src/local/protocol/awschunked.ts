import { ServiceError } from "../core/contract.js";

const MAX_LINE_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 5 * 2 ** 30;

/**
 * Takes the frame of `aws-chunked` off a body: `<size in hex>[;extension]\r\n<data>\r\n … 0\r\n<trailers>\r\n`.
 * The input may be cut anywhere. Chunk signatures are read over.
 */
export class AwsChunkedDecoder {
  /** Trailing headers, lower-case names; complete after {@link AwsChunkedDecoder.finish}. */
  readonly trailers: Record<string, string> = {};
  #state: "size" | "data" | "dataEnd" | "trailer" | "done" = "size";
  #line = "";
  #rest = 0;

  /** The data in a piece of the body. The results point into the piece. */
  *push(bytes: Uint8Array): Generator<Uint8Array> {
    let position = 0;
    while (position < bytes.length) {
      if (this.#state === "data") {
        const end = Math.min(bytes.length, position + this.#rest);
        yield bytes.subarray(position, end);
        this.#rest -= end - position;
        position = end;
        if (this.#rest === 0) this.#state = "dataEnd";
        continue;
      }
      const newline = bytes.indexOf(0x0a, position);
      const end = newline === -1 ? bytes.length : newline + 1;
      this.#line += Buffer.from(bytes.buffer, bytes.byteOffset + position, end - position).toString("latin1");
      if (this.#line.length > MAX_LINE_BYTES) throw malformed("a chunk header is too long");
      position = end;
      if (newline !== -1) this.#endLine();
    }
  }

  /** @throws ServiceError `IncompleteBody` when the body was cut short */
  finish(): void {
    // Some senders leave out the empty line after the last chunk.
    const complete = this.#state === "done" || (this.#state === "trailer" && this.#line === "");
    if (!complete) throw new ServiceError("IncompleteBody", "The request body terminated unexpectedly");
  }

  #endLine(): void {
    if (!this.#line.endsWith("\r\n"))
      throw malformed("a chunk header does not end with a carriage return and a newline");
    const line = this.#line.slice(0, -2);
    this.#line = "";
    switch (this.#state) {
      case "size": {
        const size = /^[ \t]*([0-9a-f]{1,16})[ \t]*(?:;.*)?$/iu.exec(line)?.[1];
        if (size === undefined) throw malformed("a chunk size is not a hexadecimal number");
        this.#rest = Number.parseInt(size, 16);
        if (this.#rest > MAX_CHUNK_BYTES) throw malformed("a chunk is too large");
        this.#state = this.#rest === 0 ? "trailer" : "data";
        return;
      }
      case "dataEnd":
        if (line !== "") throw malformed("a chunk is longer than its size");
        this.#state = "size";
        return;
      case "trailer": {
        if (line === "") {
          this.#state = "done";
          return;
        }
        const colon = line.indexOf(":");
        if (colon < 1) throw new ServiceError("MalformedTrailerError", "The trailing headers are not well-formed");
        this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
        return;
      }
      default:
        throw malformed("there is data after the last chunk");
    }
  }
}

function malformed(problem: string): ServiceError {
  return new ServiceError("InvalidRequest", `The aws-chunked request body is malformed: ${problem}`);
}
