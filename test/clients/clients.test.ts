import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalSageMaker, type LocalServer } from "../../src/local/index.js";
import type { ClientDriver } from "./driver.js";
import { missingInPython, PythonDriver } from "./python-driver.js";
import { scenarios } from "./scenarios.js";
import { SdkDriver } from "./sdk-driver.js";

let local: LocalSageMaker;
let server: LocalServer;

beforeAll(async () => {
  local = await LocalSageMaker.create({ root: "temporary" });
  server = await local.listen();
});

afterAll(() => local.close());

const credentials = { accessKeyId: "local", secretAccessKey: "local" };

interface Client {
  readonly name: string;
  /** Why this machine cannot play the client. */
  readonly missing?: string | undefined;
  readonly isInProcess?: boolean;
  open(): ClientDriver;
}

const clients: readonly Client[] = [
  {
    name: "AWS SDK for JavaScript in this process",
    isInProcess: true,
    open: () => new SdkDriver(local.clientSettings),
  },
  {
    name: "AWS SDK for JavaScript over HTTP",
    open: () => new SdkDriver({ endpoint: server.url, region: local.region, credentials }),
  },
  {
    name: "boto3",
    missing: missingInPython("boto3"),
    open: () => new PythonDriver("boto3_driver.py", server.environment),
  },
  {
    name: "AWS CLI",
    missing: missingInPython("awscli.clidriver"),
    open: () => new PythonDriver("awscli_driver.py", server.environment),
  },
];

for (const [index, { name, missing, isInProcess, open }] of clients.entries()) {
  describe.skipIf(missing)(missing ? `${name} (skipped: ${missing})` : name, () => {
    let client: ClientDriver;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "clients-test-"));
      client = open();
    });

    afterAll(async () => {
      await client.close();
      await rm(folder, { recursive: true });
    });

    for (const scenario of scenarios) {
      if (scenario.needsServer && isInProcess) {
        it.skip(`${scenario.name} (skipped: there is no server to open the address on)`);
        continue;
      }
      it(scenario.name, async () => {
        local.clearRequests();
        await scenario.run({ client, local, folder, tag: `client-${index}` });
        const seen = new Set(local.requests.map(({ operation }) => operation));
        expect(scenario.operations.filter((operation) => !seen.has(operation))).toEqual([]);
      });
    }
  });
}
