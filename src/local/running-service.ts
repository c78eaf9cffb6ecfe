import { resolve } from "node:path";
import { LocalError } from "../errors/index.js";
import { localSettings } from "./local-options.js";
import { publishedService } from "./store/lock.js";
import { clientEnvironment } from "./transport/local-server.js";

/**
 * A local service that another process serves.
 *
 * @public
 */
export interface RunningService {
  /** Address for `endpoint_url` and `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Environment variables that lead AWS clients, and the Session of this package, to the service. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds the process that has a store open and listens for clients.
 *
 * @param options - `root`: folder of the store; default as in {@link LocalSageMakerOptions}
 * @throws {@link LocalError} `LOCAL_NOT_RUNNING` when there is none
 * @public
 */
export async function runningService(options: { readonly root?: string | undefined } = {}): Promise<RunningService> {
  const { root } = localSettings(options);
  const service = await publishedService(resolve(root));
  if (service) return { url: service.url, environment: clientEnvironment(service.url, service) };
  throw new LocalError(
    `No local SageMaker listens on the store ${resolve(root)}. Start one with: npx sagemaker-ts local start`,
    "LOCAL_NOT_RUNNING",
  );
}
