/** What is wrong with the name of an archive entry, as the end of a sentence; undefined when it is safe to create. */
export function nameFault(name: string, maxPathBytes: number): string | undefined {
  if (name.includes("\0")) return "holds a NUL character";
  if (name.startsWith("/")) return "is an absolute path";
  if (/^[a-z]:/iu.test(name)) return "starts with a drive letter";
  if (name.includes("\\")) return "holds a backslash";
  if (name.split("/").includes("..")) return 'leads out of the folder with ".."';
  if (Buffer.byteLength(name) > maxPathBytes) return `is longer than ${maxPathBytes} bytes`;
  return undefined;
}

/** Name without `./` and empty segments; empty for the archive's own root folder. */
export function plainName(name: string): string {
  return name
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
}
