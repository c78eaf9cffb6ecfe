import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { integerIssues } from "../internal/checks.js";
import { shown, unknownKeyIssues } from "../internal/options.js";
import { PREFLIGHT_DEFAULTS, type PreflightOptions, type PreflightSample } from "./options.js";

/** Names of all {@link PreflightOptions}. */
const PREFLIGHT_OPTIONS = [
  "sample",
  "localData",
  "apiCalls",
  "ignore",
  "findingsPerKind",
  "concurrency",
  "timeoutSeconds",
  "signal",
] as const satisfies readonly (keyof PreflightOptions)[];

/** The limits in force; infinite where there is none. */
export function sampleLimits(options: PreflightOptions): Required<{ [K in keyof PreflightSample]: number }> {
  const { sample } = options;
  const none = Number.POSITIVE_INFINITY;
  if (sample === "whole") return { bytes: none, objects: none, listed: none };
  return {
    bytes: sample?.bytes ?? PREFLIGHT_DEFAULTS.sample.bytes,
    objects: sample?.objects ?? PREFLIGHT_DEFAULTS.sample.objects,
    listed: sample?.listed ?? PREFLIGHT_DEFAULTS.sample.listed,
  };
}

/** @throws ValidationError `INVALID_OPTIONS` with every unknown key and bad value */
export function checkPreflightOptions(options: PreflightOptions, subject = "preflight"): void {
  const { sample } = options;
  const positive = (value: unknown, name: string): ValidationIssue[] =>
    integerIssues(value, name, 1, Number.MAX_SAFE_INTEGER);
  const issues = [
    ...unknownKeyIssues(options, PREFLIGHT_OPTIONS, subject),
    ...positive(options.findingsPerKind, "findingsPerKind"),
    ...integerIssues(options.concurrency, "concurrency", 1, 64),
  ];
  const add = (path: string, message: string): void => {
    issues.push({ path: [path], message });
  };
  if (sample !== undefined && sample !== "whole") {
    if (typeof sample !== "object" || sample === null) {
      add("sample", `sample must be "whole" or { bytes, objects, listed }; got ${shown(sample)}`);
    } else {
      issues.push(
        ...unknownKeyIssues(sample, ["bytes", "objects", "listed"], "sample"),
        ...positive(sample.bytes, "sample.bytes"),
        ...positive(sample.objects, "sample.objects"),
        ...positive(sample.listed, "sample.listed"),
      );
    }
  }
  const { timeoutSeconds, ignore, localData, apiCalls } = options;
  if (timeoutSeconds !== undefined && !(typeof timeoutSeconds === "number" && timeoutSeconds > 0)) {
    add("timeoutSeconds", `timeoutSeconds must be a number above 0; got ${shown(timeoutSeconds)}`);
  }
  if (ignore !== undefined && !(Array.isArray(ignore) && ignore.every((code) => /^[A-Z]+-\d+$/u.test(String(code))))) {
    add("ignore", `ignore must be a list of codes such as ["BT-13"]; got ${shown(ignore)}`);
  }
  if (apiCalls !== undefined && typeof apiCalls !== "boolean") {
    add("apiCalls", `apiCalls must be true or false; got ${shown(apiCalls)}`);
  }
  if (localData !== undefined) {
    const paths = typeof localData === "object" && localData !== null ? Object.entries(localData) : undefined;
    if (!paths) add("localData", `localData must be paths by channel; got ${shown(localData)}`);
    for (const [channel, path] of paths ?? []) {
      if (typeof path === "string" && path !== "" && !/^(?:s3|https?):/iu.test(path)) continue;
      issues.push({
        path: ["localData", channel],
        message: `localData.${channel} must be a local path; got ${shown(path)}`,
      });
    }
  }
  if (issues.length > 0) throw new ValidationError(subject, issues);
}
