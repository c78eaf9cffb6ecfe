import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
} from "@aws-sdk/client-sagemaker";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { JobError, ValidationError } from "../../src/errors/index.js";
import type { ProgressEvent } from "../../src/jobs/index.js";
import { Model, type ModelOptions } from "../../src/models/index.js";
import { Predictor } from "../../src/predictors/index.js";
import { JsonDeserializer, JsonSerializer } from "../../src/serializers/index.js";
import { awsError, flush, NOW, ROLE, rejection, runClock, setUp, testSession } from "../jobs/helpers.js";

const IMAGE = "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1";
const STAMP = "2026-08-12-10-00-00-000";
const ONE = { initialInstanceCount: 1, instanceType: "ml.m5.large" } as const;

describe("Model.deploy", () => {
  let mocks: ReturnType<typeof setUp>;

  beforeEach(() => {
    mocks = setUp();
    for (const command of [CreateModelCommand, CreateEndpointConfigCommand, CreateEndpointCommand] as const) {
      mocks.sagemaker.on(command as typeof CreateModelCommand).resolves({});
    }
    for (const command of [DeleteEndpointCommand, DeleteEndpointConfigCommand, DeleteModelCommand] as const) {
      mocks.sagemaker.on(command as typeof DeleteModelCommand).resolves({});
    }
    statuses("Creating", "InService");
  });

  afterEach(() => {
    mocks.sagemaker.restore();
    mocks.logs.restore();
  });

  function model(options: Partial<ModelOptions> = {}): Model {
    return new Model({
      imageUri: IMAGE,
      modelData: "s3://bkt/out/job/output/model.tar.gz",
      session: testSession(),
      ...options,
    });
  }

  function statuses(...list: string[]): void {
    let look = 0;
    mocks.sagemaker.on(DescribeEndpointCommand).callsFake(({ EndpointName }: { EndpointName: string }) => {
      const EndpointStatus = list[Math.min(look++, list.length - 1)];
      return {
        EndpointName,
        EndpointArn: "arn:aws:sagemaker:us-west-2:444455556666:endpoint/x",
        EndpointConfigName: EndpointName,
        EndpointStatus,
        CreationTime: NOW,
        LastModifiedTime: NOW,
        ...(EndpointStatus === "Failed" && { FailureReason: "CapacityError: none left" }),
      };
    });
  }

  /** Names of all calls, in order, without the looks at the status. */
  const calls = (): string[] =>
    mocks.sagemaker
      .calls()
      .map(({ args }) => args[0].constructor.name.replace("Command", ""))
      .filter((name) => name !== "DescribeEndpoint");
  const input = (
    command: typeof CreateModelCommand | typeof CreateEndpointConfigCommand | typeof CreateEndpointCommand,
  ): unknown => mocks.sagemaker.commandCalls(command as typeof CreateModelCommand)[0]?.args[0].input;

  describe("requests", () => {
    it("are those of the Python SDK, without the empty tag list", async () => {
      const name = `blazingtext-${STAMP}`;
      const predictor = await runClock(model().deploy(ONE));
      expect(input(CreateModelCommand)).toEqual({
        ModelName: name,
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: IMAGE, Environment: {}, ModelDataUrl: "s3://bkt/out/job/output/model.tar.gz" },
      });
      expect(input(CreateEndpointConfigCommand)).toEqual({
        EndpointConfigName: name,
        ProductionVariants: [
          {
            VariantName: "AllTraffic",
            ModelName: name,
            InitialVariantWeight: 1,
            InitialInstanceCount: 1,
            InstanceType: "ml.m5.large",
          },
        ],
      });
      expect(input(CreateEndpointCommand)).toEqual({ EndpointName: name, EndpointConfigName: name });
      expect(calls()).toEqual(["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]);
      expect(predictor.endpointName).toBe(name);
    });

    it("are those of the Python SDK with every option", async () => {
      const session = testSession({ defaultBucket: "sagemaker-us-west-2-111122223333" });
      await runClock(
        model({ name: "my-ic", session }).deploy({
          ...ONE,
          endpointName: "ic-ep",
          kmsKey: "ek",
          tags: { x: "y" },
          dataCapture: {},
          volumeSizeGb: 20,
          modelDataDownloadTimeoutSeconds: 600,
          containerStartupHealthCheckTimeoutSeconds: 700,
        }),
      );
      expect(input(CreateModelCommand)).toMatchObject({ Tags: [{ Key: "x", Value: "y" }] });
      expect(input(CreateEndpointConfigCommand)).toEqual({
        EndpointConfigName: "ic-ep",
        ProductionVariants: [
          {
            VariantName: "AllTraffic",
            ModelName: "my-ic",
            InitialVariantWeight: 1,
            InitialInstanceCount: 1,
            InstanceType: "ml.m5.large",
            VolumeSizeInGB: 20,
            ModelDataDownloadTimeoutInSeconds: 600,
            ContainerStartupHealthCheckTimeoutInSeconds: 700,
          },
        ],
        Tags: [{ Key: "x", Value: "y" }],
        KmsKeyId: "ek",
        DataCaptureConfig: {
          EnableCapture: true,
          InitialSamplingPercentage: 20,
          DestinationS3Uri: "s3://sagemaker-us-west-2-111122223333/model-monitor/data-capture",
          CaptureOptions: [{ CaptureMode: "Input" }, { CaptureMode: "Output" }],
          CaptureContentTypeHeader: { CsvContentTypes: ["text/csv"], JsonContentTypes: ["application/json"] },
        },
      });
      expect(input(CreateEndpointCommand)).toEqual({
        EndpointName: "ic-ep",
        EndpointConfigName: "ic-ep",
        Tags: [{ Key: "x", Value: "y" }],
      });
    });

    it("carry no instances for a serverless endpoint, and no tags of the model", async () => {
      await runClock(model({ tags: { team: "a" } }).deploy({ serverless: {} }));
      expect(input(CreateEndpointConfigCommand)).toEqual({
        EndpointConfigName: `blazingtext-${STAMP}`,
        ProductionVariants: [
          {
            VariantName: "AllTraffic",
            ModelName: `blazingtext-${STAMP}`,
            InitialVariantWeight: 1,
            ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 },
          },
        ],
      });
      expect(input(CreateModelCommand)).toMatchObject({ Tags: [{ Key: "team", Value: "a" }] });
    });
  });

  describe("predictor", () => {
    it("talks through the given serializers and belongs to the session", async () => {
      const m = model();
      const serializer = new JsonSerializer();
      const predictor = await runClock(m.deploy({ ...ONE, serializer, deserializer: new JsonDeserializer() }));
      expect(predictor).toBeInstanceOf(Predictor);
      expect(predictor.serializer).toBe(serializer);
      expect(predictor.session).toBe(m.session);
    });

    it("is of the class that the factory makes", async () => {
      class Sentiment {
        readonly endpoint: string;
        constructor(endpoint: string) {
          this.endpoint = endpoint;
        }
      }
      const made = await runClock(
        model().deploy({ ...ONE, endpointName: "ep", predictor: (o) => new Sentiment(o.endpointName) }),
      );
      expect(made.endpoint).toBe("ep");
    });

    it("takes endpoint, configuration and model down when it is disposed of", async () => {
      const predictor = await runClock(model().deploy({ ...ONE, endpointName: "ep" }));
      await predictor[Symbol.asyncDispose]();
      expect(calls().slice(3)).toEqual(["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]);
    });

    it("does not own a model that existed before", async () => {
      const m = model();
      await m.create();
      const predictor = await runClock(m.deploy({ ...ONE, endpointName: "ep" }));
      await predictor[Symbol.asyncDispose]();
      expect(calls().slice(3)).toEqual(["DeleteEndpoint", "DeleteEndpointConfig"]);
    });

    it("comes at once, without a look, when it is not to wait", async () => {
      const predictor = await model().deploy({ ...ONE, wait: false });
      expect(predictor.endpointName).toBe(`blazingtext-${STAMP}`);
      expect(mocks.sagemaker.commandCalls(DescribeEndpointCommand)).toHaveLength(0);
    });
  });

  describe("roll-back", () => {
    it("deletes endpoint, configuration and model, in this order, when the endpoint fails, and reports it", async () => {
      statuses("Creating", "Failed");
      const events: ProgressEvent[] = [];
      const error = await rejection(
        runClock(model().deploy({ ...ONE, endpointName: "ep", onProgress: (e) => events.push(e) })),
      );
      expect(error).toMatchObject({ code: "CAPACITY", jobName: "ep" });
      expect(calls().slice(3)).toEqual(["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]);
      expect(events.filter((event) => event.type === "cleanup")).toMatchObject([
        { resource: "endpoint", name: "ep", outcome: "deleted" },
        { resource: "endpoint configuration", name: "ep", outcome: "deleted" },
        { resource: "model", name: `blazingtext-${STAMP}`, outcome: "deleted" },
      ]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("deletes only what was created when a step fails", async () => {
      const limit = awsError("ResourceLimitExceeded", "quota is 0");
      mocks.sagemaker.on(CreateEndpointCommand).rejects(limit);
      expect(await rejection(runClock(model().deploy(ONE)))).toBe(limit);
      expect(calls().slice(3)).toEqual(["DeleteEndpointConfig", "DeleteModel"]);
    });

    it("does not touch an endpoint of the same name that somebody else made", async () => {
      mocks.sagemaker
        .on(CreateEndpointCommand)
        .rejects(awsError("ValidationException", 'Cannot create already existing endpoint "ep".'));
      const error = await rejection(runClock(model().deploy({ ...ONE, endpointName: "ep" })));
      expect(ValidationError.is(error)).toBe(true);
      expect(calls()).not.toContain("DeleteEndpoint");
    });

    it("says what to do about a configuration that a former endpoint left", async () => {
      mocks.sagemaker
        .on(CreateEndpointConfigCommand)
        .rejects(awsError("ValidationException", "Cannot create already existing endpoint configuration"));
      const error = await rejection(runClock(model().deploy({ ...ONE, endpointName: "ep" })));
      expect((error as Error).message).toContain("endpointConfigName");
      expect(calls().slice(2)).toEqual(["DeleteModel"]);
    });

    it("keeps a model that existed before", async () => {
      statuses("Failed");
      const m = model();
      await m.create();
      await rejection(runClock(m.deploy(ONE)));
      expect(calls()).not.toContain("DeleteModel");
    });

    it("creates the model anew after a roll-back", async () => {
      const m = model();
      statuses("Failed");
      await rejection(runClock(m.deploy({ ...ONE, endpointName: "one" })));
      statuses("InService");
      await runClock(m.deploy({ ...ONE, endpointName: "two" }));
      expect(calls().filter((name) => name === "CreateModel")).toHaveLength(2);
    });

    it("follows an abort, with the signal's reason, and tries until the service lets the endpoint go", async () => {
      statuses("Creating");
      let refused = 0;
      mocks.sagemaker.on(DeleteEndpointCommand).callsFake(() => {
        if (++refused <= 4) throw awsError("ValidationException", "Cannot update in-progress endpoint");
        return {};
      });
      const controller = new AbortController();
      const events: ProgressEvent[] = [];
      const deploying = rejection(
        model().deploy({ ...ONE, endpointName: "ep", signal: controller.signal, onProgress: (e) => events.push(e) }),
      );
      await flush();
      await vi.advanceTimersByTimeAsync(10_000);
      controller.abort("enough");
      expect(await runClock(deploying)).toBe("enough");
      expect(calls().slice(-3)).toEqual(["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]);
      expect(refused).toBe(5);
      expect(events.flatMap((event) => (event.type === "cleanup" ? [event.outcome] : []))).toEqual([
        "waiting",
        "deleted",
        "deleted",
        "deleted",
      ]);
    });

    it("sees an abort that comes while a create call is on its way, and deletes what the call made", async () => {
      const controller = new AbortController();
      mocks.sagemaker.on(CreateEndpointCommand).callsFake(() => {
        controller.abort("during");
        return {};
      });
      expect(await rejection(runClock(model().deploy({ ...ONE, signal: controller.signal })))).toBe("during");
      expect(calls().slice(3)).toEqual(["DeleteEndpoint", "DeleteEndpointConfig", "DeleteModel"]);
    });

    it("makes no endpoint any more when the abort comes before it, also when it is not to wait", async () => {
      const controller = new AbortController();
      mocks.sagemaker.on(CreateEndpointConfigCommand).callsFake(() => {
        controller.abort("during");
        return {};
      });
      const error = await rejection(runClock(model().deploy({ ...ONE, signal: controller.signal, wait: false })));
      expect(error).toBe("during");
      expect(calls()).toEqual(["CreateModel", "CreateEndpointConfig", "DeleteEndpointConfig", "DeleteModel"]);
    });

    it("deletes an endpoint that was made during the abort, also when it is not to wait", async () => {
      const controller = new AbortController();
      mocks.sagemaker.on(CreateEndpointCommand).callsFake(() => {
        controller.abort("during");
        return {};
      });
      const error = await rejection(runClock(model().deploy({ ...ONE, signal: controller.signal, wait: false })));
      expect(error).toBe("during");
      expect(calls()).toContain("DeleteEndpoint");
    });

    it("names what it could not delete, in the error, since that goes on billing", async () => {
      statuses("Failed");
      mocks.sagemaker
        .on(DeleteEndpointCommand)
        .rejects(awsError("AccessDeniedException", "no sagemaker:DeleteEndpoint"));
      const error = await rejection(runClock(model().deploy({ ...ONE, endpointName: "ep" })));
      expect(JobError.is(error)).toBe(true);
      expect((error as Error).message).toContain('endpoint "ep" (AccessDeniedException: no sagemaker:DeleteEndpoint)');
      expect(error).toMatchObject({ code: "CAPACITY", cause: { code: "CAPACITY" } });
      expect(calls()).not.toContain("DeleteModel");
    });

    it("gives the deletion up after its own time limit", async () => {
      statuses("Failed");
      mocks.sagemaker
        .on(DeleteEndpointCommand)
        .rejects(awsError("ValidationException", "Cannot update in-progress endpoint"));
      await rejection(runClock(model().deploy({ ...ONE, rollbackTimeoutSeconds: 60 })));
      expect(Date.now() - NOW.getTime()).toBeLessThanOrEqual(61_000);
      expect(calls().filter((name) => name === "DeleteEndpoint").length).toBeGreaterThan(5);
    });

    it("deletes an endpoint that is not in service in time, and says so", async () => {
      statuses("Creating");
      const error = await rejection(runClock(model().deploy({ ...ONE, endpointName: "ep", timeoutSeconds: 60 })));
      expect(error).toMatchObject({ code: "JOB_FAILED", status: "Creating", cause: { code: "WAIT_TIMEOUT" } });
      expect((error as Error).message).toContain("not in service after 60 s (timeoutSeconds); it was deleted again");
      expect(calls()).toContain("DeleteEndpoint");
    });

    it("leaves everything when told to", async () => {
      statuses("Failed");
      await rejection(runClock(model().deploy({ ...ONE, keepOnFailure: true })));
      expect(calls()).toEqual(["CreateModel", "CreateEndpointConfig", "CreateEndpoint"]);
    });
  });

  it("reports all faults of the options together, before anything is sent", async () => {
    const error = await rejection(
      model().deploy({ initialInstanceCount: 0, instanceType: "large", endpointName: "my_ep", waits: true } as object),
    );
    expect((error as ValidationError).issues.map(({ message }) => message)).toEqual([
      'unknown option "waits" of deploy; did you mean "wait"?',
      'endpointName: "my_ep" is not a legal name: 1 to 63 letters, digits and inner dashes; for example "my-ep"',
      "initialInstanceCount must be an integer in [1, 100000]; got 0",
      'instanceType must be one such as "ml.m5.large"; got "large"',
    ]);
    const both = await rejection(model().deploy({ ...ONE, serverless: {} }));
    expect((both as ValidationError).issues).toHaveLength(2);
    expect(mocks.sagemaker.calls()).toHaveLength(0);
  });
});
