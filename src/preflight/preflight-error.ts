import { ValidationError } from "../errors/index.js";
import { findingText } from "./finding-text.js";
import type { PreflightReport } from "./report.js";

/**
 * Preflight found errors, so `fit` created no job. Also a {@link ValidationError}: its issues are the errors.
 *
 * @remarks `fit(inputs, { preflight: { ignore: ["IC-03"] } })` goes on without some checks, `preflight: false` without all.
 *
 * @public
 */
export class PreflightError extends ValidationError {
  static override readonly className: string = "PreflightError";

  /** Everything that was found, read, skipped and derived. */
  readonly report: PreflightReport;

  constructor(report: PreflightReport) {
    const issues = report.findings
      .filter((finding) => finding.severity === "error")
      .map((finding) => ({
        path: ["channels", finding.place.channel].filter((part) => part !== undefined),
        message: findingText(finding),
      }));
    super(`preflight of ${report.subject}`, issues, "PREFLIGHT_FAILED");
    this.report = report;
  }
}
