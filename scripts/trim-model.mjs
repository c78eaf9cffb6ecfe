/**
 * Writes the trimmed AWS model of the operations that the local SageMaker serves.
 *
 *   node scripts/trim-model.mjs                  newest botocore from PyPI (needs python3 with venv)
 *   node scripts/trim-model.mjs --version 1.44.5 that version
 *
 * Reads botocore's service-2.json (Apache-2.0), keeps shapes and constraints, drops all documentation text, and writes
 *   src/local/model/sagemaker.generated.ts        shapes of the requests (validated at run time)
 *   test/local/model/outputs.generated.ts         shapes of the answers (conformance tests only)
 * and the version line of NOTICE.
 *
 * Newer botocore versions print patterns without `^` and `$`. The service quotes a pattern as it was first written, so
 * the anchors come from an older botocore that still carries them. The text after the anchors is always the newest.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

const operations = [
  ...["Create", "Describe", "Stop", "Delete"].map((verb) => `${verb}TrainingJob`),
  "ListTrainingJobs",
  ...["Create", "Describe", "Delete"].flatMap((verb) => [`${verb}Model`, `${verb}EndpointConfig`, `${verb}Endpoint`]),
  "ListModels",
  "ListEndpointConfigs",
  "ListEndpoints",
  "UpdateEndpoint",
  "UpdateEndpointWeightsAndCapacities",
  ...["Create", "Describe", "Stop"].map((verb) => `${verb}TransformJob`),
  "ListTransformJobs",
  ...["Create", "Describe", "Stop", "Delete"].map((verb) => `${verb}HyperParameterTuningJob`),
  "ListHyperParameterTuningJobs",
  "ListTrainingJobsForHyperParameterTuningJob",
  "AddTags",
  "ListTags",
  "DeleteTags",
].sort();

const versionWithAnchors = "1.29.27";
const modelFile = "botocore/data/sagemaker/2017-07-24/service-2.json";

const { values } = parseArgs({ options: { version: { type: "string" } } });
const work = mkdtempSync(join(tmpdir(), "trim-model-"));
try {
  execFileSync("python3", ["-m", "venv", join(work, "venv")]);
  const newest = load("newest", values.version);
  const anchored = load("anchored", versionWithAnchors);
  const inputs = trim(newest.model, anchored.model, "input");
  const outputs = trim(newest.model, anchored.model, "output");
  writeFileSync("src/local/model/sagemaker.generated.ts", source(inputs, newest.version, "./types.js", "Requests"));
  writeFileSync(
    "test/local/model/outputs.generated.ts",
    source(outputs, newest.version, "../../../src/local/model/index.js", "Answers"),
  );
  const notice = readFileSync("NOTICE", "utf8");
  writeFileSync("NOTICE", notice.replaceAll(/botocore \d+\.\d+\.\d+/gu, `botocore ${newest.version}`));
  console.log(
    `botocore ${newest.version}: ${operations.length} operations, ` +
      `${Object.keys(inputs.shapes).length} request shapes, ${Object.keys(outputs.shapes).length} answer shapes`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

function load(name, version) {
  const target = join(work, name);
  execFileSync(join(work, "venv", "bin", "pip"), [
    ...["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target", target],
    version ? `botocore==${version}` : "botocore",
  ]);
  const info = readdirSync(target).find((entry) => /^botocore-.*\.dist-info$/u.test(entry));
  const path = join(target, modelFile);
  const text = existsSync(path) ? readFileSync(path, "utf8") : gunzipSync(readFileSync(`${path}.gz`)).toString("utf8");
  return { version: /^botocore-(.*)\.dist-info$/u.exec(info)[1], model: JSON.parse(text) };
}

function trim(model, anchored, side) {
  const shapes = {};
  const roots = {};
  const visit = (name) => {
    if (name in shapes) return;
    shapes[name] = undefined; // keeps recursive shapes from looping
    shapes[name] = compact(model.shapes[name], anchored.shapes[name]);
    const shape = model.shapes[name];
    for (const member of Object.values(shape.members ?? {})) visit(member.shape);
    for (const part of [shape.member, shape.key, shape.value]) if (part) visit(part.shape);
  };
  for (const operation of operations) {
    const root = model.operations[operation]?.[side]?.shape;
    if (!root) continue;
    roots[operation] = root;
    visit(root);
  }
  return { roots, shapes: Object.fromEntries(Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function compact(shape, older) {
  const bounds = "min" in shape || "max" in shape ? [shape.min ?? null, shape.max ?? null] : undefined;
  const secret = shape.sensitive ? { secret: true } : {};
  switch (shape.type) {
    case "structure": {
      const members = Object.fromEntries(Object.entries(shape.members).map(([key, member]) => [key, member.shape]));
      return { t: "structure", m: members, ...(shape.required?.length ? { req: shape.required } : {}) };
    }
    case "list":
      return { t: "list", of: shape.member.shape, ...(bounds ? { len: bounds } : {}) };
    case "map":
      return { t: "map", key: shape.key.shape, value: shape.value.shape, ...(bounds ? { len: bounds } : {}) };
    case "string":
      return {
        t: "string",
        ...(shape.enum ? { enum: shape.enum } : {}),
        ...(bounds ? { len: bounds } : {}),
        ...(shape.pattern ? { pat: withAnchors(shape.pattern, older?.pattern) } : {}),
        ...secret,
      };
    case "integer":
    case "long":
    case "float":
    case "double":
      return { t: shape.type, ...(bounds ? { range: bounds } : {}) };
    case "boolean":
    case "timestamp":
    case "blob":
      return { t: shape.type };
    default:
      throw new Error(`unexpected shape type ${shape.type}`);
  }
}

function withAnchors(pattern, older) {
  if (!older) return pattern;
  const start = older.startsWith("^") && !pattern.startsWith("^") ? "^" : "";
  const end = older.endsWith("$") && !pattern.endsWith("$") ? "$" : "";
  return `${start}${pattern}${end}`;
}

function source({ roots, shapes }, version, types, what) {
  const line = ([name, shape]) => `    ${JSON.stringify(name)}: ${JSON.stringify(shape)},`;
  return [
    `// ${what} of the SageMaker API: trimmed from botocore ${version} (Apache-2.0, see NOTICE). Documentation removed.`,
    "// Written by scripts/trim-model.mjs; do not edit.",
    `import type { ServiceModel } from "${types}";`,
    "",
    `export const sagemaker${what}: ServiceModel = {`,
    "  operations: {",
    ...Object.entries(roots).map(line),
    "  },",
    "  shapes: {",
    ...Object.entries(shapes).map(line),
    "  },",
    "};",
    "",
  ].join("\n");
}
