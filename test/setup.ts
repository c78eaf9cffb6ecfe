import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll, afterEach, vi } from "vitest";

// Test files share one process: whatever a test replaces must be put back.
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

// A client that stays mocked breaks the next file that talks to the local service, far from its cause.
afterAll(() => {
  for (const client of [CloudWatchLogsClient, S3Client, SageMakerClient, SageMakerRuntimeClient, STSClient]) {
    const send = client.prototype.send as { restore?: () => void };
    if (send.restore === undefined) continue;
    send.restore();
    throw new Error(`A test of this file left ${client.name} mocked; call restore() on the mock.`);
  }
});
