/** A number as Python writes a float: the shortest digits that read back the same, exponents below 1e-4 and from 1e16 on. */
export function pythonFloat(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value < 0 ? "-Infinity" : "Infinity";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    return value.toExponential().replace(/e([+-])(\d)$/u, "e$10$2");
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** A text as Python's `json.dumps` writes it: everything beyond ASCII escaped. */
export function pythonJsonString(text: string): string {
  // Without the u flag: a character beyond 16 bits is escaped half by half.
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A dictionary of texts as Python prints it. */
export function pythonDict(values: Readonly<Record<string, string>>): string {
  const quoted = (text: string): string =>
    `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
  const entries = Object.entries(values).map(([name, value]) => `${quoted(name)}: ${quoted(value)}`);
  return `{${entries.join(", ")}}`;
}
