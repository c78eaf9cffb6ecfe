import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../local/support.js";

/** The built program, as a user's shell starts it. */
const main = join(import.meta.dirname, "../../dist/esm/cli/main.js");
const inheritedEnvironment = { ...process.env, AWS_PROFILE: "work" };

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function program(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { env: inheritedEnvironment });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
  });
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

/** A command that asks the service who it is, with nothing but its environment, and ends with code 7. */
const asking = `
  const { AWS_ENDPOINT_URL: url, AWS_PROFILE: profile } = process.env;
  const authorization = "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00";
  const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
  fetch(url, { method: "POST", headers, body: "Action=GetCallerIdentity&Version=2011-06-15" }).then(async (answer) => {
    console.log(profile, await answer.text());
    process.exitCode = 7;
  });
`;

describe("sagemaker-ts local run", () => {
  it("runs a command with the environment of a service, ends with its code and leaves nothing open", async () => {
    const root = join(temporaryFolder(), "store");
    const { code, out, err } = await program("local", "run", "--root", root, "--", process.execPath, "-e", asking);
    expect({ code, err }).toEqual({ code: 7, err: "" });
    expect(out).toMatch(/^undefined .*assumed-role\/SageMakerLocalRole/su);
    expect(existsSync(join(root, "lock"))).toBe(false);
  });

  it.skipIf(process.platform === "win32")(
    "ends as a shell would when a signal ends the command or there is none",
    async () => {
      const killed = await program("local", "run", "--root", "temporary", "--", "sh", "-c", "kill -TERM $$");
      expect(killed.code).toBe(143);
      const missing = await program("local", "run", "--root", "temporary", "--", "no-such-program");
      expect(missing).toMatchObject({ code: 127, err: 'sagemaker-ts: there is no program "no-such-program"\n' });
    },
  );
});

describe.skipIf(process.platform === "win32")("sagemaker-ts local start and env", () => {
  it("serve until the signal; meanwhile the environment can be asked for", async () => {
    const root = join(temporaryFolder(), "store");
    const child = spawn(process.execPath, [main, "local", "start", "--root", root], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith("export no_proxy=")) break;
    }
    const env = execFileSync(process.execPath, [main, "local", "env", "--root", root], { encoding: "utf8" });
    expect(env.trim().split("\n")).toEqual(lines.filter((line) => !line.startsWith("#")));
    expect(env).toMatch(/^export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/mu);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(existsSync(join(root, "lock"))).toBe(false);
    const gone = await program("local", "env", "--root", root);
    expect(gone.code).toBe(1);
    expect(gone.err).toMatch(/^sagemaker-ts: No local SageMaker listens on the store .*\n$/u);
  });
});

describe("sagemaker-ts", () => {
  it("shows its help, and says in one line what is wrong with a command line", async () => {
    expect(await program("--help")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Usage: sagemaker-ts local start/u),
    });
    expect(await program("local", "start", "--port", "99999", "--root", "temporary")).toEqual({
      code: 1,
      out: "",
      err: "sagemaker-ts: listen: port must be a whole number from 0 to 65535; got 99999\n",
    });
    expect((await program("local", "stop")).code).toBe(2);
  });
});
