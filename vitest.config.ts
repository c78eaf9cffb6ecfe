import { pathToFileURL } from "node:url";
import { defineConfig } from "vitest/config";

const source = pathToFileURL(`${import.meta.dirname}/src/`).href;
const built = pathToFileURL(`${import.meta.dirname}/dist/esm/`).href;

export default defineConfig({
  plugins: [
    {
      // Worker threads run plain JavaScript: inside src the launcher must point at the built worker file.
      name: "worker-from-build",
      transform(code, id) {
        if (!id.includes("/src/local/") || !code.includes("import.meta.url")) return undefined;
        const url = pathToFileURL(id).href.replace(source, built).replace(/\.ts$/u, ".js");
        return { code: code.replaceAll("import.meta.url", JSON.stringify(url)), map: null };
      },
    },
  ],
  test: {
    include: ["test/**/*.test.ts"],
    isolate: false,
    testTimeout: 30_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    setupFiles: ["test/setup.ts"],
    typecheck: { enabled: false, include: ["test/types/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
    coverage: { provider: "v8", include: ["src/**"] },
  },
});
