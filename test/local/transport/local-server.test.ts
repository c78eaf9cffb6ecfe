import { once } from "node:events";
import { readdir, readlink } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LocalSageMaker, type LocalServer, runningService } from "../../../src/local/index.js";
import { temporaryFolder } from "../support.js";

let local: LocalSageMaker;
let server: LocalServer;

beforeAll(async () => {
  local = await LocalSageMaker.create({ root: "temporary" });
  server = await local.listen();
});

afterAll(() => local.close());

function signed(service: string, region = "us-east-1"): Record<string, string> {
  const scope = `20260101/${region}/${service}/aws4_request`;
  return { authorization: `AWS4-HMAC-SHA256 Credential=any/${scope}, SignedHeaders=host, Signature=00` };
}

interface Sent {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly wasToldToContinue: boolean;
}

/** One request with exactly these headers and target: `fetch` would tidy them up. */
function send(
  method: string,
  path: string,
  { headers = signed("s3"), body }: { headers?: Record<string, string>; body?: string | Buffer } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port: server.port, method, path, headers, agent: false });
    let wasToldToContinue = false;
    request.once("continue", () => {
      wasToldToContinue = true;
      request.end(body);
    });
    request.once("error", reject);
    request.once("response", (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, wasToldToContinue });
        request.destroy();
      });
    });
    if (headers["expect"] === undefined) request.end(body);
    else request.flushHeaders();
  });
}

