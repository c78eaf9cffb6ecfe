import type { Finding, FindingSeverity } from "./finding.js";

/**
 * What was read of one channel.
 *
 * @public
 */
export interface CheckedChannel {
  readonly channel: string;
  /** S3 URI of the input, or the local path that was read in its place. */
  readonly uri: string;
  /** Objects below the URI. */
  readonly objects: number;
  /** Their size together. */
  readonly totalBytes: number;
  /** Objects that were opened. */
  readonly objectsRead: number;
  readonly bytesRead: number;
  /** Lines or records that were looked at. */
  readonly records: number;
  /**
   * `listed`: keys and sizes only. `sampled`: a part of the content. `whole`: everything that the checks of the algorithm look
   * at. `unread`: the channel could not be read; see {@link PreflightReport.skipped}.
   */
  readonly coverage: "unread" | "listed" | "sampled" | "whole";
}

/**
 * Checks that could not be made.
 *
 * @public
 */
export interface SkippedChecks {
  readonly codes: readonly string[];
  readonly channel?: string | undefined;
  readonly reason: string;
}

/**
 * A value that follows from the data.
 *
 * @public
 */
export interface DerivedValue {
  /** Name of the hyperparameter, or of a number that is good to know. */
  readonly name: string;
  readonly value: number | string | readonly string[];
  /** What was set, when the hyperparameter was; a difference is among the findings. */
  readonly given?: unknown;
  /** What it was derived from, as a phrase. */
  readonly from: string;
}

/**
 * What preflight found. A plain object: `JSON.stringify` gives all of it, {@link formatReport} a text for people.
 *
 * @public
 */
export interface PreflightReport {
  /** True when there is no finding of severity `error`. */
  readonly ok: boolean;
  /** Name of the algorithm, `training job` for a job of any image. */
  readonly subject: string;
  /** Errors first, then warnings, then infos; within each in the order of channels and files. At most a few per kind. */
  readonly findings: readonly Finding[];
  /** All findings by severity, those that are not listed too. */
  readonly counts: Readonly<Record<FindingSeverity, number>>;
  /** What was read, by channel. */
  readonly checked: readonly CheckedChannel[];
  readonly skipped: readonly SkippedChecks[];
  /** What follows from the data, for example `num_classes`. */
  readonly derived: readonly DerivedValue[];
}

const order: Readonly<Record<FindingSeverity, number>> = { error: 0, warning: 1, info: 2 };

/** Gathers findings; lists the first of each code, kind and channel, and counts all. */
export class ReportBuilder {
  readonly #subject: string;
  readonly #limit: number;
  readonly #ignored: ReadonlySet<string>;
  readonly #groups = new Map<string, { readonly listed: Finding[]; count: number }>();
  readonly #counts: Record<FindingSeverity, number> = { error: 0, warning: 0, info: 0 };
  readonly #skipped: SkippedChecks[] = [];
  readonly #derived: DerivedValue[] = [];

  constructor(subject: string, findingsPerKind: number, ignore: readonly string[]) {
    this.#subject = subject;
    this.#limit = findingsPerKind;
    this.#ignored = new Set(ignore);
  }

  /**
   * Adds a finding.
   *
   * @param count - how many times it was found, when only the first is described
   */
  add(finding: Omit<Finding, "more">, count = 1): void {
    if (this.#ignored.has(finding.code) || count < 1) return;
    const { code, kind, severity, place } = finding;
    const key = JSON.stringify([code, kind, place.channel ?? ""]);
    const group = this.#groups.get(key) ?? { listed: [], count: 0 };
    this.#groups.set(key, group);
    if (group.listed.length < this.#limit) group.listed.push(finding);
    group.count += count;
    this.#counts[severity] += count;
  }

  skip(codes: readonly string[], reason: string, channel?: string): void {
    const asked = codes.filter((code) => !this.#ignored.has(code));
    if (asked.length > 0) this.#skipped.push({ codes: asked, ...(channel !== undefined && { channel }), reason });
  }

  derive(value: DerivedValue): void {
    this.#derived.push(value);
  }

  build(checked: readonly CheckedChannel[]): PreflightReport {
    const findings = [...this.#groups.values()].flatMap(({ listed, count }) => {
      const last = listed.at(-1);
      const more = count - listed.length;
      return more > 0 && last ? [...listed.slice(0, -1), { ...last, more }] : listed;
    });
    findings.sort((a, b) => order[a.severity] - order[b.severity]);
    return {
      ok: this.#counts.error === 0,
      subject: this.#subject,
      findings,
      counts: { ...this.#counts },
      checked,
      skipped: this.#skipped,
      derived: this.#derived,
    };
  }
}
