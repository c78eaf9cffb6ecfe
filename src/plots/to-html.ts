import { ValidationError } from "../errors/index.js";
import { checkKnownKeys, shown } from "../internal/options.js";
import { htmlPage } from "./html-page.js";
import { type ToSvgOptions, toSvg } from "./to-svg.js";

/**
 * Options of {@link toHtml}.
 *
 * @public
 */
export interface ToHtmlOptions extends ToSvgOptions {
  /**
   * Title and heading of the page.
   *
   * @defaultValue "Plots"
   */
  readonly title?: string | undefined;
}

/**
 * Renders plots as a page that opens in a browser without a network: the pictures are inside, and no script runs in it.
 *
 * @param specs - one or several specs, as {@link toSvg} takes them; the page shows them one below the other
 * @returns the page, to be written to a file as UTF-8
 * @throws {@link MissingDependencyError} and {@link ValidationError} as {@link toSvg}
 * @example
 * ```ts
 * await writeFile("report.html", await toHtml([lossPlot(result), forecastPlot({ training, forecast })], { title: "Sales" }));
 * ```
 * @public
 */
export async function toHtml(specs: object | readonly object[], options: ToHtmlOptions = {}): Promise<string> {
  checkKnownKeys(options, ["title", "logger", "signal"], "toHtml");
  const { title = "Plots", logger, signal } = options;
  if (typeof title !== "string") {
    throw new ValidationError("toHtml", [{ path: ["title"], message: `title must be a text, got ${shown(title)}` }]);
  }
  const figures: string[] = [];
  for (const spec of Array.isArray(specs) ? (specs as readonly object[]) : [specs]) {
    figures.push(`<figure>${withOwnIds(await toSvg(spec, { logger, signal }), figures.length + 1)}</figure>`);
  }
  return htmlPage(title, "svg { max-width: 100%; height: auto; }", figures.join("\n"));
}

/** Every picture counts the ids of its clipping paths and gradients from the same number; in one page they must differ. */
function withOwnIds(svg: string, picture: number): string {
  return svg.replaceAll(/<[^>]+>/gu, (tag) =>
    tag.replaceAll(/( id="|url\(#|href="#)/gu, (start) => `${start}plot${picture}-`),
  );
}
