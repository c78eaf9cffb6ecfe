/**
 * Runs every benchmark below this folder, one after the other, and prints one table.
 *
 *     node --import tsx bench/run-all.ts [part of a path ...] [--write]
 *
 * `--write` also saves the table to bench/results.md. Exit code 1 when a benchmark breaks; a missed goal is no failure.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { markdown, type Row } from "./harness.js";

const here = import.meta.dirname;
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const out = join(tmpdir(), `bench-rows-${process.pid}.json`);
const rows: Row[] = [];
const broken: string[] = [];

for (const folder of readdirSync(here, { withFileTypes: true })) {
  if (!folder.isDirectory() || folder.name.startsWith(".")) continue;
  for (const file of readdirSync(join(here, folder.name)).sort()) {
    const path = `${folder.name}/${file}`;
    // Data generators and other helpers of a topic do not call bench().
    if (!file.endsWith(".ts") || !readFileSync(join(here, path), "utf8").includes("bench(import.meta.url")) continue;
    if (wanted.length > 0 && !wanted.some((part) => path.includes(part))) continue;
    const { status } = spawnSync(process.execPath, ["--import", "tsx", join(here, path)], {
      stdio: "inherit",
      env: { ...process.env, BENCH_JSON_OUT: out },
    });
    if (status !== 0) broken.push(path);
    else rows.push(...(JSON.parse(readFileSync(out, "utf8")) as Row[]));
    rmSync(out, { force: true });
  }
}

const summary = markdown(rows);
const missed = rows.filter((row) => row.ok === false).map((row) => row.id);
console.log(`\n${summary}\n\n${rows.length} goals, not met: ${missed.join(", ") || "none"}`);
if (broken.length > 0) console.log(`broken: ${broken.join(", ")}`);
if (process.argv.includes("--write")) {
  const machine = `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}`;
  writeFileSync(
    join(here, "results.md"),
    `# Benchmark results\n\n${machine}. CPU time, medians of rounds; see README.md.\n\n${summary}\n`,
  );
}
process.exitCode = broken.length > 0 ? 1 : 0;
