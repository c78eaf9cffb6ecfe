import { JobError } from "../errors/index.js";
import type { EndpointDescription, Session } from "../session/index.js";
import { consoleUrl } from "./console-url.js";
import { LogTail } from "./log-tail.js";
import { waitForEnd } from "./wait-engine.js";
import { checkPollOptions, type PollOptions } from "./wait-options.js";

/** Statuses that the service leaves by itself. Rolling back and system updates end in service, or in a failure. */
const UNDERWAY = new Set(["Creating", "Updating", "SystemUpdating", "RollingBack"]);
const LAST_LINES = 20;

/**
 * An endpoint that is in service.
 *
 * @public
 */
export interface EndpointResult {
  readonly endpointName: string;
  readonly status: "InService";
  /** True when the wait saw an update roll back: the endpoint serves its former configuration. */
  readonly rolledBack: boolean;
  /** The endpoint as the service last described it. */
  readonly description: EndpointDescription;
}

/**
 * Waits until an endpoint is in service.
 *
 * @remarks `Creating`, `Updating`, `SystemUpdating` and `RollingBack` are waited for. See {@link PollOptions} for the schedule,
 * throttling and Ctrl-C. The endpoint bills from the moment it is in service until it is deleted.
 *
 * @throws {@link JobError} `JOB_FAILED`, or `CAPACITY` when capacity was missing, when the endpoint reaches another status;
 * with the failure reason, the last log lines of its containers and the console address
 * @throws {@link WaitTimeoutError} after `timeoutSeconds`; the endpoint goes on being created
 * @throws {@link ValidationError} `INVALID_OPTIONS` for an unknown option or a bad value
 * @public
 */
export async function waitForEndpoint(
  session: Session,
  endpointName: string,
  options: PollOptions = {},
): Promise<EndpointResult> {
  checkPollOptions(options, "waitForEndpoint");
  let rolledBack = false;
  const { description } = await waitForEnd<EndpointDescription>(
    {
      session,
      resource: `endpoint "${endpointName}"`,
      name: endpointName,
      describe: (signal) => session.describeEndpoint(endpointName, { signal }),
      state: (seen) => {
        const { EndpointStatus: status, FailureReason: reason } = seen;
        if (status === "RollingBack") rolledBack = true;
        const at = seen.LastModifiedTime ?? seen.CreationTime ?? new Date();
        return {
          steps: [{ status, secondaryStatus: status, message: reason ?? "", at, key: status }],
          ended: !UNDERWAY.has(status),
          ending: false,
        };
      },
    },
    { ...options, logs: false },
  );
  const status = description.EndpointStatus;
  if (status === "InService") return { endpointName, status, rolledBack, description };
  const reason = description.FailureReason;
  throw new JobError({
    code: reason?.includes("CapacityError") ? "CAPACITY" : "JOB_FAILED",
    kind: "Endpoint",
    jobName: endpointName,
    status,
    failureReason: reason,
    lastLogLines: await lastLines(session, endpointName, options.signal),
    consoleUrl: consoleUrl(description.EndpointArn, "endpoints", endpointName),
  });
}

async function lastLines(session: Session, name: string, signal: AbortSignal | undefined): Promise<string[]> {
  try {
    const tail = new LogTail(session, { group: `/aws/sagemaker/Endpoints/${name}`, prefix: "" });
    return await tail.lastLines(LAST_LINES, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    return [];
  }
}
