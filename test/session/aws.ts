import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { Session, type SessionOptions } from "../../src/session/index.js";

export const ACCOUNT = "111122223333";
export const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };

/** A session in us-east-1 with credentials that nobody checks. */
export function testSession(options: SessionOptions = {}): Session {
  return new Session({ region: "us-east-1", credentials, ...options });
}

/** STS that knows the caller. */
export function stsAnswering(arn = `arn:aws:iam::${ACCOUNT}:user/ann`) {
  const sts = mockClient(STSClient);
  sts.on(GetCallerIdentityCommand).resolves({ Arn: arn, Account: arn.split(":")[4] ?? "" });
  return sts;
}

/** What a promise rejects with. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error: unknown) => error,
  );
}

/** An AWS exception as the clients throw it. */
export function awsError(name: string, message = name, httpStatusCode?: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}
