import { describe, expect, it } from "vitest";
import { parseCommand, UsageError } from "../../src/cli/arguments.js";

describe("parseCommand", () => {
  it("reads the options of the service and leaves everything after two dashes to the command", () => {
    const args =
      "local run --port 4000 --root temporary --region eu-west-1 --seed 7 --threads 2 --verbose -- python -u x.py --port 1";
    expect(parseCommand(args.split(" "))).toEqual({
      name: "run",
      service: {
        options: { root: "temporary", region: "eu-west-1", seed: 7, threads: 2 },
        listen: { port: 4000 },
        isVerbose: true,
      },
      command: ["python", "-u", "x.py", "--port", "1"],
    });
  });

  it("leaves out what is not said, so that the defaults of the service hold", () => {
    expect(parseCommand(["local", "start"])).toEqual({
      name: "start",
      service: { options: {}, listen: {}, isVerbose: false },
    });
    expect(parseCommand(["local", "env", "--root", "store"])).toEqual({ name: "env", root: "store" });
  });

  it.each([[], ["--help"], ["local"], ["local", "--help"], ["local", "start", "-h"]].map((args) => [args]))(
    "shows the help for %j",
    (args) => {
      expect(parseCommand(args)).toEqual({ name: "help" });
    },
  );

  it.each([
    ["lokal start", /unknown command "lokal"/u],
    ["local stop", /unknown command "local stop"; known are: local start, local run, local env/u],
    ["local start --prot 1", /Unknown option '--prot'/u],
    ["local start --port", /'--port <value>' argument missing/u],
    ["local start --port x1", /--port must be a whole number; got "x1"/u],
    ["local start --seed -1", /--seed/u],
    ["local start here", /Unexpected argument 'here'/u],
    ["local run python x.py", /Unexpected argument 'python'/u],
    ["local run", /Write it after two dashes/u],
    ["local run --", /Write it after two dashes/u],
    ["local start -- x", /runs no command/u],
    ["local env --port 1", /takes --root only, not --port/u],
  ])("refuses %s in one line", (line, message) => {
    const parse = () => parseCommand(line.split(" "));
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/\n/u);
  });
});
