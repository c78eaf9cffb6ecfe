import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { type ClientDriver, ClientFailure, type Json, knownCode, type ServiceName, type WaiterName } from "./driver.js";

const environmentOf = (variables: Json): NodeJS.ProcessEnv => ({
  ...process.env,
  ...(variables as Record<string, string>),
  // What a developer has set up for AWS has no say in the tests.
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  NO_PROXY: "127.0.0.1",
  no_proxy: "127.0.0.1",
});

/** Why Python cannot drive the tests on this machine; undefined when it can. */
export function missingInPython(modules: string, python = "python3"): string | undefined {
  const { status, error } = spawnSync(python, ["-c", `import ${modules}`], { stdio: "ignore" });
  if (error) return `there is no ${python}`;
  return status === 0 ? undefined : `${python} cannot import ${modules}`;
}

interface Answer {
  readonly output?: Json;
  /** Of an error that the service answered. */
  readonly code?: string;
  readonly message?: string;
  /** Why the client itself gave up. */
  readonly problem?: string;
}

/** A client in a Python process that reads requests and writes answers as lines of JSON. */
export class PythonDriver implements ClientDriver {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();

  /** @param script - in this folder */
  constructor(script: string, variables: Json) {
    this.#child = spawn("python3", ["-u", "-B", `${import.meta.dirname}/${script}`], {
      stdio: ["pipe", "pipe", "inherit"],
      env: environmentOf(variables),
    });
    if (!this.#child.stdout) throw new Error("the process has no output");
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  call(service: ServiceName, operation: string, input: Json): Promise<Json> {
    return this.#ask({ do: "call", service, operation, input });
  }

  async wait(waiter: WaiterName, input: Json): Promise<void> {
    await this.#ask({ do: "wait", waiter, input });
  }

  async upload(path: string, bucket: string, key: string): Promise<void> {
    await this.#ask({ do: "upload", path, bucket, key });
  }

  async download(bucket: string, key: string, path: string): Promise<void> {
    await this.#ask({ do: "download", path, bucket, key });
  }

  async presign(bucket: string, key: string): Promise<string> {
    return String((await this.#ask({ do: "presign", bucket, key }))["url"]);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, "exit");
      this.#child.stdin?.end();
      await exited;
    }
    this.#lines.close();
  }

  /** One question at a time. */
  #ask(question: Json): Promise<Json> {
    const answer = this.#last.then(() => this.#exchange(question));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #exchange(question: Json): Promise<Json> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error("the Python process has ended");
    const { output, code, message, problem } = JSON.parse(value) as Answer;
    if (problem !== undefined) throw new Error(problem);
    if (code !== undefined) throw new ClientFailure(knownCode(code), message ?? "");
    return output ?? {};
  }
}
