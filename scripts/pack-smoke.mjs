// Packs the library, installs the tarball in an empty project and uses it from there, as ESM, as CommonJS and as
// types under the strictest flags without the DOM lib: what a user gets, not what the source tree holds.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const project = await mkdtemp(join(tmpdir(), "sagemaker-ts-smoke-"));
const run = (command, args, cwd = project) =>
  execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8" });

try {
  const [{ filename }] = JSON.parse(run("npm", ["pack", "--json", "--silent", "--pack-destination", project], root));
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "smoke", private: true, version: "1.0.0" }));
  run("npm", ["install", "--silent", "--prefer-offline", "--ignore-scripts", `./${filename}`]);
  await mkdir(join(project, "node_modules", "@types"), { recursive: true });
  await cp(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"), { recursive: true });
  await cp(join(root, "node_modules/undici-types"), join(project, "node_modules/undici-types"), { recursive: true });
  for (const file of ["use.mjs", "use.cjs", "use.ts"]) await cp(join(root, "test/package", file), join(project, file));

  console.log(run("node", ["use.mjs"]).trim());
  console.log(run("node", ["use.cjs"]).trim());
  const asking = 'fetch(process.env.AWS_ENDPOINT_URL).then(({ status }) => console.log("the program serves:", status))';
  const program = join(project, "node_modules/.bin/sagemaker-ts");
  console.log(run(program, ["local", "run", "--root", "temporary", "--", process.execPath, "-e", asking]).trim());
  for (const [module, moduleResolution] of [
    ["NodeNext", "NodeNext"],
    ["ESNext", "Bundler"],
  ]) {
    await writeFile(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          target: "ES2022",
          lib: ["ES2022", "ESNext.Disposable"],
          module,
          moduleResolution,
          types: ["node"],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noPropertyAccessFromIndexSignature: true,
          skipLibCheck: false,
          noEmit: true,
        },
        files: ["use.ts"],
      }),
    );
    run(join(root, "node_modules/.bin/tsc"), ["-p", "tsconfig.json"]);
    console.log(`types hold under ${moduleResolution} resolution, strictest flags, no DOM lib`);
  }
} finally {
  await rm(project, { recursive: true, force: true });
}
