import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConfigurationError, UnsupportedError, ValidationError } from "../../src/errors/index.js";
import { VERSION } from "../../src/internal/version.js";
import { getExecutionRole, RuntimeSession, Session } from "../../src/session/index.js";
import { ACCOUNT, awsError, credentials, rejection, stsAnswering, testSession } from "./aws.js";

let sts = stsAnswering();
let s3 = mockClient(S3Client);
let iam = mockClient(IAMClient);
let sagemaker = mockClient(SageMakerClient);
beforeEach(() => {
  for (const name of ["AWS_REGION", "AWS_DEFAULT_REGION", "SAGEMAKER_ROLE", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
  for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nonexistent");
  sts = stsAnswering();
  s3 = mockClient(S3Client);
  iam = mockClient(IAMClient);
  sagemaker = mockClient(SageMakerClient);
});
afterEach(() => {
  for (const mock of [sts, s3, iam, sagemaker]) mock.restore();
});

describe("Session construction", () => {
  it("refuses every unusable option at once, without showing secrets", () => {
    const options = {
      regoin: "us-east-1",
      region: "US East",
      endpoint: "localhost:4566",
      defaultBucket: "s3://b",
      credentials: { accessKeyId: "AKIASECRET" },
      maxAttempts: 0,
      requestHandler: 1,
      logger: { info: () => undefined },
    } as never;
    const make = () => new Session(options);
    expect(make).toThrow(ValidationError);
    const text = (() => {
      try {
        return String(make());
      } catch (error) {
        return String(error);
      }
    })();
    expect(text).toContain('unknown option "regoin" of Session; did you mean "region"?');
    for (const key of [
      "region must be",
      "endpoint must be",
      "defaultBucket must be",
      "credentials must be",
      "maxAttempts must be",
      "requestHandler must be",
      "logger lacks the methods debug, warn, error",
    ]) {
      expect(text).toContain(key);
    }
    expect(text).not.toContain("AKIASECRET");
  });

  it("refuses objects that are no clients, and clients of another service", () => {
    const clients = { s3: {}, sagemaker: new S3Client({}), dynamo: new S3Client({}) } as never;
    expect(() => new Session({ clients })).toThrow(
      /unknown option "dynamo"[\s\S]*clients.sagemaker must be a client of SageMaker; got one of S3[\s\S]*clients.s3 must be an AWS SDK v3 client with a send method; got an object of class Object/u,
    );
  });

  it("takes options that are undefined, and hand-written clients", () => {
    const send = async () => ({});
    const session = new Session({ region: undefined, profile: undefined, clients: { s3: { send }, logs: undefined } });
    expect(session.region).toBeUndefined();
    expect(session.hasGivenClient("s3")).toBe(true);
    expect(session.hasGivenClient("logs")).toBe(false);
  });
});

describe("RuntimeSession.client", () => {
  it("makes one client per service with the session's settings", async () => {
    const session = new RuntimeSession({
      region: "eu-west-1",
      credentials,
      maxAttempts: 5,
      endpoint: "http://127.0.0.1:1",
    });
    const first = session.client("runtime", (settings) => new SageMakerRuntimeClient(settings));
    expect(session.client("runtime", () => new SageMakerRuntimeClient({}))).toBe(first);
    expect(await first.config.region()).toBe("eu-west-1");
    expect(await first.config.maxAttempts()).toBe(5);
    expect(await first.config.credentials()).toMatchObject(credentials);
    expect(first.config.customUserAgent).toEqual([["sagemaker-ts", VERSION]]);
    expect(await first.config.endpoint?.()).toMatchObject({ hostname: "127.0.0.1", port: 1 });
  });

  it("prefers the given client", () => {
    const given = new SageMakerRuntimeClient({ region: "us-east-1" });
    const session = new RuntimeSession({ clients: { runtime: given } });
    expect(session.client("runtime", () => new SageMakerRuntimeClient({}))).toBe(given);
  });

  it("sends its name and version in the user agent", async () => {
    const agents: (string | undefined)[] = [];
    const requestHandler = {
      handle: async (request: { headers: Record<string, string> }) => {
        agents.push(request.headers["user-agent"]);
        throw new Error("enough");
      },
    };
    sts.restore();
    const session = testSession({ requestHandler, maxAttempts: 1 });
    await expect(session.accountId()).rejects.toThrow("enough");
    expect(agents[0]).toMatch(new RegExp(` sagemaker-ts/${VERSION}$|sagemaker-ts/${VERSION} `, "u"));
  });

  it("carries the version of package.json", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(VERSION).toBe(manifest.version);
  });
});

describe("RuntimeSession.close", () => {
  it("destroys the clients that it made and no other", async () => {
    const given = { send: async () => ({}), destroy: vi.fn() };
    const made = { destroy: vi.fn() };
    {
      await using session = new RuntimeSession({ region: "us-east-1", clients: { s3: given } });
      session.client("runtime", () => made);
      session.client("s3", () => made);
    }
    expect(made.destroy).toHaveBeenCalledTimes(1);
    expect(given.destroy).not.toHaveBeenCalled();
  });

  it("leaves a request handler that was given as an object open", async () => {
    const requestHandler = { handle: async () => ({}), destroy: vi.fn() };
    const session = new RuntimeSession({ region: "us-east-1", credentials, requestHandler });
    session.client("runtime", (settings) => new SageMakerRuntimeClient(settings));
    await session.close();
    expect(requestHandler.destroy).not.toHaveBeenCalled();
  });
});

describe("RuntimeSession.resolveRegion", () => {
  it("takes the option, then the environment", async () => {
    vi.stubEnv("AWS_DEFAULT_REGION", "eu-west-3");
    expect(await new RuntimeSession().resolveRegion()).toBe("eu-west-3");
    vi.stubEnv("AWS_REGION", "eu-west-2");
    expect(await new RuntimeSession().resolveRegion()).toBe("eu-west-2");
    expect(await new RuntimeSession({ region: "eu-west-1" }).resolveRegion()).toBe("eu-west-1");
  });

  it("works where the given clients work, whatever the environment says", async () => {
    vi.stubEnv("AWS_REGION", "eu-west-2");
    const session = new RuntimeSession({ clients: { sagemaker: new SageMakerClient({ region: "ap-south-1" }) } });
    expect(session.region).toBeUndefined();
    expect(await session.resolveRegion()).toBe("ap-south-1");
    const other = session.client("runtime", (settings) => new SageMakerRuntimeClient(settings));
    expect(await other.config.region()).toBe("ap-south-1");
  });

  it("reads the shared config file through the AWS SDK", async () => {
    vi.stubEnv("AWS_CONFIG_FILE", new URL("./aws-config.ini", import.meta.url).pathname);
    expect(await new Session({ profile: "sagemaker-ts-test" }).resolveRegion()).toBe("sa-east-1");
  });

  it("says where it looked when there is none", async () => {
    const error = (await rejection(new Session({ profile: "nobody" }).resolveRegion())) as ConfigurationError;
    expect(error.code).toBe("NO_REGION");
    expect(error.lookedAt).toEqual([
      'option "region"',
      "AWS_REGION",
      "AWS_DEFAULT_REGION",
      'shared config file, profile "nobody"',
    ]);
  });
});

describe("RuntimeSession", () => {
  it("cannot delete or describe", async () => {
    const session = new RuntimeSession({ region: "us-east-1" });
    for (const work of [
      session.deleteEndpoint("e"),
      session.deleteEndpointConfig("c"),
      session.deleteModel("m"),
      session.describeEndpoint("e"),
      session.describeEndpointConfig("c"),
    ]) {
      expect(await rejection(work)).toBeInstanceOf(UnsupportedError);
    }
  });
});

describe("Session.accountId", () => {
  it("asks STS once, however often and from however many places it is called", async () => {
    const session = testSession();
    expect(await Promise.all([session.accountId(), session.accountId()])).toEqual([ACCOUNT, ACCOUNT]);
    await session.accountId();
    expect(sts.calls()).toHaveLength(1);
  });

  it("asks again after a failure, and says when there are no credentials", async () => {
    const session = testSession();
    const missing = awsError("CredentialsProviderError", "Could not load credentials from any providers");
    sts
      .on(GetCallerIdentityCommand)
      .rejectsOnce(missing)
      .resolves({ Arn: `arn:aws:iam::${ACCOUNT}:user/ann` });
    expect(await rejection(session.accountId())).toMatchObject({ code: "NO_CREDENTIALS" });
    expect(await session.accountId()).toBe(ACCOUNT);
  });

  it("ends only the wait of the caller that aborts", async () => {
    const session = testSession();
    const controller = new AbortController();
    const aborted = rejection(session.accountId({ signal: controller.signal }));
    const other = session.accountId();
    controller.abort(new Error("enough"));
    expect(await aborted).toBe(controller.signal.reason);
    expect(await other).toBe(ACCOUNT);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});

describe("Session.defaultBucket", () => {
  const name = `sagemaker-us-east-1-${ACCOUNT}`;

  it("is the given one, without any call, even the check", async () => {
    expect(await testSession({ defaultBucket: "mine" }).defaultBucket()).toBe("mine");
    expect([...sts.calls(), ...s3.calls()]).toHaveLength(0);
  });

  it("is named after region and account, and nothing is created or checked unless asked", async () => {
    const session = testSession();
    expect(await session.defaultBucket()).toBe(name);
    expect(await session.defaultBucket()).toBe(name);
    expect(s3.calls()).toHaveLength(0);
    expect(sts.calls()).toHaveLength(1);
  });

  it("creates a missing bucket when asked to, and only once", async () => {
    s3.on(HeadBucketCommand).rejects(awsError("NotFound", "NotFound", 404));
    const session = testSession({ region: "eu-west-1" });
    await session.defaultBucket({ create: true });
    await session.defaultBucket({ create: true });
    const bucket = `sagemaker-eu-west-1-${ACCOUNT}`;
    expect(s3.calls().map((call) => call.args[0].input)).toEqual([
      { Bucket: bucket, ExpectedBucketOwner: ACCOUNT },
      { Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } },
    ]);
  });

  it("creates a missing bucket also with a prefix for its keys, without listing anything", async () => {
    s3.on(HeadBucketCommand).rejects(awsError("NotFound", "NotFound", 404));
    expect(await testSession({ defaultBucketPrefix: "team/a" }).defaultBucket({ create: true })).toBe(name);
    expect(s3.calls().map((call) => call.args[0].constructor.name)).toEqual([
      "HeadBucketCommand",
      "CreateBucketCommand",
    ]);
  });

  it("names no location in us-east-1, and does not mind that somebody was faster", async () => {
    s3.on(HeadBucketCommand).rejects(awsError("NotFound", "NotFound", 404));
    s3.on(CreateBucketCommand).rejects(awsError("OperationAborted"));
    expect(await testSession().defaultBucket({ create: true })).toBe(name);
    expect(s3.commandCalls(CreateBucketCommand)[0]?.args[0].input).toEqual({ Bucket: name });
  });

  it("creates nothing when the bucket exists, and does not take one that is not the caller's", async () => {
    expect(await testSession().defaultBucket({ create: true })).toBe(name);
    s3.on(HeadBucketCommand).rejects(awsError("Forbidden", "Forbidden", 403));
    const error = await rejection(testSession().defaultBucket({ create: true }));
    expect(error).toMatchObject({ code: "BUCKET_UNREADABLE" });
    expect(String(error)).toContain(`s3://${name} was denied from region us-east-1`);
    expect(s3.commandCalls(CreateBucketCommand)).toHaveLength(0);
  });
});

describe("Session.resolveRole", () => {
  const arn = `arn:aws:iam::${ACCOUNT}:role/service-role/Trainer`;

  it("takes the argument, then the session's option, then the environment; an ARN costs no call", async () => {
    vi.stubEnv("SAGEMAKER_ROLE", arn);
    expect(await testSession().resolveRole()).toBe(arn);
    expect(await testSession({ role: "arn:aws:iam::1:role/b" }).resolveRole()).toBe("arn:aws:iam::1:role/b");
    expect(await testSession({ role: "arn:aws:iam::1:role/b" }).resolveRole("arn:aws:iam::1:role/c")).toBe(
      "arn:aws:iam::1:role/c",
    );
    expect([...sts.calls(), ...iam.calls()]).toHaveLength(0);
  });

  it("asks IAM once for a name, with or without its path", async () => {
    iam.on(GetRoleCommand, { RoleName: "Trainer" }).resolves({ Role: { Arn: arn } as never });
    const session = testSession({ role: "Trainer" });
    expect(await session.resolveRole()).toBe(arn);
    expect(await session.resolveRole()).toBe(arn);
    expect(await testSession().resolveRole("service-role/Trainer")).toBe(arn);
    expect(iam.calls()).toHaveLength(2);
  });

  it("says when IAM does not know the name or may not be asked", async () => {
    iam.on(GetRoleCommand).rejects(awsError("NoSuchEntityException"));
    expect(await rejection(testSession().resolveRole("Trainr"))).toMatchObject({ code: "NO_ROLE" });
    iam.on(GetRoleCommand).rejects(awsError("AccessDenied", "no", 403));
    const error = await rejection(testSession().resolveRole("Trainer"));
    expect(String(error)).toContain("lacks iam:GetRole. Pass the role's full ARN instead");
  });
});

describe("getExecutionRole", () => {
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/service-role/Trainer`;

  it("gives the caller's role with its path", async () => {
    sts = stsAnswering(`arn:aws:sts::${ACCOUNT}:assumed-role/Trainer/ann`);
    iam.on(GetRoleCommand, { RoleName: "Trainer" }).resolves({ Role: { Arn: roleArn } as never });
    expect(await getExecutionRole(testSession())).toBe(roleArn);
    expect(await testSession().resolveRole()).toBe(roleArn);
  });

  it("goes on without the path when IAM may not be asked, and says so", async () => {
    const warn = vi.fn();
    const logger = { debug: warn, info: warn, warn, error: warn };
    iam.on(GetRoleCommand).rejects(awsError("AccessDenied", "not authorized", 403));
    sts = stsAnswering(`arn:aws-cn:sts::${ACCOUNT}:assumed-role/Trainer/ann`);
    expect(await getExecutionRole(testSession({ logger }))).toBe(`arn:aws-cn:iam::${ACCOUNT}:role/Trainer`);
    sts = stsAnswering(`arn:aws:sts::${ACCOUNT}:assumed-role/AmazonSageMaker-ExecutionRole-1/ann`);
    expect(await getExecutionRole(testSession({ logger }))).toBe(
      `arn:aws:iam::${ACCOUNT}:role/service-role/AmazonSageMaker-ExecutionRole-1`,
    );
    expect(warn).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["a user", `arn:aws:iam::${ACCOUNT}:user/Trainer`],
    ["the root user", `arn:aws:iam::${ACCOUNT}:root`],
    ["a federated user", `arn:aws:sts::${ACCOUNT}:federated-user/Trainer`],
    ["a person of IAM Identity Center", `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123/ann`],
  ])("does not take %s for a role", async (_who, arn) => {
    sts = stsAnswering(arn);
    const error = await rejection(getExecutionRole(testSession()));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "NO_ROLE" });
    expect(iam.calls()).toHaveLength(0);
  });
});

describe("Session.describeEndpoint and the delete methods", () => {
  it("send one request each", async () => {
    const session = testSession();
    sagemaker
      .on(DescribeEndpointCommand)
      .resolves({ EndpointName: "e", EndpointArn: "arn:e", EndpointStatus: "InService", EndpointConfigName: "c" });
    sagemaker.on(DescribeEndpointConfigCommand).resolves({
      EndpointConfigName: "c",
      EndpointConfigArn: "arn:c",
      ProductionVariants: [
        { VariantName: "AllTraffic", ModelName: "m", InstanceType: "ml.m5.large", InitialInstanceCount: 1 },
      ],
    });
    expect(await session.describeEndpoint("e")).toEqual({
      EndpointName: "e",
      EndpointArn: "arn:e",
      EndpointStatus: "InService",
      EndpointConfigName: "c",
    });
    expect((await session.describeEndpointConfig("c")).ProductionVariants).toEqual([
      { VariantName: "AllTraffic", ModelName: "m", InstanceType: "ml.m5.large", InitialInstanceCount: 1 },
    ]);
    await session.deleteEndpoint("e");
    await session.deleteEndpointConfig("c");
    await session.deleteModel("m");
    expect(sagemaker.commandCalls(DeleteEndpointCommand)[0]?.args[0].input).toEqual({ EndpointName: "e" });
    expect(sagemaker.commandCalls(DeleteEndpointConfigCommand)[0]?.args[0].input).toEqual({ EndpointConfigName: "c" });
    expect(sagemaker.commandCalls(DeleteModelCommand)[0]?.args[0].input).toEqual({ ModelName: "m" });
  });

  it("reject with the signal's reason and leave no listener", async () => {
    const controller = new AbortController();
    sagemaker.on(DeleteModelCommand).callsFake(() => new Promise(() => undefined));
    const failed = rejection(testSession().deleteModel("m", { signal: controller.signal }));
    await vi.waitFor(() => expect(sagemaker.calls()).toHaveLength(1));
    controller.abort("enough");
    expect(await failed).toBe("enough");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});
