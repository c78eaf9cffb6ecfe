import { getEventListeners, once } from "node:events";
import { readdir, readlink } from "node:fs/promises";
import net from "node:net";
import { Readable } from "node:stream";
import tls from "node:tls";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it, vi } from "vitest";
import type { SdkHttpRequest, WireRequest, WireResponse } from "../../../src/local/index.js";
import { InProcessHandler } from "../../../src/local/transport/in-process-handler.js";
import { collect } from "../support.js";
import { newS3 } from "./support.js";

const Bucket = "my-bucket";
const plain: SdkHttpRequest = { method: "GET", hostname: "127.0.0.1", path: "/a/../b//c%3F", headers: {} };

/** A handler whose service answers with `answer` and remembers the request. */
function newHandler(answer: (request: WireRequest) => Promise<WireResponse>) {
  const seen: WireRequest[] = [];
  const handler = new InProcessHandler(() => ({
    handle: async (request) => {
      seen.push(request);
      return answer(request);
    },
  }));
  return { handler, seen };
}

const ok: WireResponse = { status: 200, headers: {}, body: undefined };

describe("InProcessHandler", () => {
  it("passes path, query, headers and body on as they would be on the wire", async () => {
    const { handler, seen } = newHandler(async () => ok);
    await handler.handle({
      ...plain,
      method: "PUT",
      port: 9000,
      query: { "x-id": "Put Object", tag: ["a", "b&c"], delete: null, empty: "" },
      headers: { "Content-Type": "text/plain" },
      body: "héllo",
    });
    expect(seen[0]).toMatchObject({
      method: "PUT",
      rawPath: "/a/../b//c%3F",
      rawQuery: "x-id=Put%20Object&tag=a&tag=b%26c&delete&empty=",
      headers: { "content-type": "text/plain", "content-length": "6", host: "127.0.0.1:9000" },
    });
    expect(Buffer.from(seen[0]?.body as Uint8Array).toString()).toBe("héllo");
  });

  it("takes bytes in every form that clients give", async () => {
    const { handler, seen } = newHandler(async () => ok);
    const bytes = new Uint8Array([1, 2, 3]);
    for (const body of [
      bytes,
      bytes.buffer,
      new DataView(bytes.buffer, 1, 2),
      Readable.from(["ab", Buffer.from("c")]),
    ]) {
      await handler.handle({ ...plain, body });
    }
    expect(seen.slice(0, 3).map(({ body }) => [...(body as Uint8Array)])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [2, 3],
    ]);
    const pieces = await collect(seen[3]?.body as AsyncIterable<Uint8Array>);
    expect(Buffer.concat(pieces).toString()).toBe("abc");
    await expect(handler.handle({ ...plain, body: 42 })).rejects.toThrow("neither text nor bytes nor a stream");
  });

  it("refuses headers that HTTP could not carry", async () => {
    const { handler, seen } = newHandler(async () => ok);
    const refused = (value: string | undefined) => handler.handle({ ...plain, headers: { "x-a": value } });
    await expect(refused(undefined)).rejects.toMatchObject({ code: "ERR_HTTP_INVALID_HEADER_VALUE" });
    await expect(refused("日本")).rejects.toMatchObject({ code: "ERR_INVALID_CHAR" });
    await expect(refused("a\nb")).rejects.toMatchObject({ code: "ERR_INVALID_CHAR" });
    expect(seen).toEqual([]);
  });

  it("rejects at an abort before, during and after the answer, and leaves no listener", async () => {
    const reason = new Error("enough");
    const { handler, seen } = newHandler((request) =>
      request.rawPath === "/never"
        ? new Promise<never>(() => undefined)
        : Promise.resolve({ ...ok, body: endless(request.signal) }),
    );
    const aborted = handler.handle(plain, { abortSignal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toMatchObject({ name: "AbortError", cause: reason });
    expect(seen).toHaveLength(0);

    const during = new AbortController();
    const waiting = handler.handle({ ...plain, path: "/never" }, { abortSignal: during.signal });
    setImmediate(() => during.abort(reason));
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(getEventListeners(during.signal, "abort")).toHaveLength(0);

    const after = new AbortController();
    const { response } = await handler.handle(plain, { abortSignal: after.signal });
    const reading = collect(response.body as AsyncIterable<Uint8Array>);
    setImmediate(() => after.abort(reason));
    await expect(reading).rejects.toMatchObject({ name: "AbortError" });
    expect(getEventListeners(after.signal, "abort")).toHaveLength(0);
  });

  it("leaves no listener after an answer that was read", async () => {
    const { s3 } = await newS3();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const { signal } = new AbortController();
    await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }), { abortSignal: signal });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }), { abortSignal: signal });
    await Body?.transformToString();
    await new Promise(setImmediate);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("does not store an upload that was aborted", async () => {
    const { local, s3 } = await newS3();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const controller = new AbortController();
    async function* pieces(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(100_000);
      controller.abort();
      yield Buffer.alloc(100_000);
    }
    const Body = Readable.from(pieces(), { objectMode: false });
    const put = s3.send(new PutObjectCommand({ Bucket, Key: "k", Body, ContentLength: 200_000 }), {
      abortSignal: controller.signal,
    });
    await expect(put).rejects.toMatchObject({ name: "AbortError" });
    await local.close();
    expect(local.requests.map(({ operation }) => operation)).toEqual(["CreateBucket"]);
  });

  it.runIf(process.platform === "linux")(
    "closes files of answers that nobody read, at the latest with the service",
    async () => {
      const { local, s3 } = await newS3();
      await s3.send(new CreateBucketCommand({ Bucket }));
      await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: Buffer.alloc(3_000_000) }));
      const openFiles = async (): Promise<number> => {
        const names = await readdir("/proc/self/fd");
        const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")));
        return targets.filter((target) => target.startsWith(local.root)).length;
      };
      const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
      const before = timers();
      const controller = new AbortController();
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }), { abortSignal: controller.signal });
      const failed = once(got.Body as Readable, "error");
      await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
      expect(await openFiles()).toBe(2);
      controller.abort();
      expect(await failed).toMatchObject([{ name: "AbortError" }]);
      await vi.waitFor(async () => expect(await openFiles()).toBe(1));
      await local.close();
      expect(await openFiles()).toBe(0);
      expect(timers()).toBeLessThanOrEqual(before);
    },
  );

  it("opens no socket, whatever the environment says", async () => {
    vi.stubEnv("AWS_ENDPOINT_URL", "http://localhost:4566");
    vi.stubEnv("AWS_ENDPOINT_URL_S3", "http://minio.example.com:9000/base");
    vi.stubEnv("AWS_USE_FIPS_ENDPOINT", "true");
    const connect = vi.spyOn(net.Socket.prototype, "connect");
    const secure = vi.spyOn(tls, "connect");
    const { local, s3 } = await newS3();
    await s3.send(new CreateBucketCommand({ Bucket }));
    const put = new PutObjectCommand({ Bucket, Key: "k", Body: Buffer.alloc(3_000_000) });
    await s3.send(put);
    const fresh = new S3Client(local.clientSettings);
    await fresh.send(new HeadBucketCommand({ Bucket }));
    await new STSClient(local.clientSettings).send(new GetCallerIdentityCommand({}));
    expect(local.requests.map(({ operation }) => operation)).toContain("GetCallerIdentity");
    expect(connect).not.toHaveBeenCalled();
    expect(secure).not.toHaveBeenCalled();
  });
});

/** A body that goes on until the signal aborts. */
async function* endless(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  while (!signal?.aborted) {
    yield Buffer.alloc(10);
    await new Promise(setImmediate);
  }
}
