import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AwsChunkedDecoder } from "../../../src/local/protocol/awschunked.js";

/** Decodes a body given in pieces. */
function decode(pieces: readonly Buffer[]): { data: string; trailers: Record<string, string> } {
  const decoder = new AwsChunkedDecoder();
  const data: Buffer[] = [];
  for (const piece of pieces) for (const part of decoder.push(piece)) data.push(Buffer.from(part));
  decoder.finish();
  return { data: Buffer.concat(data).toString("latin1"), trailers: decoder.trailers };
}

const body = "5\r\nhello\r\n1\r\n\n\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\nother: value\r\n\r\n";
const decoded = { data: "hello\n", trailers: { "x-amz-checksum-crc32": "NhCmhg==", other: "value" } };

describe("AwsChunkedDecoder", () => {
  it("takes the frame off and keeps the trailing headers", () => {
    expect(decode([Buffer.from(body)])).toEqual(decoded);
  });

  it("gives the same when the body is cut at any two bytes", () => {
    const bytes = Buffer.from(body);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
        expect(decode(pieces)).toEqual(decoded);
      }
    }
  });

  it("gives the same byte by byte", () => {
    expect(decode([...Buffer.from(body)].map((byte) => Buffer.from([byte])))).toEqual(decoded);
  });

  it("reads any data in any chunks, with signatures or without", () => {
    const chunk = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(chunk), fc.boolean(), fc.integer({ min: 1, max: 50 }), (chunks, signed, cut) => {
        const extension = signed ? `;chunk-signature=${"0".repeat(64)}` : "";
        const framed = [...chunks, ""].map((text) =>
          text === "" ? `0${extension}\r\n\r\n` : `${text.length.toString(16)}${extension}\r\n${text}\r\n`,
        );
        const bytes = Buffer.from(framed.join(""), "latin1");
        const pieces = Array.from({ length: Math.ceil(bytes.length / cut) }, (_, index) =>
          bytes.subarray(index * cut, (index + 1) * cut),
        );
        expect(decode(pieces)).toEqual({ data: chunks.join(""), trailers: {} });
      }),
    );
  });

  it("takes a body that lacks the last empty line", () => {
    expect(decode([Buffer.from("2\r\nhi\r\n0\r\n")])).toEqual({ data: "hi", trailers: {} });
  });

  it.each([
    ["5\r\nhel", "IncompleteBody"],
    ["5\r\nhello\r\n", "IncompleteBody"],
    ["", "IncompleteBody"],
    ["xyz\r\n", "InvalidRequest"],
    ["-1\r\n", "InvalidRequest"],
    ["2\r\nhello\r\n0\r\n\r\n", "InvalidRequest"],
    ["5\nhello\r\n0\r\n\r\n", "InvalidRequest"],
    ["0\r\nno colon\r\n\r\n", "MalformedTrailerError"],
    ["0\r\n\r\nmore\r\n", "InvalidRequest"],
    [`1;${"e".repeat(20_000)}\r\n`, "InvalidRequest"],
    ["fffffffffffff\r\n", "InvalidRequest"],
  ])("refuses %j", (text, code) => {
    expect(() => decode([Buffer.from(text)])).toThrow(expect.objectContaining({ code }));
  });
});
