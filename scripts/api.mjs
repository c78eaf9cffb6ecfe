// Writes (or, with --check, compares) the API report of every entry point: a changed public type shows up as a diff.
import { mkdir, readFile } from "node:fs/promises";
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor";

const check = process.argv.includes("--check");
const { exports } = JSON.parse(await readFile("package.json", "utf8"));
await mkdir("api", { recursive: true });

const configs = Object.entries(exports)
  .filter(([, target]) => typeof target === "object")
  .map(([subpath, target]) => {
    const name = subpath === "." ? "index" : subpath.slice(2);
    const configObject = ExtractorConfig.loadFile("api-extractor.json");
    configObject.mainEntryPointFilePath = `<projectFolder>/${target.import.types.slice(2)}`;
    configObject.apiReport.reportFileName = `${name}.api.md`;
    // Links are resolved against the main entry; from the others they may point to what only that one exports.
    if (name !== "index") configObject.messages.extractorMessageReporting["ae-unresolved-link"] = { logLevel: "none" };
    return ExtractorConfig.prepare({
      configObject,
      configObjectFullPath: `${process.cwd()}/api-extractor.json`,
      packageJsonFullPath: `${process.cwd()}/package.json`,
    });
  });

const compilerState = CompilerState.create(configs[0], {
  additionalEntryPoints: configs.slice(1).map((config) => config.mainEntryPointFilePath),
});
let failed = false;
for (const config of configs) {
  const result = Extractor.invoke(config, {
    localBuild: !check,
    compilerState,
    messageCallback: (message) => {
      if (message.messageId === "console-compiler-version-notice" || message.messageId === "console-preamble") {
        message.handled = true;
      }
    },
  });
  if (!result.succeeded || (check && result.apiReportChanged)) {
    failed = true;
    console.error(`${config.reportFilePath} is out of date or has faults; run: npm run api`);
  }
}
process.exit(failed ? 1 : 0);
