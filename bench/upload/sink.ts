/**
 * An S3 and SageMaker Runtime that throws bodies away, in a process of its own on the loopback interface, so that only the
 * client's work is measured.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

export interface Sink {
  readonly url: string;
  stop(): void;
}

/** Starts the sink and waits for its port. */
export async function startSink(): Promise<Sink> {
  const file = fileURLToPath(import.meta.url);
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", file, "serve"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (data) => resolve(String(data).trim()));
    child.once("exit", (code) => reject(new Error(`the sink ended with ${code}`)));
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? "";
  const xml = (text: string): void => {
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
  };
  if (url.includes("/invocations")) {
    const body = '[{"label":["__label__1"],"prob":[0.98765432]}]';
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  } else if (request.method === "POST" && /[?&]uploads/u.test(url)) {
    xml(
      "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
  } else if (request.method === "POST") {
    xml(
      '<CompleteMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><ETag>"e-1"</ETag></CompleteMultipartUploadResult>',
    );
  } else {
    response.writeHead(200, { etag: '"d41d8cd98f00b204e9800998ecf8427e"', "content-length": 0 });
    response.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === "serve") {
  const server = createServer((request, response) => {
    request.on("data", () => undefined);
    request.on("end", () => answer(request, response));
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
}
