import { sleep } from "../internal/abort.js";
import {
  type CleanupEvent,
  isNotFound,
  isThrottling,
  isTransient,
  isValidationException,
  messageOf,
  type ProgressEvent,
} from "../jobs/index.js";
import type { Session } from "../session/index.js";

/** What a deployment has created so far. */
export interface CreatedResources {
  readonly endpointName?: string | undefined;
  readonly endpointConfigName?: string | undefined;
  readonly modelName?: string | undefined;
}

/** Pauses between two tries to delete, in seconds; the last one is repeated. */
const RETRY_AFTER = [0.5, 1, 2, 5, 10, 20] as const;

/**
 * Deletes what a failed deployment has created: endpoint first, since it bills, then configuration and model.
 *
 * @remarks Runs to its end also when the caller has aborted: that is what it is for. An endpoint that is being created cannot
 * be deleted yet; it is tried again until `timeoutSeconds`.
 *
 * @returns what could not be deleted, each with the reason
 */
export async function rollBack(
  session: Session,
  created: CreatedResources,
  options: {
    readonly endpointName: string;
    readonly timeoutSeconds: number;
    readonly onProgress: ((event: ProgressEvent) => void) | undefined;
    readonly deleteModel: () => Promise<void>;
  },
): Promise<string[]> {
  const { endpointName, endpointConfigName, modelName } = created;
  const leftovers: string[] = [];
  const deadline = performance.now() + options.timeoutSeconds * 1000;

  const report = (
    resource: CleanupEvent["resource"],
    name: string,
    outcome: CleanupEvent["outcome"],
    message: string,
  ): void => {
    const text = `roll-back of endpoint "${options.endpointName}": ${resource} "${name}" ${outcome}${message ? `: ${message}` : ""}`;
    if (outcome === "failed") session.logger?.error(text);
    else session.logger?.info(text);
    try {
      const at = new Date();
      options.onProgress?.({ type: "cleanup", jobName: options.endpointName, resource, name, outcome, message, at });
    } catch (error) {
      // The roll-back must not end because its listener fails.
      session.logger?.error(`the progress listener failed: ${messageOf(error)}`);
    }
  };

  const remove = async (
    resource: CleanupEvent["resource"],
    name: string | undefined,
    send: (name: string) => Promise<void>,
  ): Promise<void> => {
    if (name === undefined) return;
    for (let tries = 0; ; tries++) {
      try {
        await send(name);
        report(resource, name, "deleted", "");
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        const message = messageOf(error);
        const pause = (RETRY_AFTER[Math.min(tries, RETRY_AFTER.length - 1)] ?? 20) * 1000;
        const refusedForNow = isThrottling(error) || isTransient(error) || isValidationException(error);
        if (!refusedForNow || performance.now() + pause > deadline) {
          leftovers.push(`${resource} "${name}" (${message})`);
          report(resource, name, "failed", message);
          return;
        }
        if (tries === 0) report(resource, name, "waiting", message);
        await sleep(pause);
      }
    }
  };

  await remove("endpoint", endpointName, (name) => session.deleteEndpoint(name));
  // A living endpoint needs its configuration and model.
  if (leftovers.length > 0) return leftovers;
  await remove("endpoint configuration", endpointConfigName, (name) => session.deleteEndpointConfig(name));
  await remove("model", modelName, options.deleteModel);
  return leftovers;
}
