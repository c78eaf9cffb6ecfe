import type { DeepARReport } from "../../formats/index.js";
import type { DeepARFinding } from "./finding.js";

interface FaultText {
  readonly code: string;
  readonly severity: DeepARFinding["severity"];
  readonly what: string;
  readonly field: string;
  readonly cause: string;
  readonly fix: string;
}

/** What the faults of an inspection mean for a job. Too short series and values of 0 are judged over the whole channel. */
const faultTexts: Readonly<Partial<Record<string, FaultText>>> = {
  unreadable: {
    code: "DA-04",
    severity: "error",
    what: "cannot be read as a series",
    field: "target",
    cause: "the job fails with an error about parsing JSON, or reads something else than was meant",
    fix: "write the file with writeDeepAR, which cannot make this fault",
  },
  "differing-layout": {
    code: "DA-07",
    severity: "error",
    what: "has another number of categories or dynamic features than the first series",
    field: "cat",
    cause: "cat and dynamic_feat must stand in all series or in none, with the same number of members",
    fix: "fill in what is missing, or leave the field out of all series",
  },
  "feature-length": {
    code: "DA-06",
    severity: "error",
    what: "has dynamic features of another length than its target",
    field: "dynamic_feat",
    cause: "for training and test every row of dynamic_feat is as long as target",
    fix: "cut the features to the length of target; only a forecast needs the future part",
  },
  "unaligned-start": {
    code: "DA-03",
    severity: "warning",
    what: "starts off the grid of the frequency",
    field: "start",
    cause: "hour of day, day of week and the other features of time are shifted",
    fix: "start months on their first day, days at midnight and hours at whole hours",
  },
  "no-values": {
    code: "DA-10",
    severity: "warning",
    what: "has no values",
    field: "target",
    cause: "nothing can be learned from it",
    fix: "leave the series out",
  },
  constant: {
    code: "DA-10",
    severity: "info",
    what: "has the same value everywhere",
    field: "target",
    cause: "nothing can be learned from it but the value",
    fix: "leave the series out unless such series are to be forecast",
  },
};

/** Codes of faults that depend on the field that is at fault. */
const fieldCodes: readonly { readonly field: string; readonly kind: string; readonly code: string }[] = [
  { field: "start", kind: "unreadable", code: "DA-01" },
  { field: "cat", kind: "unreadable", code: "DA-07" },
  { field: "dynamic_feat", kind: "unreadable", code: "DA-05" },
  { field: "dynamic_feat", kind: "differing-layout", code: "DA-06" },
];

/** The field of a record that the message of a fault starts with. */
function fieldOf(message: string | undefined): string | undefined {
  return /^(start|target|cat|dynamic_feat)\b/u.exec(message ?? "")?.[1];
}

/** The faults of the series of a channel, one finding for each kind. */
export function faultFindings(channel: "train" | "test", report: DeepARReport): DeepARFinding[] {
  return Object.entries(faultTexts).flatMap(([kind, text]) => {
    const count = report.faultCounts[kind as keyof DeepARReport["faultCounts"]] ?? 0;
    if (text === undefined || count === 0) return [];
    const first = report.faults.find((fault) => fault.kind === kind);
    const example = first === undefined ? "" : count === 1 ? `: ${first.message}` : `, the first: ${first.message}`;
    const { severity, what, cause, fix } = text;
    const field = fieldOf(first?.message) ?? text.field;
    return [
      {
        code: fieldCodes.find((known) => known.field === field && known.kind === kind)?.code ?? text.code,
        kind,
        severity,
        message: `channel "${channel}": ${count === 1 ? "one series" : `${count} series, each`} ${what}${example}`,
        place: { channel, line: first?.line, field },
        cause,
        fix,
      },
    ];
  });
}
