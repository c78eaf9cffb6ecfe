import type { Finding } from "./finding.js";
import { placeText, withCommas } from "./finding-text.js";
import type { CheckedChannel, DerivedValue, PreflightReport } from "./report.js";

const MiB = 1024 * 1024;

/**
 * A report as text for a terminal or a log.
 *
 * @remarks Plain text without colours; each finding with its place, cause and fix.
 *
 * @example
 * ```ts
 * process.stdout.write(formatReport(await estimator.preflight(inputs)));
 * ```
 * @returns lines, each ended by `\n`
 * @public
 */
export function formatReport(report: PreflightReport): string {
  const { counts, subject } = report;
  const summary =
    counts.error + counts.warning + counts.info === 0
      ? "nothing found"
      : [count(counts.error, "error"), count(counts.warning, "warning"), count(counts.info, "note")]
          .filter((part) => part !== "")
          .join(", ");
  const lines = [`Preflight of ${subject}: ${summary}`];
  for (const finding of report.findings) lines.push("", ...findingLines(finding));
  if (report.checked.length > 0) lines.push("", "Read:", ...report.checked.map((item) => `  ${checkedLine(item)}`));
  if (report.derived.length > 0) {
    lines.push("", "Derived from the data:", ...report.derived.map((item) => `  ${derivedLine(item)}`));
  }
  if (report.skipped.length > 0) {
    lines.push("", "Not checked:");
    for (const { codes, channel, reason } of report.skipped) {
      lines.push(`  ${codes.join(", ")}${channel === undefined ? "" : ` of channel "${channel}"`}: ${reason}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function findingLines(finding: Finding): string[] {
  const place = placeText(finding.place);
  return [
    `${finding.severity.toUpperCase()} ${finding.code}${place === "" ? "" : ` ${place}`}`,
    `  ${finding.message}`,
    `  cause: ${finding.cause}`,
    `  fix:   ${finding.fix}`,
    ...(finding.more ? [`  and ${withCommas(finding.more)} more`] : []),
  ];
}

function checkedLine(item: CheckedChannel): string {
  if (item.coverage === "unread") return `${item.channel}: not read (${item.uri})`;
  const all = `${item.channel}: ${count(item.objects, "object") || "no object"}, ${size(item.totalBytes)} (${item.uri})`;
  if (item.coverage === "listed") return `${all}; keys and sizes`;
  const amount =
    item.coverage === "whole" ? "whole" : `sampled: ${size(item.bytesRead)} of ${count(item.objectsRead, "object")}`;
  return `${all}; ${amount}${item.records > 0 ? `, ${count(item.records, "record")}` : ""}`;
}

function derivedLine({ name, value, given, from }: DerivedValue): string {
  const shown = Array.isArray(value) ? value.join(", ") : String(value);
  return `${name} = ${shown} (${from}${given === undefined ? "" : `; given: ${String(given)}`})`;
}

function count(value: number, noun: string): string {
  return value === 0 ? "" : `${withCommas(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < MiB ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / MiB).toFixed(1)} MiB`;
}
