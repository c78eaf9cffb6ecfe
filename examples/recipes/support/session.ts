import { Session } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";
import { tmp } from "./state.js";

/**
 * The one place that knows where the recipes run: an embedded SageMaker on this machine, or AWS with
 * `SAGEMAKER_TS_TARGET=aws` (then region, credentials and `SAGEMAKER_ROLE` come from the environment).
 */
export function openSession(): Session {
  const target = process.env["SAGEMAKER_TS_TARGET"] ?? "local";
  if (target === "aws") return new Session();
  if (target === "local") {
    const seed = Number(process.env["SEED"] ?? 1);
    return new LocalSession({ root: `${tmp}sagemaker`, seed, threads: Number(process.env["THREADS"] ?? 1) });
  }
  throw new Error(`SAGEMAKER_TS_TARGET must be "local" or "aws", got "${target}"`);
}
