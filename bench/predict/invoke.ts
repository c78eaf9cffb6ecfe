/** I1: predict() with a client that the user made, against InvokeEndpointCommand on the same client. */
import { InvokeEndpointCommand, SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { Predictor } from "../../src/predictors/index.js";
import { JsonDeserializer, JsonSerializer } from "../../src/serializers/index.js";
import { RuntimeSession } from "../../src/session/index.js";
import { bench, type NodeVariant } from "../harness.js";
import { credentials, noteSink, sinkUrl } from "../upload/settings.js";
import { type Sink, startSink } from "../upload/sink.js";

const CALLS = 6000;
const WARM_UP = 300;
const value = { instances: ["x".repeat(150)], configuration: { k: 1 } };
let sink: Sink | undefined;

/** Answers at once, without a connection. */
const noOpHandler = {
  handle: async () => ({
    response: {
      statusCode: 200,
      headers: { "content-type": "application/json" },
      body: Buffer.from('[{"label":["__label__1"],"prob":[0.98765432]}]'),
    },
  }),
};

function userClient(
  settings: { readonly endpoint: string } | { readonly requestHandler: object },
): SageMakerRuntimeClient {
  return new SageMakerRuntimeClient({ region: "us-east-1", credentials, ...(settings as { endpoint: string }) });
}

/** One call after the other; `usPerCall` is CPU time. */
function calls(prepare: (dir: string) => () => Promise<unknown>): NodeVariant {
  return async (measure, dir) => {
    const call = prepare(dir);
    for (let count = 0; count < WARM_UP; count++) await call();
    let us = 0;
    await measure(
      async () => {
        const before = process.cpuUsage();
        for (let count = 0; count < CALLS; count++) await call();
        const used = process.cpuUsage(before);
        us = (used.user + used.system) / CALLS;
      },
      () => ({ usPerCall: us }),
    );
  };
}

function sdkCalls(client: SageMakerRuntimeClient): () => Promise<unknown> {
  return async () => {
    const { Body } = await client.send(
      new InvokeEndpointCommand({
        EndpointName: "reviews",
        Body: JSON.stringify(value),
        ContentType: "application/json",
        Accept: "application/json",
      }),
    );
    return JSON.parse(Body.transformToString());
  };
}

function predictCalls(client: SageMakerRuntimeClient): () => Promise<unknown> {
  const predictor = new Predictor({
    endpointName: "reviews",
    session: new RuntimeSession({ clients: { runtime: client } }),
    serializer: new JsonSerializer(),
    deserializer: new JsonDeserializer(),
  });
  return () => predictor.predict(value);
}

await bench(import.meta.url, {
  title: `${CALLS} predictions, one after the other`,
  prepare: async (dir) => {
    sink = await startSink();
    noteSink(dir, sink);
  },
  variants: {
    predict: calls((dir) => predictCalls(userClient({ endpoint: sinkUrl(dir) }))),
    sdk: calls((dir) => sdkCalls(userClient({ endpoint: sinkUrl(dir) }))),
    predictNoOp: calls(() => predictCalls(userClient({ requestHandler: noOpHandler }))),
    sdkNoOp: calls(() => sdkCalls(userClient({ requestHandler: noOpHandler }))),
  },
  comparisons: [
    { id: "I1", work: "predict(), user's client", ours: "predict", peer: "sdk", goal: 1.1 },
    {
      id: "I1",
      work: "CPU us a call more, no-op handler",
      ours: "predictNoOp",
      peer: "sdkNoOp",
      metric: "usPerCall",
      as: "difference",
      goal: 40,
    },
  ],
});
sink?.stop();
