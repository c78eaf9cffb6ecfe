import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { LocalError, ValidationError } from "../../src/errors/index.js";
import { LocalSageMaker, LocalSession, type LocalSessionOptions } from "../../src/local/index.js";
import { LOCAL_DEFAULTS } from "../../src/local/local-options.js";
import { Session } from "../../src/session/index.js";
import { temporaryFolder } from "./support.js";

function newSession(options: LocalSessionOptions = {}): LocalSession {
  const session = new LocalSession({ root: "temporary", ...options });
  onTestFinished(() => session.close());
  return session;
}

describe("LocalSession", () => {
  it("is a session with region, account, role and default bucket", async () => {
    const session = newSession();
    expect(session).toBeInstanceOf(Session);
    expect(session.region).toBe("us-east-1");
    expect(await session.accountId()).toBe("123456789012");
    expect(await session.resolveRole()).toBe("arn:aws:iam::123456789012:role/SageMakerLocalRole");
    expect(await session.resolveRole("SageMakerLocalRole")).toBe("arn:aws:iam::123456789012:role/SageMakerLocalRole");
    expect(await session.defaultBucket()).toBe("sagemaker-us-east-1-123456789012");
  });

  it("creates the default bucket only when it is asked to, as on AWS", async () => {
    const session = newSession();
    const names = async () => {
      const { Buckets } = await new S3Client((await session.service()).clientSettings).send(new ListBucketsCommand({}));
      return Buckets?.map(({ Name }) => Name) ?? [];
    };
    await session.defaultBucket();
    expect(await names()).toEqual([]);
    await session.defaultBucket({ create: true });
    expect(await names()).toEqual(["sagemaker-us-east-1-123456789012"]);
  });

  it("uploads and downloads files through the store on disk", async () => {
    const session = newSession();
    const bucket = await session.defaultBucket({ create: true });
    const folder = temporaryFolder();
    await mkdir(join(folder, "up/sub"), { recursive: true });
    await writeFile(join(folder, "up/a.txt"), "__label__a one\n");
    await writeFile(join(folder, "up/sub/b.txt"), "__label__b two\n");

    const uri = await session.uploadData(join(folder, "up"), { keyPrefix: "data" });

    expect(uri).toBe(`s3://${bucket}/data/`);
    const { root } = await session.service();
    expect(await readFile(join(root, "s3", bucket, "data/data/sub/b.txt"), "utf8")).toBe("__label__b two\n");
    await session.downloadData(uri, join(folder, "down"));
    expect(await readFile(join(folder, "down/sub/b.txt"), "utf8")).toBe("__label__b two\n");
  });

  it("touches nothing before the first request", async () => {
    const root = join(temporaryFolder(), "store");
    const session = newSession({ root });
    expect(existsSync(root)).toBe(false);
    await session.accountId();
    expect(existsSync(root)).toBe(true);
  });

  it("keeps everything for the next session on the same root", async () => {
    const root = join(temporaryFolder(), "store");
    const first = newSession({ root });
    const bucket = await first.defaultBucket({ create: true });
    const uri = await first.uploadString("hello", `s3://${bucket}/greeting.txt`);
    await first.close();

    expect(await newSession({ root }).readS3File(uri)).toBe("hello");
  });

  it("uses an open service and leaves it open", async () => {
    const local = await LocalSageMaker.create({ root: "temporary", accountId: "000000000001", region: "eu-west-1" });
    onTestFinished(() => local.close());
    const session = newSession({ root: undefined, service: local });
    expect(await session.defaultBucket()).toBe("sagemaker-eu-west-1-000000000001");
    expect(await session.service()).toBe(local);
    await session.close();
    expect(local.requests.map(({ operation }) => operation)).toEqual(["GetCallerIdentity"]);
    expect(await newSession({ root: undefined, service: local }).accountId()).toBe("000000000001");
  });

  it("fails after its close, naming the reason", async () => {
    const session = newSession();
    await session.accountId();
    const { root } = await session.service();
    await session.close();
    expect(existsSync(root)).toBe(false);
    await expect(session.service()).rejects.toMatchObject({ code: "LOCAL_CLOSED" });
    await expect(session.defaultBucket({ create: true })).rejects.toSatisfy((error) => {
      const cause = error instanceof LocalError ? error : (error as Error).cause;
      return LocalError.is(cause) && cause.code === "LOCAL_CLOSED";
    });
  });

  it("says who holds the store, and works once it is free", async () => {
    const root = join(temporaryFolder(), "store");
    const holder = newSession({ root });
    await holder.accountId();
    const second = newSession({ root });
    await expect(second.service()).rejects.toMatchObject({
      code: "LOCAL_STORE_LOCKED",
      message: expect.stringContaining(`${root} is in use since`),
    });
    await holder.close();
    expect(await second.accountId()).toBe("123456789012");
  });

  it("opens one service for requests that start together", async () => {
    const session = newSession();
    const create = vi.spyOn(LocalSageMaker, "create");
    await Promise.all([session.accountId(), session.defaultBucket({ create: true }), session.service()]);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it("takes the folder from SAGEMAKER_LOCAL_HOME when none is named", async () => {
    const home = join(temporaryFolder(), "home");
    vi.stubEnv("SAGEMAKER_LOCAL_HOME", home);
    const session = newSession({ root: undefined });
    expect((await session.service()).root).toBe(home);
  });

  it("reports every fault of its options at once", () => {
    const bad = { seeds: 1, region: "Virginia", threads: 0 } as LocalSessionOptions;
    expect(() => new LocalSession(bad)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('unknown option "seeds" of LocalSession; did you mean "seed"?'),
      }),
    );
    const values = { region: "Virginia", threads: 0, accountId: "1", timing: "slow" } as unknown as LocalSessionOptions;
    expect(() => new LocalSession(values)).toThrow(ValidationError);
    expect(() => new LocalSession(values)).toThrow(/4 faults.*threads must be a whole number from 1 to 256; got 0/su);
  });

  it("does not take settings of a service together with an open one", async () => {
    const local = await LocalSageMaker.create({ root: "temporary" });
    onTestFinished(() => local.close());
    expect(() => new LocalSession({ service: local, seed: 2 })).toThrow("seed: the given service has its own settings");
  });
});

