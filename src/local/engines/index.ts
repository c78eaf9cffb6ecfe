import { fileURLToPath } from "node:url";
import { blazingtext } from "./blazingtext/index.js";
import type { LocalAlgorithm } from "./contract.js";
import { deepAR } from "./deepar/index.js";
import { imageClassification } from "./image-classification/index.js";

export type {
  AlgorithmEngine,
  ChannelFile,
  ChannelInput,
  EngineSettings,
  InvocationRequest,
  InvocationResponse,
  JobDescription,
  LoadedModel,
  LocalAlgorithm,
  ServingContext,
  TrainingContext,
} from "./contract.js";
export { ContainerError, JobFailure } from "./contract.js";

/** The algorithms that come with the library. Their descriptions are light; an engine is loaded in a worker only. */
export const builtInAlgorithms: readonly LocalAlgorithm[] = [blazingtext, imageClassification, deepAR];

/** Where a worker thread finds an algorithm again. */
export type AlgorithmSource =
  | { readonly kind: "built-in"; readonly name: string }
  | {
      readonly kind: "module";
      /** `file:` URL of a module that plain Node can load. */
      readonly url: string;
      /** Export that holds the {@link LocalAlgorithm}. */
      readonly exportName: string;
    };

/** An algorithm and where to load it from in a worker thread. */
export interface AlgorithmRegistration {
  readonly algorithm: LocalAlgorithm;
  readonly source: AlgorithmSource;
}

/** Which algorithm stands behind which image. */
export class AlgorithmRegistry {
  readonly #registrations = new Map<string, AlgorithmRegistration>();

  /** @param further - algorithms besides the built-in ones; one of the same name takes precedence */
  constructor(further: readonly AlgorithmRegistration[] = []) {
    for (const algorithm of builtInAlgorithms) {
      this.#registrations.set(algorithm.name, { algorithm, source: { kind: "built-in", name: algorithm.name } });
    }
    for (const registration of further) this.#registrations.set(registration.algorithm.name, registration);
  }

  /** Names of all algorithms, sorted. */
  get names(): string[] {
    return [...this.#registrations.keys()].sort();
  }

  /** The algorithm of an image URI, by the name of the repository: the last part, without tag and digest. */
  find(imageUri: string): AlgorithmRegistration | undefined {
    const repository = imageUri.slice(imageUri.lastIndexOf("/") + 1).replace(/[:@].*$/u, "");
    return this.#registrations.get(repository);
  }
}

/** Loads an algorithm inside a worker thread. */
export async function loadAlgorithm(source: AlgorithmSource): Promise<LocalAlgorithm> {
  if (source.kind === "built-in") {
    const algorithm = builtInAlgorithms.find(({ name }) => name === source.name);
    if (algorithm) return algorithm;
    throw new Error(`The local service has no algorithm named "${source.name}".`);
  }
  // The CommonJS build turns import() into require(), which takes paths, not URLs.
  const specifier = typeof require === "function" ? fileURLToPath(source.url) : source.url;
  const loaded = (await import(specifier)) as Record<string, LocalAlgorithm | undefined>;
  const algorithm = loaded[source.exportName];
  if (!algorithm) throw new Error(`${source.url} does not export "${source.exportName}".`);
  return algorithm;
}
