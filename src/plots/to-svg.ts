import { MissingDependencyError, ValidationError } from "../errors/index.js";
import type { Logger } from "../internal/logger.js";
import { nativeImport } from "../internal/native-import.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { escapeHtml } from "./html-page.js";

/**
 * Options of {@link toSvg}.
 *
 * @public
 */
export interface ToSvgOptions {
  /** Takes what Vega warns of, for example of a field that is not in the data. Without one it is dropped. */
  readonly logger?: Logger | undefined;
  /** Stops the rendering between its steps; the call rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

type Vega = typeof import("vega");
type VegaLite = typeof import("vega-lite");
type LoggerInterface = import("vega").LoggerInterface;

/**
 * Renders a plot as SVG: text that a browser, an editor of drawings or a page can show.
 *
 * @remarks
 * Works in plain Node without a canvas, through the optional packages `vega` and `vega-lite` (version 6 of both, or 5). Data must be inside the
 * spec: nothing is loaded from files or from the network.
 *
 * @param spec - what one of the plot functions gave, or any other Vega-Lite spec with its data inside
 * @returns the SVG, to be written to a file as UTF-8
 * @throws {@link MissingDependencyError} when `vega` or `vega-lite` is not installed
 * @throws {@link ValidationError} `INVALID_INPUT` for something that is no spec, and for a spec that names data elsewhere
 * @example
 * ```ts
 * await writeFile("series.svg", await toSvg(seriesPlot(series)));
 * ```
 * @public
 */
export async function toSvg(spec: object, options: ToSvgOptions = {}): Promise<string> {
  checkKnownKeys(options, ["logger", "signal"], "toSvg");
  const { signal, logger } = options;
  signal?.throwIfAborted();
  if (spec === null || typeof spec !== "object" || Array.isArray(spec)) {
    throw new ValidationError("toSvg", [{ path: [], message: `expected a spec, got ${shown(spec)}` }], "INVALID_INPUT");
  }
  const [vega, { compile }] = await Promise.all([
    load<Vega>("vega", () => import("vega")),
    load<VegaLite>("vega-lite", () => import("vega-lite")),
  ]);
  signal?.throwIfAborted();

  const faults: unknown[] = [];
  const messages = messagesTo(logger, faults);
  const compiled = compile(spec as Parameters<typeof compile>[0], { logger: messages });
  const view = new vega.View(vega.parse(compiled.spec), {
    renderer: "none",
    logger: messages,
    loader: { ...vega.loader(), load: (uri) => refuse(uri, faults) },
  });
  try {
    const svg = await view.toSVG();
    signal?.throwIfAborted();
    if (faults.length > 0) throw faults[0];
    return "description" in spec && typeof spec.description === "string" ? described(svg, spec.description) : svg;
  } finally {
    view.finalize();
  }
}

/** Vega writes a description only where it draws into a page. */
function described(svg: string, description: string): string {
  return svg.replace("<svg", () => `<svg role="img" aria-label="${escapeHtml(description)}"`);
}

/** Loading would go to the network or to files that the spec, perhaps somebody else's, chooses. */
async function refuse(uri: string, faults: unknown[]): Promise<never> {
  const message = `the spec names data elsewhere, ${shown(uri)}; put the rows inside, { data: { values: [...] } }`;
  const fault = new ValidationError("toSvg", [{ path: ["data"], message }], "INVALID_INPUT");
  faults.push(fault);
  throw fault;
}

/**
 * Vega logs an error inside the evaluation instead of throwing it; here it becomes a fault. Vega calls the methods with another
 * `this`, so they are closures.
 */
function messagesTo(logger: Logger | undefined, faults: unknown[]): LoggerInterface {
  const to =
    (level: "warn" | "info" | "debug") =>
    (...parts: readonly unknown[]): LoggerInterface => {
      logger?.[level](parts.join(" "));
      return messages;
    };
  const messages: LoggerInterface = {
    level: () => messages,
    error: (...parts) => {
      faults.push(parts.find((part) => part instanceof Error) ?? new Error(parts.join(" ")));
      return messages;
    },
    warn: to("warn"),
    info: to("info"),
    debug: to("debug"),
  } as LoggerInterface;
  return messages;
}

async function load<T extends object>(packageName: string, loader: () => Promise<T>): Promise<T> {
  const loaded = await loader()
    .catch((error: unknown) => {
      // In CommonJS: the package is there, but it is an ES module that cannot be required.
      if ((error as { code?: unknown }).code === "ERR_REQUIRE_ASYNC_MODULE")
        return nativeImport(packageName) as Promise<T>;
      throw error;
    })
    .catch((error: unknown) => {
      throw new MissingDependencyError(packageName, "An SVG of a plot", error);
    });
  // Version 5 is CommonJS, whose names stand under `default` for some loaders.
  return "default" in loaded && !("parse" in loaded || "compile" in loaded) ? (loaded.default as T) : loaded;
}
