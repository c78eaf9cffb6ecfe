import type { Finding, FindingPlace } from "./finding.js";

/** One finding as one line: code, place, message and fix. */
export function findingText(finding: Finding): string {
  const more = finding.more ? ` (and ${withCommas(finding.more)} more)` : "";
  const place = placeText(finding.place);
  return `${finding.code}: ${place === "" ? "" : `${place}: `}${finding.message}${more}; ${finding.fix}`;
}

/** `channel "train", s3://b/train.txt, line 3, byte 120` */
export function placeText(place: FindingPlace): string {
  return [
    place.channel === undefined ? "" : `channel "${place.channel}"`,
    place.file ?? "",
    place.line === undefined ? "" : `line ${place.line}`,
    place.record === undefined ? "" : `record ${place.record}`,
    place.byte === undefined ? "" : `byte ${place.byte}`,
    place.field === undefined ? "" : `"${place.field}"`,
  ]
    .filter((part) => part !== "")
    .join(", ");
}

/** With commas, whatever the locale. */
export function withCommas(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/gu, ",");
}
