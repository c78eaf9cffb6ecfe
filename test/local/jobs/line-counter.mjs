import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A refusal or failure as the service knows it: told apart by name and members, as from any other copy of the classes. */
function failure(kind, message) {
  return Object.assign(new Error(message), { name: "JobFailure", kind });
}

function refusal(status, message) {
  return Object.assign(new Error(message), { name: "ContainerError", status });
}

async function train(context) {
  const { hyperParameters: parameters, log } = context;
  log("Arguments: train");
  let lines = 0;
  for (const channel of context.channels) {
    for (const file of channel.files) {
      log(`Processing ${file.containerPath} . File size: ${file.sizeBytes} B`);
      lines += (await readFile(file.path, "utf8")).split("\n").filter((line) => line !== "").length;
    }
  }
  log(`Number of lines:  ${lines}\n\n#lines: ${lines}`);
  await writeFile(join(context.modelDir, "count.json"), JSON.stringify({ lines }));
  switch (parameters.end) {
    case "client-error":
      throw failure("ClientError", "the label is missing in line 3");
    case "algorithm-error":
      throw failure("AlgorithmError", "the matrix is singular");
    case "throw":
      throw new TypeError("x is not a function");
    case "crash":
      setTimeout(() => {
        throw new Error("out of the blue");
      }, 0);
      await sleep(60_000);
      break;
    case "exit":
      process.exit(3);
      break;
    case "wait":
      log("waiting");
      await sleep(60_000, undefined, { signal: context.signal }).catch(() => undefined);
      if (context.signal.aborted) throw context.signal.reason;
      break;
    case "deaf":
      log("waiting");
      await sleep(60_000);
      break;
    default:
  }
  process.stdout.write("printed by the engine\n");
  log("#lines: 0.1");
  await writeFile(join(context.outputDir, "report.txt"), "done");
}

async function load(context) {
  context.log("Finding and loading model");
  if (context.environment.FAIL_LOAD) throw failure("ClientError", "count.json is too old");
  const { lines } = JSON.parse(await readFile(join(context.modelDir, "count.json"), "utf8"));
  return {
    executionParameters: { maxConcurrentTransforms: 4, batchStrategy: "MULTI_RECORD", maxPayloadInMb: 6 },
    async invoke({ body, contentType, accept }) {
      const text = new TextDecoder().decode(body);
      if (contentType !== "text/plain") throw refusal(415, `content-type ${contentType} not supported`);
      if (text.includes("bad")) throw refusal(400, "Customer Error: bad record\n(caused by ValueError)");
      if (text === "boom") throw new Error("boom");
      if (text === "exit") process.exit(1);
      if (text.startsWith("sleep ")) await sleep(Number(text.slice(6)));
      const answers = text.split("\n").map((line) => `${line.length}/${lines}${context.environment.SUFFIX ?? ""}`);
      return { body: new TextEncoder().encode(answers.join("\n")), contentType: accept ?? "text/plain" };
    },
  };
}

/** Counts lines: the smallest algorithm that really trains, serves, fails and waits. */
export const lineCounter = {
  name: "line-counter",
  metricDefinitions: [{ Name: "train:lines", Regex: "#lines: (\\S+)" }],
  refusals: (job) => (job.instanceCount > 1 ? ["line-counter runs on one instance only."] : []),
  validate: async (job) =>
    job.hyperParameters.wrong === undefined ? [] : ["The value 'x' is not valid for the 'wrong' hyperparameter"],
  loadEngine: async () => ({ train, load }),
};
