import { build } from "esbuild";
import { describe, expect, it } from "vitest";

describe("the predictors room", () => {
  it("reaches no client but the runtime's, and no zod", async () => {
    const { metafile } = await build({
      entryPoints: [new URL("../../src/predictors/index.ts", import.meta.url).pathname],
      outdir: "unused",
      bundle: true,
      splitting: true,
      packages: "external",
      platform: "node",
      format: "esm",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const packages = Object.values(metafile.outputs).flatMap((output) => output.imports.filter((one) => one.external));
    const names = new Set(packages.map(({ path }) => path).filter((path) => !path.startsWith("node:")));
    expect([...names]).toEqual(["@aws-sdk/client-sagemaker-runtime"]);
  });
});
