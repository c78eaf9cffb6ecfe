/**
 * The measuring tool of every benchmark in this folder.
 *
 * A benchmark file calls {@link bench} once, with its variants (ours and the peers) and the comparisons to make.
 * Each variant runs as its own process, the variants in alternation (A B C, A B C, ...). What counts is CPU time, user
 * plus system, of the work alone: it says the same on a busy machine and on a quiet one. Ratios are medians of the
 * ratios within one round. See README.md in this folder for an example.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Figures of one run of one variant. Further numbers that a variant reports stand beside these. */
export interface Figures {
  /** User plus system CPU time of the measured work, milliseconds, all threads. */
  cpuMs: number;
  wallMs: number;
  /** Peak resident memory of the process up to the end of the work, MiB; NaN when it could not be read. */
  peakMb: number;
  [extra: string]: number;
}

/** Runs the work and prints its figures. Call it once, after the variant has loaded its input. */
export type Measure = (work: () => unknown, extra?: () => Record<string, number>) => Promise<void>;

/** A variant in TypeScript: loads what it needs, then calls `measure`. `dir` is the folder that `prepare` filled. */
export type NodeVariant = (measure: Measure, dir: string) => unknown;

/** A variant in another language. */
export interface ForeignVariant {
  readonly command: readonly string[];
  /** `self`: the program prints its own figures (see measure.py). `whole`: the whole process tree is measured. */
  readonly measures: "self" | "whole";
  readonly env?: Readonly<Record<string, string>>;
  /** Why the peer cannot run here, when it cannot. */
  readonly missing?: string | undefined;
}

export interface Comparison {
  /** Short name of the goal, for example `W1`. */
  readonly id: string;
  readonly work: string;
  readonly ours: string;
  /** The variant to compare with; without one the figure itself is held against the goal. */
  readonly peer?: string;
  /** A key of {@link Figures}. Default `cpuMs`. */
  readonly metric?: string;
  /** How ours is set against the peer. Default `ratio`. */
  readonly as?: "ratio" | "difference";
  /** How much of the work the peer does, where all of it would take minutes; its figure is divided by this. Default 1. */
  readonly peerShare?: number;
  readonly goal: number;
  /** Default `at most`. */
  readonly goalIs?: "at most" | "at least";
}

export interface BenchSpec {
  readonly title: string;
  readonly variants: Readonly<Record<string, NodeVariant | ForeignVariant>>;
  readonly comparisons: readonly Comparison[];
  /** Fills an empty folder with input files; runs once in the parent. The folder is removed at the end. */
  readonly prepare?: (dir: string) => unknown;
  /** Default 5; the environment variable BENCH_ROUNDS wins. */
  readonly rounds?: number;
  /**
   * Whether the file is bundled and run by plain Node, so that memory and speed are those of the built package.
   * Default true. With false it runs under tsx, for code that finds files or workers next to itself.
   */
  readonly bundle?: boolean;
  /** Further flags for the Node processes, for example `--expose-gc`. */
  readonly nodeFlags?: readonly string[];
}

/** One line of the result table. */
export interface Row {
  readonly id: string;
  readonly work: string;
  readonly ours: string;
  readonly peer: string;
  /** Median; undefined when the peer is missing. */
  readonly value: number | undefined;
  readonly low: number | undefined;
  readonly high: number | undefined;
  readonly goal: string;
  readonly ok: boolean | undefined;
  readonly note?: string;
}

const mark = "@figures ";
const here = dirname(fileURLToPath(import.meta.url));

/** A Python program that measures itself with `bench/measure.py`; `source` is a file path or inline code. */
export function python(source: string, args: readonly string[] = [], missing?: string): ForeignVariant {
  const program = source.endsWith(".py") ? [source] : ["-c", source];
  return { command: ["python3", ...program, ...args], measures: "self", env: { PYTHONPATH: benchFolder() }, missing };
}

/** A program or shell pipe whose whole process tree is measured. */
export function wholeProcess(command: readonly string[] | string, missing?: string): ForeignVariant {
  return { command: typeof command === "string" ? ["bash", "-c", command] : command, measures: "whole", missing };
}