describe("LocalSageMaker", () => {
  it("documents its defaults truly", async () => {
    const local = await LocalSageMaker.create({ root: "temporary" });
    onTestFinished(() => local.close());
    const { accountId, region, roleArn } = local;
    expect({ accountId, region }).toEqual({ accountId: "123456789012", region: "us-east-1" });
    expect(roleArn).toBe(`arn:aws:iam::123456789012:role/${LOCAL_DEFAULTS.roleName}`);
    expect(LOCAL_DEFAULTS).toMatchObject({ seed: 1, threads: 1, timing: "instant", requestLogSize: 1000 });
  });

  it("lays out its folder for people and keeps it out of version control", async () => {
    const root = join(temporaryFolder(), "store");
    const local = await LocalSageMaker.create({ root });
    await local.close();
    expect((await readdir(root)).sort()).toEqual([
      ".gitignore",
      "format.json",
      "logs",
      "s3",
      "sagemaker",
      "tmp",
      "work",
    ]);
    expect(await readFile(join(root, ".gitignore"), "utf8")).toBe("*\n");
  });

  it("does not move into a folder that holds something else", async () => {
    const root = temporaryFolder();
    await writeFile(join(root, "thesis.doc"), "important");
    await expect(LocalSageMaker.create({ root })).rejects.toThrow("holds other files (thesis.doc)");
    expect(await readdir(root)).toEqual(["thesis.doc"]);
  });

  it("does not open a store of a format that it does not know", async () => {
    const root = temporaryFolder();
    await writeFile(join(root, "format.json"), '{"format":2}');
    await expect(LocalSageMaker.create({ root })).rejects.toMatchObject({
      code: "LOCAL_STORE_CORRUPT",
      message: expect.stringContaining("expected format 1, got 2"),
    });
  });

  it("cleans up what a crash left, in its own folder and among temporary ones", async () => {
    const root = join(temporaryFolder(), "store");
    await (await LocalSageMaker.create({ root })).close();
    await writeFile(join(root, "tmp/half-written"), "x");
    const abandoned = join(tmpdir(), "sagemaker-local-abandoned-test");
    await mkdir(abandoned, { recursive: true });
    const longAgo = new Date(Date.now() - 7_200_000);
    await utimes(abandoned, longAgo, longAgo);

    await (await LocalSageMaker.create({ root })).close();
    await (await LocalSageMaker.create({ root: "temporary" })).close();

    expect(await readdir(join(root, "tmp"))).toEqual([]);
    await expect(stat(abandoned)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("can be closed twice, gives the lock back and answers no more", async () => {
    const root = join(temporaryFolder(), "store");
    const local = await LocalSageMaker.create({ root });
    await Promise.all([local.close(), local.close()]);
    expect(existsSync(join(root, "lock"))).toBe(false);
    const request = { method: "GET", rawPath: "/", rawQuery: "", headers: {}, body: undefined };
    await expect(local.handle(request)).rejects.toMatchObject({ code: "LOCAL_CLOSED" });
  });

  it("reports failed requests to the logger and keeps the last ones", async () => {
    const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
    const local = await LocalSageMaker.create({ root: "temporary", logger, requestLogSize: 2 });
    onTestFinished(() => local.close());
    const get = (rawPath: string) =>
      local.handle({ method: "GET", rawPath, rawQuery: "", headers: { host: "127.0.0.1" }, body: undefined });
    for (const path of ["/", "/none", "/none/key"]) await get(path);
    expect(local.requests.map(({ operation, errorCode }) => [operation, errorCode])).toEqual([
      ["ListObjects", "NoSuchBucket"],
      ["GetObject", "NoSuchBucket"],
    ]);
    expect(local.requests[1]?.input).toEqual({ Bucket: "none", Key: "key" });
    expect(logger.debug).toHaveBeenCalledWith(
      expect.stringMatching(/^local s3 GetObject NoSuchBucket: The specified/u),
    );
    local.clearRequests();
    expect(local.requests).toEqual([]);
  });
});
