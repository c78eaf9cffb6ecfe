import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { LocalSageMaker, type LocalSageMakerOptions } from "../../../src/local/index.js";

async function newService(options: LocalSageMakerOptions = {}): Promise<LocalSageMaker> {
  const local = await LocalSageMaker.create({ root: "temporary", ...options });
  onTestFinished(() => local.close());
  return local;
}

describe("STS", () => {
  it("says that the caller has the execution role", async () => {
    const local = await newService({ accountId: "000000000007", roleName: "MyRole" });
    const identity = await new STSClient(local.clientSettings).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: "000000000007",
      Arn: "arn:aws:sts::000000000007:assumed-role/MyRole/sagemaker-local",
    });
  });

  it("lets roles be assumed", async () => {
    const sts = new STSClient((await newService()).clientSettings);
    const RoleArn = "arn:aws:iam::123456789012:role/service-role/Other";
    const { AssumedRoleUser, Credentials } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "me", DurationSeconds: 900 }),
    );
    expect(AssumedRoleUser?.Arn).toBe("arn:aws:sts::123456789012:assumed-role/Other/me");
    const seconds = ((Credentials?.Expiration?.getTime() ?? 0) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThanOrEqual(901);
    const bad = sts.send(new AssumeRoleCommand({ RoleArn: "a-name-that-is-not-an-arn", RoleSessionName: "me" }));
    await expect(bad).rejects.toMatchObject({
      name: "ValidationError",
      message: "a-name-that-is-not-an-arn is invalid",
    });
  });
});

describe("IAM", () => {
  it("knows the execution role and no other", async () => {
    const local = await newService();
    const iam = new IAMClient(local.clientSettings);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "SageMakerLocalRole" }));
    expect(Role).toMatchObject({ Arn: local.roleArn, Path: "/", RoleName: "SageMakerLocalRole" });
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""))).toMatchObject({
      Statement: [{ Principal: { Service: "sagemaker.amazonaws.com" } }],
    });
    await expect(iam.send(new GetRoleCommand({ RoleName: "Nobody" }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
      message: "The role with name Nobody cannot be found.",
    });
  });
});
