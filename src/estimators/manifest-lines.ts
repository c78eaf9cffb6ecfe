import type { ChannelData, DataFile, FindingPlace } from "../preflight/index.js";

/** One line of an augmented manifest: an object, or what is wrong with the line. */
export interface ManifestLine {
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly problem: string | undefined;
  readonly place: FindingPlace;
}

/** Limit of the service is 100,000 characters; four bytes each, and some more to see the line that is over it. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 100_000;

/** The lines of a manifest, each with its place; blank lines are faults. Reads on after a fault. */
export async function* manifestLines(channel: ChannelData, file: DataFile): AsyncGenerator<ManifestLine, void, void> {
  for await (const lines of channel.textLines(file, "augmented manifest", MAX_LINE_BYTES)) {
    for (const { text, place } of lines) {
      const value =
        text === undefined
          ? { value: undefined, problem: `the line is longer than ${MAX_LINE_BYTES} bytes` }
          : parsed(text);
      yield { ...value, place };
    }
  }
}

function parsed(text: string): Pick<ManifestLine, "value" | "problem"> {
  if (text.trim() === "") return { value: undefined, problem: "the line is blank" };
  if (text.length > MAX_LINE_CHARACTERS) {
    return { value: undefined, problem: `the line has ${text.length} characters, ${MAX_LINE_CHARACTERS} are allowed` };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return { value: value as Readonly<Record<string, unknown>>, problem: undefined };
    }
    return { value: undefined, problem: "the line is JSON, but no object" };
  } catch {
    const start = JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
    return { value: undefined, problem: `the line is not JSON: ${start}` };
  }
}
