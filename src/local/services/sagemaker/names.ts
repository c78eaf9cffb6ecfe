import { randomBytes } from "node:crypto";
import type { LocalIdentity } from "../../core/contract.js";

/** Kinds of resources, as they stand in ARNs. */
export type ResourceKind =
  | "training-job"
  | "model"
  | "endpoint-config"
  | "endpoint"
  | "transform-job"
  | "hyper-parameter-tuning-job";

/** Builds the ARNs of one account and region. */
export class Names {
  readonly #prefix: string;

  constructor(identity: LocalIdentity) {
    this.#prefix = `arn:${partitionOf(identity)}:sagemaker:${identity.region}:${identity.accountId}:`;
  }

  /** The service lower-cases the names in the ARNs of models, endpoint configurations and endpoints. */
  arn(kind: ResourceKind, name: string): string {
    return `${this.#prefix}${kind}/${kind.endsWith("-job") ? name : name.toLowerCase()}`;
  }
}

/** The partition of the account, for example `aws`. */
export function partitionOf({ roleArn }: LocalIdentity): string {
  return roleArn.split(":")[1] ?? "aws";
}

/** Identifier of the machine that a container pretends to run on. */
export function newInstanceId(): string {
  return `i-${randomBytes(9).toString("hex").slice(0, 17)}`;
}
