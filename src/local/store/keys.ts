import { createHash } from "node:crypto";

/** Longest segment of a path that is kept readable, in UTF-8 bytes; most file systems stop at 255. */
const MAX_SEGMENT_BYTES = 200;
/** Longest path below the bucket's data folder that is kept readable, in UTF-8 bytes. */
const MAX_PATH_BYTES = 900;
/** Folder of the objects whose key has no readable path. No encoded key starts with it: after a percent sign come two hex digits or nothing. */
export const HASHED_FOLDER = "%h";

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a file name
const UNSAFE = /[\u0000-\u001f\u007f%\\:*?"<>|]/gu;
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/iu;

/** SHA-256 of a key as hex: the name of its sidecar, and of its data file when no readable path is possible. */
export function keyHash(key: string): string {
  return createHash("sha256").update(key, "utf8").digest("hex");
}

/** Path of an object with an unreadable key. */
export function hashedPath(key: string): string {
  return `${HASHED_FOLDER}/${keyHash(key)}`;
}

/**
 * Readable relative path of a key, with `/` between folders, legal on every file system and never outside its folder.
 * Undefined when the key has none (too long); then {@link hashedPath} serves.
 */
export function readablePath(key: string): string | undefined {
  const segments: string[] = [];
  for (const segment of key.split("/")) {
    const encoded = encodeSegment(segment);
    if (Buffer.byteLength(encoded) > MAX_SEGMENT_BYTES) return undefined;
    segments.push(encoded);
  }
  const path = segments.join("/");
  return Buffer.byteLength(path) > MAX_PATH_BYTES ? undefined : path;
}

/** The key of a readable path; undefined when no key is stored under exactly this path. */
export function keyOfPath(path: string): string | undefined {
  let key: string;
  try {
    key = path
      .split("/")
      .map((segment) => (segment === "%" ? "" : decodeURIComponent(segment)))
      .join("/");
  } catch {
    return undefined;
  }
  return readablePath(key) === path ? key : undefined;
}

/** One name of a file or folder. Reversible; an empty segment becomes a lone percent sign. */
export function encodeSegment(segment: string): string {
  if (segment === "") return "%";
  let encoded = segment.replace(UNSAFE, percent);
  if (/^\.{1,2}$/u.test(encoded) || DEVICE_NAME.test(encoded)) {
    encoded = percent(encoded.charAt(0)) + encoded.slice(1);
  }
  // Windows drops a trailing dot or blank silently.
  return encoded.replace(/[. ]$/u, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Orders texts by their UTF-8 bytes, as S3 lists keys. JavaScript's own order differs for characters beyond U+FFFF. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    // Surrogates stand for code points above every other 16-bit unit.
    const leftHigh = left >= 0xd800 && left <= 0xdfff;
    const rightHigh = right >= 0xd800 && right <= 0xdfff;
    if (leftHigh !== rightHigh) return leftHigh ? 1 : -1;
    return left - right;
  }
  return a.length - b.length;
}
