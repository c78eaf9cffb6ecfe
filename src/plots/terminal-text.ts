/**
 * Text that cannot steer a terminal: control characters, which begin escape sequences, become a question mark.
 */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/gu, "?");
}

/** Whether the user of the terminal asked for no colours: https://no-color.org. */
export function colorsRefused(): boolean {
  const value = process.env["NO_COLOR"];
  return value !== undefined && value !== "";
}
