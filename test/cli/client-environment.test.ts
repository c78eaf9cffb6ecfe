import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { commandEnvironment, shellLines } from "../../src/cli/client-environment.js";

const service = { AWS_ENDPOINT_URL: "http://127.0.0.1:4000", SAGEMAKER_ROLE: "arn:aws:iam::123456789012:role/R" };

describe("commandEnvironment", () => {
  it("adds the variables of the service and takes away those that would lead past it", () => {
    const inherited = {
      PATH: "/bin",
      AWS_PROFILE: "work",
      AWS_SESSION_TOKEN: "secret",
      AWS_ENDPOINT_URL_S3: "https://elsewhere.example",
      AWS_ENDPOINT_URL: "https://elsewhere.example",
      NO_PROXY: "example.org",
    };
    expect(commandEnvironment(inherited, service)).toEqual({
      PATH: "/bin",
      NO_PROXY: "example.org,127.0.0.1",
      no_proxy: "127.0.0.1",
      ...service,
    });
    expect(inherited.AWS_PROFILE).toBe("work");
  });
});

describe("shellLines", () => {
  it.skipIf(process.platform === "win32")("does the same in a shell, with any value", () => {
    const odd = { ...service, AWS_REGION: 'it\'s $HOME `x` "y"' };
    const script = `${shellLines(odd).join("\n")}\nprintf '%s|' "$AWS_ENDPOINT_URL" "$AWS_REGION" "$AWS_PROFILE" "$NO_PROXY" "$no_proxy"`;
    const env = { AWS_PROFILE: "work", NO_PROXY: "example.org" };
    expect(execFileSync("/bin/sh", ["-c", script], { env, encoding: "utf8" })).toBe(
      `http://127.0.0.1:4000|it's $HOME \`x\` "y"||example.org,127.0.0.1|127.0.0.1|`,
    );
  });
});
