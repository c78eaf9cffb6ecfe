import { open } from "node:fs/promises";
import type { ChannelFile, ChannelInput } from "../contract.js";
import { JobFailure } from "../contract.js";
import { filePieces } from "./fasttext/file-pieces.js";

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const LINE_FEED = 10;

/**
 * The one file of a channel.
 *
 * @throws JobFailure when the channel holds no file or several: the algorithm reads one file for each channel
 */
export function onlyFile(channel: ChannelInput): ChannelFile {
  const [file, ...others] = channel.files;
  if (!file) throw new JobFailure("ClientError", `No file found in the ${channel.name} channel.`);
  if (others.length > 0) {
    const names = channel.files.slice(0, 5).map(({ name }) => name);
    const more = channel.files.length > names.length ? ", ..." : "";
    throw new JobFailure(
      "ClientError",
      `BlazingText reads one file in the ${channel.name} channel, found ${channel.files.length}: ` +
        `${names.join(", ")}${more}. Concatenate them, or make the S3 prefix match one object only.`,
    );
  }
  return file;
}

/**
 * The training text of a channel, piece by piece: the file itself, or the lines that an augmented manifest stands for.
 * A piece is valid until the next one is asked for.
 */
export async function* channelText(channel: ChannelInput, file: ChannelFile): AsyncGenerator<Uint8Array, void> {
  const handle = await open(file.path);
  try {
    const pieces = filePieces(handle);
    if (channel.s3DataType === "AugmentedManifestFile") yield* manifestText(pieces, channel);
    else yield* pieces;
  } finally {
    await handle.close();
  }
}

/** True when the file starts with a UTF-8 byte order mark, which makes an ordinary word of the first label. */
export async function startsWithByteOrderMark(file: ChannelFile): Promise<boolean> {
  const handle = await open(file.path);
  try {
    const start = new Uint8Array(BYTE_ORDER_MARK.length);
    const { bytesRead } = await handle.read(start, 0, start.length, 0);
    return bytesRead === start.length && BYTE_ORDER_MARK.every((byte, index) => start[index] === byte);
  } finally {
    await handle.close();
  }
}

/** Label lines made of the objects of an augmented manifest; line feeds inside a text become blanks. */
async function* manifestText(
  pieces: AsyncIterable<Uint8Array>,
  channel: ChannelInput,
): AsyncGenerator<Uint8Array, void> {
  const [textName, labelName] = channel.attributeNames;
  if (textName === undefined || labelName === undefined) {
    throw new JobFailure(
      "ClientError",
      `The ${channel.name} channel needs two attribute names, first the text, then the label; ` +
        `got ${JSON.stringify(channel.attributeNames)}.`,
    );
  }
  const encoder = new TextEncoder();
  let line = 0;
  let batch = "";
  for await (const text of textLines(pieces)) {
    line++;
    if (text.trim() === "") continue;
    batch += labelLine(text, textName, labelName, `line ${line} of the manifest of the ${channel.name} channel`);
    if (batch.length > 1 << 16) {
      yield encoder.encode(batch);
      batch = "";
    }
  }
  yield encoder.encode(batch);
}

function labelLine(json: string, textName: string, labelName: string, where: string): string {
  let record: unknown;
  try {
    record = JSON.parse(json);
  } catch {
    throw new JobFailure("ClientError", `Unable to parse ${where}: not a JSON object.`);
  }
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new JobFailure("ClientError", `Unable to parse ${where}: not a JSON object.`);
  }
  const fields = record as Readonly<Record<string, unknown>>;
  const text = fields[textName];
  if (typeof text !== "string") {
    throw new JobFailure("ClientError", `Attribute "${textName}" in ${where} must be a text.`);
  }
  const label = fields[labelName];
  const labels = Array.isArray(label) ? label : [label];
  for (const value of labels) {
    if (!Number.isSafeInteger(value)) {
      throw new JobFailure("ClientError", `Attribute "${labelName}" in ${where} must be an integer or a list of them.`);
    }
  }
  return `${labels.map((value) => `__label__${String(value)} `).join("")}${text.replaceAll("\n", " ")}\n`;
}

async function* textLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces) {
    let text = rest + decoder.decode(piece, { stream: true });
    const end = piece.includes(LINE_FEED) ? text.lastIndexOf("\n") : -1;
    rest = text.slice(end + 1);
    text = text.slice(0, end + 1);
    for (let from = 0; from < text.length; ) {
      const to = text.indexOf("\n", from);
      yield text.slice(from, to);
      from = to + 1;
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