/** True when the command exits with 0. */
export async function works(...command: string[]): Promise<boolean> {
  return (await run(command, {}).catch(() => ({ code: 1 }))).code === 0;
}

/** Runs the benchmark, or, in a child process, the one variant it was started for. Returns the rows of the table. */
export async function bench(fileUrl: string, spec: BenchSpec): Promise<Row[]> {
  const asked = process.env["BENCH_VARIANT"];
  if (asked !== undefined) {
    await runVariant(spec, asked, process.env["BENCH_DIR"] ?? "");
    return [];
  }
  const cache = join(benchFolder(), ".cache");
  mkdirSync(cache, { recursive: true });
  const dir = mkdtempSync(join(cache, "data-"));
  try {
    const file = fileURLToPath(fileUrl);
    const program =
      spec.bundle === false ? ["--import", "tsx", file] : [await bundled(file, join(dir, `${basename(file)}.mjs`))];
    await spec.prepare?.(dir);
    const rounds = Number(process.env["BENCH_ROUNDS"] ?? spec.rounds ?? 5);
    const runs = await measureAll(spec, [process.execPath, ...(spec.nodeFlags ?? []), ...program], dir, rounds);
    const rows = spec.comparisons.map((comparison) => compared(comparison, spec, runs));
    print(spec, runs, rows, rounds);
    const out = process.env["BENCH_JSON_OUT"];
    if (out) writeFileSync(out, JSON.stringify(rows));
    return rows;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Markdown table of result rows. */
export function markdown(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.id,
    row.work,
    row.peer,
    row.value === undefined ? (row.note ?? "-") : `${digits(row.value)} (${digits(row.low)}-${digits(row.high)})`,
    row.goal,
    row.ok === undefined ? "-" : row.ok ? "ok" : "NOT MET",
  ]);
  const head = ["#", "work", "against", "median (min-max)", "goal", ""];
  const widths = head.map((text, column) => Math.max(text.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...cells.map(line)].join("\n");
}

/** The bench folder itself, also when this code runs from a bundle below it. */
function benchFolder(): string {
  let folder = here;
  while (!existsSync(join(folder, "measure.py")) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}

async function bundled(file: string, outfile: string): Promise<string> {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  return outfile;
}

async function runVariant(spec: BenchSpec, name: string, dir: string): Promise<void> {
  const variant = spec.variants[name];
  if (typeof variant !== "function") throw new Error(`no variant "${name}" in "${spec.title}"`);
  let reported = false;
  await variant(async (work, extra) => {
    const wall = performance.now();
    const cpu = process.cpuUsage();
    await work();
    const used = process.cpuUsage(cpu);
    const figures: Figures = {
      cpuMs: (used.user + used.system) / 1000,
      wallMs: performance.now() - wall,
      peakMb: process.resourceUsage().maxRSS / 1024,
      ...extra?.(),
    };
    process.stdout.write(`${mark}${JSON.stringify(figures)}\n`);
    reported = true;
  }, dir);
  if (!reported) throw new Error(`variant "${name}" never called measure()`);
}

async function measureAll(
  spec: BenchSpec,
  node: readonly string[],
  dir: string,
  rounds: number,
): Promise<Map<string, Figures[]>> {
  const runs = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, variant] of Object.entries(spec.variants)) {
      let figures: Figures;
      if (typeof variant === "function") {
        figures = await selfMeasured(node, { BENCH_VARIANT: name, BENCH_DIR: dir });
      } else {
        if (variant.missing) continue;
        const env = { ...variant.env, BENCH_DIR: dir };
        figures = await (variant.measures === "self" ? selfMeasured : wholeMeasured)(variant.command, env);
      }
      const list = runs.get(name);
      if (list) list.push(figures);
      else runs.set(name, [figures]);
    }
  }
  return runs;
}

