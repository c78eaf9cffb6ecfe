// The directions between rooms, as lint: who may import whom, where AWS values, zod and node: modules may stand.
// One table instead of one rule per folder, because type imports must be told from value imports.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Floor of each room: a file may import from its own room and from lower floors. */
export const floors = {
  errors: 0,
  internal: 0,
  formats: 1,
  images: 1,
  serializers: 1,
  session: 2,
  clients: 2,
  inputs: 2,
  datasets: 2,
  plots: 2,
  jobs: 3,
  predictors: 3,
  models: 3,
  transformers: 3,
  preflight: 3,
  tuning: 4,
  estimators: 4,
  local: 5,
  testing: 5,
  cli: 6,
};

/** Sideways steps that are allowed on one floor. */
const sideways = new Set([
  "internal>errors",
  "serializers>formats",
  "models>predictors",
  "transformers>models",
  "models>transformers",
  "models>jobs",
  "transformers>jobs",
  // A tuner is made of estimators: it sends their requests, varies what their algorithm lets it, and hands the best one back.
  "tuning>estimators",
]);
/** Rooms whose files may be imported directly: internal has no index, clients are reached lazily file by file. */
const open = new Set(["internal", "clients"]);
/** Second entrances: the part of a room that light code may enter without reaching the rest. */
const lightEntrances = new Set(["session/runtime.js"]);
/** Rooms with a folder per algorithm: the folder's own index is an entrance too. */
const perAlgorithm = new Set(["estimators"]);
/** Where `node:` modules may be imported. Everything else stays free of them. */
const nodeRooms = new Set(["formats", "datasets", "session", "local", "testing", "cli"]);

const importPattern =
  /(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gu;

/** All faults of one file under src/; `path` is relative to src with forward slashes. */
export function faults(path, source) {
  const found = [];
  const room = path.includes("/") ? path.slice(0, path.indexOf("/")) : "(entry)";
  for (const match of source.matchAll(importPattern)) {
    const dynamic = match[4] !== undefined;
    const isType = match[2] !== undefined;
    const specifier = match[4] ?? match[3];
    const fault = (text) => found.push(`src/${path}: ${text} ("${specifier}")`);

    if (specifier.startsWith("@aws-sdk/") && !isType && room !== "clients" && room !== "testing") {
      fault("AWS values are imported only in src/clients; use import type here");
    }
    if (specifier.startsWith("@smithy/")) fault("@smithy is not a dependency of this package");
    if (specifier === "zod" && room !== "estimators") fault("zod is imported only in src/estimators");
    if (specifier.startsWith("node:") && !isType && !nodeRooms.has(room))
      fault("node: modules do not belong in this room");
    if (!specifier.startsWith(".")) continue;

    const target = posix.normalize(posix.join(posix.dirname(path), specifier));
    const targetRoom = target.slice(0, target.indexOf("/"));
    if (room === "(entry)") {
      if (!/^[a-z]+\/index\.js$/u.test(target) && !lightEntrances.has(target))
        fault("an entry file re-exports from room entrances only");
      continue;
    }
    if (targetRoom === room) continue;
    if (!(targetRoom in floors)) {
      fault("not a room of this house");
      continue;
    }
    if (targetRoom === "clients") {
      if (!dynamic && !isType) fault("clients are loaded lazily: await import() inside the method");
    } else if (floors[targetRoom] >= floors[room] && !sideways.has(`${room}>${targetRoom}`)) {
      fault(`${room} (floor ${floors[room]}) must not import ${targetRoom} (floor ${floors[targetRoom]})`);
    }
    if (room === "local" && (targetRoom === "jobs" || targetRoom === "predictors")) {
      fault("local is the other end of the wire: it must not use jobs or predictors");
    }
    const entrance =
      target === `${targetRoom}/index.js` ||
      lightEntrances.has(target) ||
      open.has(targetRoom) ||
      (perAlgorithm.has(targetRoom) && /^[a-z]+\/[a-z-]+\/index\.js$/u.test(target));
    if (!entrance) fault(`another room is entered through its index.js`);
  }
  if (room === "(entry)" || path === `${room}/index.ts`) {
    const code = source
      .replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/gu, "")
      .replaceAll(/export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*"[^"]+";?/gu, "");
    if (code.trim() !== "") found.push(`src/${path}: an entrance only re-exports`);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const src = resolve(dirname(fileURLToPath(import.meta.url)), "../src");
  const all = [];
  for (const entry of await readdir(src, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    if (!entry.isFile() || !file.endsWith(".ts") || file.includes(`${sep}assembly${sep}`)) continue;
    all.push(...faults(relative(src, file).replaceAll(sep, "/"), await readFile(file, "utf8")));
  }
  for (const text of all) console.error(text);
  process.exit(all.length > 0 ? 1 : 0);
}