/** Bytes as they are to a socket of its own, and everything that comes back. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  socket.setEncoding("utf8");
  let answer = "";
  socket.on("data", (piece) => {
    answer += piece;
  });
  socket.write(text);
  await once(socket, "close");
  return answer;
}

describe("LocalServer", () => {
  it("listens on a loopback address and says how clients find it", () => {
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(server.environment).toEqual({
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      SAGEMAKER_ROLE: local.roleArn,
    });
  });

  it("keeps the path of a key as it was sent, and takes the bucket from the path or the host", async () => {
    expect((await send("PUT", "/paths")).status).toBe(200);
    const put = await send("PUT", "/paths/a/../%2e%2e//b%20c", { body: "x" });
    expect(put.status).toBe(200);
    const host = `paths.localhost:${server.port}`;
    const list = await send("GET", "/?list-type=2", { headers: { ...signed("s3"), host } });
    expect(list.text).toContain("<Key>a/../..//b c</Key>");
    expect((await send("GET", "/paths/a/%2e./..//b%20c")).text).toBe("x");
  });

  it("tells a client that waits to send its body, and does not when the request is refused before", async () => {
    await send("PUT", "/waits");
    const headers = { ...signed("s3"), expect: "100-continue", "content-length": "5" };
    const taken = await send("PUT", "/waits/key", { headers, body: "hello" });
    expect(taken).toMatchObject({ status: 200, wasToldToContinue: true });
    const refused = await send("PUT", "/no-such-bucket/key", {
      headers: { ...headers, origin: "http://example.org" },
      body: "hello",
    });
    expect(refused).toMatchObject({ status: 403, wasToldToContinue: false });
    expect(refused.headers["connection"]).toBe("close");
  });

  it("answers HEAD with the length of the object and no body", async () => {
    await send("PUT", "/heads");
    await send("PUT", "/heads/key", { body: "12345" });
    const head = await send("HEAD", "/heads/key");
    expect(head).toMatchObject({ status: 200, text: "" });
    expect(head.headers["content-length"]).toBe("5");
  });

  it("answers a body that is too large, and the connection serves the next request", async () => {
    const headers = { ...signed("sagemaker"), "x-amz-target": "SageMaker.ListModels" };
    const answer = await send("POST", "/", { headers, body: Buffer.alloc(2 ** 20 + 1, "{") });
    expect(answer.status).toBe(413);
    expect(answer.text).toContain("RequestEntityTooLargeException");
    expect((await send("POST", "/", { headers, body: "{}" })).status).toBe(200);
  });

  it.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1:1",
    "127.0.0.1",
    "localhost.evil.example:PORT",
    "10.0.0.1:PORT",
  ])("refuses the host %s: a name of somebody else may point here", async (name) => {
    const host = name.replace("PORT", String(server.port));
    const answer = await send("GET", "/", { headers: { ...signed("s3"), host } });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain("<Code>AccessDenied</Code>");
  });

  it.each([
    { origin: "http://localhost" },
    { origin: "null" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-origin" },
  ])("refuses requests of web pages: %j", async (page) => {
    const answer = await send("GET", "/", { headers: { ...signed("s3"), ...page } as Record<string, string> });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("says no to the question of a browser whether it may send more than a form", async () => {
    const headers = { origin: "http://example.org", "access-control-request-method": "PUT" };
    const answer = await send("OPTIONS", "/bucket/key", { headers });
    expect(answer.status).toBe(403);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("wants a signature in the form that each protocol reads, and takes any key", async () => {
    const target = { "x-amz-target": "SageMaker.ListModels" };
    const json = await send("POST", "/", { headers: target, body: "{}" });
    expect(json.status).toBe(403);
    expect(JSON.parse(json.text)).toMatchObject({ __type: "MissingAuthenticationToken" });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const query = await send("POST", "/", { headers: form, body: "Action=GetCallerIdentity&Version=2011-06-15" });
    expect(query.text).toMatch(/<ErrorResponse>.*<Code>MissingAuthenticationToken<\/Code>/su);
    const broken = await send("GET", "/", { headers: { authorization: "AWS4-HMAC-SHA256 Credential=a/b" } });
    expect(broken.text).toContain("<Code>IncompleteSignature</Code>");
    expect((await send("POST", "/", { headers: { ...target, ...signed("sagemaker") }, body: "{}" })).status).toBe(200);
  });

  it("refuses a request that is signed for another region, naming both", async () => {
    const headers = { "x-amz-target": "SageMaker.ListModels", ...signed("sagemaker", "eu-west-1") };
    const answer = await send("POST", "/", { headers, body: "{}" });
    expect(answer.status).toBe(403);
    expect(answer.text).toMatch(/InvalidSignatureException.*eu-west-1.*us-east-1/su);
  });

  it("refuses a signed address after its time", async () => {
    const address = (date: string) =>
      `/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F20200101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00`;
    const now = new Date().toISOString().replaceAll(/[-:]|\.\d+/gu, "");
    expect((await send("GET", address("20200101T000000Z"), { headers: {} })).text).toContain("Request has expired");
    expect((await send("GET", address(now), { headers: {} })).text).toContain("<Code>NoSuchBucket</Code>");
    expect((await send("GET", "/b/k?AWSAccessKeyId=k&Signature=s&Expires=1", { headers: {} })).status).toBe(403);
  });

  it("answers what is no HTTP, what has too many headers and what names another server", async () => {
    expect(await sendRaw("hello\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /u);
    const long = "x".repeat(20_000);
    expect(await sendRaw(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${long}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /u);
    const other = await sendRaw("GET http://evil.example/ HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
    expect(other).toMatch(/^HTTP\/1\.1 400 .*<Code>InvalidURI<\/Code>/su);
  });

  it("ends requests that are under way when it closes, and leaves the service open", async () => {
    const other = await local.listen();
    const stuck = connect(other.port, "127.0.0.1");
    const authorization = signed("s3")["authorization"];
    await send("PUT", "/stuck");
    stuck.write(
      `PUT /stuck/key HTTP/1.1\r\nhost: 127.0.0.1:${other.port}\r\nauthorization: ${authorization}\r\n` +
        "expect: 100-continue\r\ncontent-length: 10\r\n\r\n",
    );
    await once(stuck, "data");
    const ended = once(stuck, "close");
    stuck.on("error", () => undefined);
    await other.close();
    await ended;
    await expect(fetch(other.url)).rejects.toThrow();
    expect((await send("GET", "/")).status).toBe(200);
  });

  it("lets go of the files of transfers that the client breaks off", async () => {
    const authorization = signed("s3")["authorization"];
    const head = (method: string, length: number) =>
      `${method} /broken/key HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nauthorization: ${authorization}\r\n` +
      `content-length: ${length}\r\n\r\n`;
    await send("PUT", "/broken");
    await send("PUT", "/broken/key", { body: Buffer.alloc(16 * 2 ** 20, "x") });
    const open = async (): Promise<string[]> => {
      const links = await Promise.all(
        (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
      );
      return links.filter((link) => link.startsWith(local.root) && link.includes("key"));
    };
    const reading = connect(server.port, "127.0.0.1");
    reading.write(head("GET", 0));
    await once(reading, "data");
    if (process.platform === "linux") expect(await open()).toHaveLength(1);
    reading.destroy();

    const writing = connect(server.port, "127.0.0.1");
    writing.write(head("PUT", 2 ** 22));
    writing.write(Buffer.alloc(2 ** 21, "y"));
    await vi.waitFor(async () => expect(await readdir(join(local.root, "tmp"))).not.toEqual([]));
    writing.destroy();

    await vi.waitFor(async () => expect(await readdir(join(local.root, "tmp"))).toEqual([]));
    if (process.platform === "linux") await vi.waitFor(async () => expect(await open()).toEqual([]));
    expect((await send("HEAD", "/broken/key")).headers["content-length"]).toBe(String(16 * 2 ** 20));
  });

  it("closes when its signal aborts, and does not open when it has aborted before", async () => {
    const controller = new AbortController();
    const other = await local.listen({ signal: controller.signal });
    controller.abort();
    await other.close();
    await expect(fetch(other.url)).rejects.toThrow();
    await expect(local.listen({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });

  it("names what is wrong with its options", async () => {
    await expect(local.listen({ host: "0.0.0.0" as "::1" })).rejects.toThrow(/host must be "127\.0\.0\.1" or "::1"/u);
    await expect(local.listen({ port: 65_536 })).rejects.toThrow(/port must be a whole number from 0 to 65535/u);
    await expect(local.listen({ prot: 1 } as object)).rejects.toThrow(/port/u);
    await expect(local.listen({ port: server.port })).rejects.toMatchObject({ code: "LOCAL_LISTEN_FAILED" });
  });
});

describe("runningService", () => {
  it("finds the server of a store while it listens", async () => {
    const root = join(temporaryFolder(), "store");
    await expect(runningService({ root })).rejects.toMatchObject({ code: "LOCAL_NOT_RUNNING" });
    const service = await LocalSageMaker.create({ root, region: "eu-west-1" });
    await expect(runningService({ root })).rejects.toMatchObject({ code: "LOCAL_NOT_RUNNING" });
    const first = await service.listen();
    const second = await service.listen();
    expect(await runningService({ root })).toEqual({ url: second.url, environment: second.environment });
    await second.close();
    expect(await runningService({ root })).toMatchObject({ url: first.url, environment: { AWS_REGION: "eu-west-1" } });
    await service.close();
    await expect(runningService({ root })).rejects.toMatchObject({ code: "LOCAL_NOT_RUNNING" });
    await expect(service.listen()).rejects.toMatchObject({ code: "LOCAL_CLOSED" });
  });
});
