import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";
import { Session, type SessionOptions } from "../../src/session/index.js";

export const ROLE = "arn:aws:iam::111122223333:role/SageMakerRole";
const ACCOUNT = "111122223333";
export const REGION = "us-west-2";
export const IMAGE = "433757028032.dkr.ecr.us-west-2.amazonaws.com/blazingtext:1";

/** A session of the account and region that the golden requests were captured in. */
export function goldenSession(options: SessionOptions = {}): Session {
  return new Session({
    region: REGION,
    role: ROLE,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    ...options,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: the mock's own type parameters are of no use here
type Stub = AwsStub<any, any, any>;

/** Mocked AWS: SageMaker, logs, S3 without data and the caller's identity. Restore it with `restore()`. */
export function mockAws(): { sagemaker: Stub; logs: Stub; s3: Stub; sts: Stub; restore(): void } {
  const sagemaker = mockClient(SageMakerClient);
  const logs = mockClient(CloudWatchLogsClient);
  const s3 = mockClient(S3Client);
  const sts = mockClient(STSClient);
  sts.on(GetCallerIdentityCommand).resolves({ Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/dev/me`, Account: ACCOUNT });
  return {
    sagemaker,
    logs,
    s3,
    sts,
    restore: () => {
      sagemaker.restore();
      logs.restore();
      s3.restore();
      sts.restore();
    },
  };
}

/** Answer of DescribeTrainingJob for a job that has completed. */
export function completedJob(name: string, members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    TrainingJobName: name,
    TrainingJobArn: `arn:aws:sagemaker:${REGION}:${ACCOUNT}:training-job/${name}`,
    TrainingJobStatus: "Completed",
    SecondaryStatus: "Completed",
    CreationTime: new Date("2026-08-12T10:00:00Z"),
    TrainingEndTime: new Date("2026-08-12T10:03:00Z"),
    LastModifiedTime: new Date("2026-08-12T10:03:00Z"),
    ModelArtifacts: { S3ModelArtifacts: `s3://bkt/out/${name}/output/model.tar.gz` },
    TrainingTimeInSeconds: 148,
    BillableTimeInSeconds: 148,
    ResourceConfig: { InstanceCount: 1, InstanceType: "ml.c5.2xlarge", VolumeSizeInGB: 30 },
    ...members,
  };
}
