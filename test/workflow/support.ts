import {
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { onTestFinished } from "vitest";
import { LocalSession, type LocalSessionOptions } from "../../src/local/index.js";

/** A session on an embedded SageMaker of its own, closed after the running test. */
export function newSession(options: LocalSessionOptions = { root: "temporary" }): LocalSession {
  const session = new LocalSession(options);
  onTestFinished(() => session.close());
  return session;
}

/** What the service itself has, asked with the AWS SDK and nothing of this library. */
export async function namesOnService(session: LocalSession) {
  const client = new SageMakerClient((await session.service()).clientSettings);
  try {
    const jobs = await client.send(new ListTrainingJobsCommand({}));
    const endpoints = await client.send(new ListEndpointsCommand({}));
    const configs = await client.send(new ListEndpointConfigsCommand({}));
    const models = await client.send(new ListModelsCommand({}));
    return {
      trainingJobs: jobs.TrainingJobSummaries?.map((job) => job.TrainingJobName),
      endpoints: endpoints.Endpoints?.map((endpoint) => endpoint.EndpointName),
      endpointConfigs: configs.EndpointConfigs?.map((config) => config.EndpointConfigName),
      models: models.Models?.map((model) => model.ModelName),
    };
  } finally {
    client.destroy();
  }
}

/** Short sentences with two labels that can be told apart. */
export function sentences(lines: number): string {
  return Array.from(
    { length: lines },
    (_, line) => `__label__${line % 2} w${line % 5000} w${(line * 7) % 5000} class${line % 2}\n`,
  ).join("");
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`expected a rejection, got ${String(value)}`);
    },
    (error: unknown) => error,
  );
}
