import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WAIT_DEFAULTS } from "../../src/jobs/index.js";
import { DEPLOY_DEFAULTS } from "../../src/models/index.js";

/** `@defaultValue` texts of an options file, by the name of the option that follows. */
function documentedDefaults(file: string): Record<string, string> {
  const source = readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8");
  const pairs = source.matchAll(/@defaultValue ([^\n]*?)(?: \*\/)?\n(?:\s*\*[^\n]*\n)*\s*readonly (\w+)\?/gu);
  return Object.fromEntries([...pairs].map(([, text = "", name = ""]) => [name, text]));
}

describe("documented defaults", () => {
  it.each([
    ["jobs/wait-options.ts", WAIT_DEFAULTS],
    ["models/deploy-options.ts", { ...DEPLOY_DEFAULTS, ...DEPLOY_DEFAULTS.serverless, ...DEPLOY_DEFAULTS.dataCapture }],
  ])("of %s are those in use", (file, defaults) => {
    const documented = documentedDefaults(file);
    for (const [name, value] of Object.entries(defaults)) {
      if (typeof value === "object" && !Array.isArray(value)) continue;
      const text = JSON.stringify(value).replaceAll(",", ", ");
      expect(documented[name]?.split(":")[0], name).toBe(text);
    }
  });
});
