// Declarations are the same for both module kinds; dist/cjs/package.json makes .js and .d.ts there CommonJS.
import { cp } from "node:fs/promises";

await cp("dist/esm", "dist/cjs", { recursive: true, filter: (source) => !/\.js(?:\.map)?$/u.test(source) });
