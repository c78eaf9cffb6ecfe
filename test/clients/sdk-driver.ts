import { createReadStream, createWriteStream } from "node:fs";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import * as sagemaker from "@aws-sdk/client-sagemaker";
import * as runtime from "@aws-sdk/client-sagemaker-runtime";
import * as sts from "@aws-sdk/client-sts";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { type ClientDriver, ClientFailure, type Json, type ServiceName, type WaiterName } from "./driver.js";

interface AnyClient {
  send(command: unknown): Promise<object>;
  destroy(): void;
}

const modules = { s3, sagemaker, "sagemaker-runtime": runtime, logs, sts, iam };
const waiters = {
  TrainingJobCompletedOrStopped: sagemaker.waitUntilTrainingJobCompletedOrStopped,
  TransformJobCompletedOrStopped: sagemaker.waitUntilTransformJobCompletedOrStopped,
  EndpointInService: sagemaker.waitUntilEndpointInService,
  EndpointDeleted: sagemaker.waitUntilEndpointDeleted,
};
const quick = { maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.1 };
const silent = (): void => undefined;

/** The AWS SDK for JavaScript, with the settings that its clients take. */
export class SdkDriver implements ClientDriver {
  readonly #s3: s3.S3Client;
  readonly #sagemaker: sagemaker.SageMakerClient;
  readonly #clients: Readonly<Record<ServiceName, AnyClient>>;

  constructor(given: object) {
    const settings = { ...given, logger: { debug: silent, info: silent, warn: silent, error: silent } };
    this.#s3 = new s3.S3Client(settings);
    this.#sagemaker = new sagemaker.SageMakerClient(settings);
    this.#clients = {
      s3: this.#s3 as AnyClient,
      sagemaker: this.#sagemaker as AnyClient,
      "sagemaker-runtime": new runtime.SageMakerRuntimeClient(settings) as AnyClient,
      logs: new logs.CloudWatchLogsClient(settings) as AnyClient,
      sts: new sts.STSClient(settings) as AnyClient,
      iam: new iam.IAMClient(settings) as AnyClient,
    };
  }

  async call(service: ServiceName, operation: string, input: Json): Promise<Json> {
    const commands = modules[service] as unknown as Record<string, new (input: Json) => unknown>;
    const Command = commands[`${operation}Command`];
    if (!Command) throw new Error(`the SDK has no ${operation}`);
    try {
      const output: Json = { ...(await this.#clients[service].send(new Command(input))) };
      if (!("Body" in output)) return output;
      const body = output["Body"] as Uint8Array & { transformToString(): Promise<string> };
      return { ...output, Body: await body.transformToString() };
    } catch (error) {
      if (error instanceof Error && "$metadata" in error) throw new ClientFailure(error.name, error.message);
      throw error;
    }
  }

  async wait(waiter: WaiterName, input: Json): Promise<void> {
    await waiters[waiter]({ client: this.#sagemaker, ...quick }, input as never);
  }

  async upload(path: string, bucket: string, key: string): Promise<void> {
    await new Upload({
      client: this.#s3,
      params: { Bucket: bucket, Key: key, Body: createReadStream(path) },
    }).done();
  }

  async download(bucket: string, key: string, path: string): Promise<void> {
    const { Body } = await this.#s3.send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
    await pipeline(Body as Readable, createWriteStream(path));
  }

  presign(bucket: string, key: string): Promise<string> {
    return getSignedUrl(this.#s3, new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.#clients)) client.destroy();
  }
}
