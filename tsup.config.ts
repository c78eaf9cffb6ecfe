import { mkdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { defineConfig, type Options } from "tsup";

// File by file, not bundled: class identity holds across entry points, and file names carry no hashes.
const shared: Options = {
  entry: ["src/**/*.ts", "!src/**/assembly/**"],
  bundle: false,
  target: "node20",
  platform: "node",
  dts: false,
  sourcemap: true,
  clean: true,
  silent: true,
  outExtension: () => ({ js: ".js" }),
};

export default defineConfig([
  { ...shared, format: "esm", outDir: "dist/esm" },
  {
    ...shared,
    format: "cjs",
    outDir: "dist/cjs",
    // Jest without --experimental-vm-modules cannot run import(); here it becomes a lazy require.
    // import.meta.url does not exist in CommonJS: the worker launcher needs the file's own URL.
    esbuildOptions(options) {
      options.supported = { ...options.supported, "dynamic-import": false };
      options.define = { ...options.define, "import.meta.url": "__importMetaUrl" };
      options.banner = { js: 'const __importMetaUrl = require("node:url").pathToFileURL(__filename).href;' };
    },
    async onSuccess() {
      await mkdir("dist/cjs", { recursive: true });
      await writeFile("dist/cjs/package.json", '{ "type": "commonjs" }\n');
      // The one import() that stays: some packages cannot be required.
      await build({
        entryPoints: ["src/internal/native-import.ts"],
        outdir: "dist/cjs/internal",
        format: "cjs",
        platform: "node",
        target: "node20",
        sourcemap: true,
        logLevel: "error",
      });
    },
  },
]);
