export type { ChannelData, FilePart, TextLine } from "./channel-data.js";
/** @internal */
export { checkPreflightOptions } from "./check-options.js";
export type { PreflightChecks, PreflightContext, PreflightJob } from "./context.js";
export type { DataFile } from "./data-store.js";
export type { Finding, FindingPlace, FindingSeverity } from "./finding.js";
/** @internal */
export { findingText } from "./finding-text.js";
export { formatReport } from "./format-report.js";
/** @internal */
export { isFolderMarker } from "./general-checks.js";
export { PREFLIGHT_DEFAULTS, type PreflightOptions, type PreflightSample } from "./options.js";
export { PreflightError } from "./preflight-error.js";
/** @internal */
export { reasonOf } from "./reason-of.js";
export type { CheckedChannel, DerivedValue, PreflightReport, SkippedChecks } from "./report.js";
/** @internal */
export { type PreflightRequest, runPreflight } from "./run-preflight.js";
