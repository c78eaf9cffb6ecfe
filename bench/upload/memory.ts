/** U6: peak memory of an upload, in a process that loads what a user's program loads. */
import { join } from "node:path";
import { bench, type ForeignVariant } from "../harness.js";
import { largeFile } from "./large-file-data.js";
import { credentials, MIB, noteSink } from "./settings.js";
import { type Sink, startSink } from "./sink.js";

const SIZE = Number(process.env["BENCH_UPLOAD_MB"] ?? 500) * MIB;
const PARTS_IN_FLIGHT_MB = 4 * 8;
let sink: Sink | undefined;

// Uploads and prints its figures, as the harness's own variants do.
const program = `
  import { readFileSync } from "node:fs";
  const dir = process.env.BENCH_DIR;
  const { Session } = await import(dir + "/built/session.js");
  const session = new Session({
    region: "us-east-1",
    credentials: ${JSON.stringify(credentials)},
    endpoint: readFileSync(dir + "/sink", "utf8"),
  });
  const wall = performance.now();
  const cpu = process.cpuUsage();
  await session.uploadData(dir + "/" + process.argv[1], { bucket: "bucket" });
  const used = process.cpuUsage(cpu);
  console.log("@figures " + JSON.stringify({
    cpuMs: (used.user + used.system) / 1000,
    wallMs: performance.now() - wall,
    peakMb: process.resourceUsage().maxRSS / 1024,
  }));
  await session.close();
`;

function upload(file: string): ForeignVariant {
  return { command: [process.execPath, "--input-type=module", "-e", program, file], measures: "self" };
}

await bench(import.meta.url, {
  title: `Memory of an upload of ${SIZE / MIB} MiB`,
  rounds: 3,
  prepare: async (dir) => {
    sink = await startSink();
    noteSink(dir, sink);
    largeFile(join(dir, "large.bin"), SIZE);
    largeFile(join(dir, "small.bin"), SIZE / 5);
    // In pieces, as the package is: what is loaded late must not count early.
    const { build } = await import("esbuild");
    await build({
      entryPoints: { session: join(import.meta.dirname, "../../src/session/index.ts") },
      outdir: join(dir, "built"),
      bundle: true,
      splitting: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      logLevel: "error",
    });
  },
  variants: { large: upload("large.bin"), fifth: upload("small.bin") },
  comparisons: [
    {
      id: "U6",
      work: "peak MiB: 75 and the parts in flight",
      ours: "large",
      metric: "peakMb",
      goal: 75 + PARTS_IN_FLIGHT_MB,
    },
    {
      id: "U6",
      work: "peak MiB more than for a fifth",
      ours: "large",
      peer: "fifth",
      metric: "peakMb",
      as: "difference",
      goal: 8,
    },
  ],
});
sink?.stop();