async function selfMeasured(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Figures> {
  const { code, stdout, stderr } = await run(command, env);
  const line = stdout.split("\n").findLast((text) => text.startsWith(mark));
  if (code !== 0 || !line) throw new Error(`${command.join(" ")} (exit ${code}) printed no figures\n${stderr}`);
  return JSON.parse(line.slice(mark.length)) as Figures;
}

/** Resource usage of a waited-for process tree, read by Python where there is one (bash's `time` knows no memory). */
async function wholeMeasured(command: readonly string[], env: Readonly<Record<string, string>>): Promise<Figures> {
  if (await works("python3", "-c", "import resource")) {
    return selfMeasured(["python3", join(benchFolder(), "measure.py"), ...command], env);
  }
  const timed = ["bash", "-c", 'TIMEFORMAT="%3U %3S %3R"; time "$@" >/dev/null', "bash", ...command];
  const { code, stderr } = await run(timed, { ...env, LC_ALL: "C" });
  if (code !== 0) throw new Error(`${command.join(" ")} (exit ${code})\n${stderr}`);
  const [user, system, wall] = (stderr.trim().split("\n").at(-1) ?? "").split(" ").map(Number);
  return { cpuMs: ((user ?? 0) + (system ?? 0)) * 1000, wallMs: (wall ?? 0) * 1000, peakMb: Number.NaN };
}

function run(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function compared(comparison: Comparison, spec: BenchSpec, runs: ReadonlyMap<string, readonly Figures[]>): Row {
  const { id, work, ours, peer, metric = "cpuMs", as = "ratio", peerShare = 1, goal, goalIs = "at most" } = comparison;
  const left = runs.get(ours) ?? [];
  const right = peer === undefined ? undefined : runs.get(peer);
  const how = peer === undefined ? metric : as === "ratio" ? `${metric} / ${peer}` : `${metric} - ${peer}`;
  const row = { id, work, ours, peer: how, goal: `${goalIs === "at most" ? "<=" : ">="} ${goal}` };
  const nothing = { ...row, value: undefined, low: undefined, high: undefined, ok: undefined };
  if (peer !== undefined && !right) {
    const variant = spec.variants[peer];
    return { ...nothing, note: typeof variant === "object" ? `peer not installed: ${variant.missing}` : "no peer" };
  }
  const values = left.map((figures, round) => {
    const mine = figures[metric] ?? Number.NaN;
    const theirs = (right?.[round]?.[metric] ?? Number.NaN) / peerShare;
    return peer === undefined ? mine : as === "ratio" ? mine / theirs : mine - theirs;
  });
  const value = median(values);
  const ok = goalIs === "at most" ? value <= goal : value >= goal;
  return { ...row, value, low: Math.min(...values), high: Math.max(...values), ok };
}

function print(
  spec: BenchSpec,
  runs: ReadonlyMap<string, readonly Figures[]>,
  rows: readonly Row[],
  rounds: number,
): void {
  console.log(`\n${spec.title} (${rounds} rounds)`);
  const width = Math.max(...Object.keys(spec.variants).map((name) => name.length));
  for (const [name, figures] of runs) {
    const column = (key: string): number[] => figures.map((figure) => figure[key] ?? Number.NaN);
    const extras = Object.keys(figures[0] ?? {}).filter((key) => !["cpuMs", "wallMs", "peakMb"].includes(key));
    const cpu = column("cpuMs");
    console.log(
      `  ${name.padEnd(width)}  CPU ${digits(median(cpu))} ms (${digits(Math.min(...cpu))}-${digits(Math.max(...cpu))})` +
        `  wall ${digits(median(column("wallMs")))} ms  peak ${digits(median(column("peakMb")))} MiB` +
        extras.map((key) => `  ${key} ${digits(median(column(key)))}`).join(""),
    );
  }
  for (const [name, variant] of Object.entries(spec.variants)) {
    if (typeof variant === "object" && variant.missing) {
      console.log(`  ${name.padEnd(width)}  peer not installed: ${variant.missing}`);
    }
  }
  console.log(markdown(rows));
}

function digits(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "-";
  const size = Math.abs(value);
  return size >= 100
    ? value.toFixed(0)
    : size >= 10
      ? value.toFixed(1)
      : size >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}
