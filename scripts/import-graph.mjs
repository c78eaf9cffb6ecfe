// The guard of lean imports: what each entry point pulls when it is bundled for Node, in bytes and in packages.
// Budgets are limits, not targets; raise one only with a reason in the commit message.
import { readFile } from "node:fs/promises";
import { build } from "esbuild";

const budgets = {
  // A service that only predicts: the runtime client and nothing else.
  "./predictor": {
    ownKb: 60,
    totalKb: 460,
    never: [
      "zod",
      "@aws-sdk/client-sagemaker",
      "@aws-sdk/client-s3",
      "@aws-sdk/client-sts",
      "@aws-sdk/client-cloudwatch-logs",
    ],
  },
  // Everything counts here, also what is loaded only when it is called: the decoder of PNG, the walk through folders, and
  // jpeg-js, an optional peer of 20 KiB. The text formats alone are 28 KiB.
  "./formats": { ownKb: 120, totalKb: 120, never: ["zod", "@aws-sdk/client-s3", "@aws-sdk/client-sagemaker-runtime"] },
  // Specs, charts for a terminal and pages are text; Vega is an optional peer and loaded on use.
  "./plots": { ownKb: 40, totalKb: 40, never: ["zod", "vega", "vega-lite", "@aws-sdk/client-s3"] },
};

const { exports, peerDependenciesMeta } = JSON.parse(await readFile("package.json", "utf8"));
/** Optional packages are loaded on use and only where they are installed: they are not part of what an entry costs. */
const optional = Object.keys(peerDependenciesMeta);
let failed = false;
for (const [entry, budget] of Object.entries(budgets)) {
  const file = exports[entry].import.default;
  const result = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    // One file: with splitting, esbuild also writes chunks that nothing reachable imports any more.
    splitting: false,
    format: "esm",
    platform: "node",
    external: optional,
    outdir: "out",
    logLevel: "error",
  });
  const perPackage = new Map();
  for (const output of Object.values(result.metafile.outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
      if (bytesInOutput === 0) continue;
      const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/u.exec(input);
      const owner = match?.[1] ?? "(own)";
      perPackage.set(owner, (perPackage.get(owner) ?? 0) + bytesInOutput);
    }
  }
  const own = (perPackage.get("(own)") ?? 0) / 1024;
  const total = [...perPackage.values()].reduce((sum, bytes) => sum + bytes, 0) / 1024;
  const forbidden = budget.never.filter((name) => perPackage.has(name));
  const faults = [
    ...(own > budget.ownKb ? [`own code ${own.toFixed(1)} KiB > ${budget.ownKb}`] : []),
    ...(total > budget.totalKb ? [`total ${total.toFixed(1)} KiB > ${budget.totalKb}`] : []),
    ...forbidden.map((name) => `pulls ${name}`),
  ];
  console.log(
    `${entry}: own ${own.toFixed(1)} KiB, total ${total.toFixed(1)} KiB${faults.length > 0 ? `  FAULT: ${faults.join("; ")}` : ""}`,
  );
  failed ||= faults.length > 0;
}
process.exit(failed ? 1 : 0);
