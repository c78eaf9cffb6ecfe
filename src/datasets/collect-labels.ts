import { LabelIndex, type RecordSource } from "../formats/index.js";
import { forEachRecord } from "./for-each-record.js";

/**
 * What {@link collectLabels} found.
 *
 * @public
 */
export interface CollectedLabels {
  /** The class table: labels in order of their UTF-16 units, numbered from 0. */
  readonly index: LabelIndex;
  /** Records for each label, most frequent first. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Goes through records once and makes the class table of their labels.
 *
 * @remarks The numbers depend only on which labels occur, not on their order. Memory grows with the number of labels.
 *
 * @param records - any records
 * @param labelsOf - the label or labels of a record
 * @example
 * ```ts
 * const { index, counts } = await collectLabels(readFastText("train.txt"), (record) => record.labels);
 * ```
 * @public
 */
export async function collectLabels<T>(
  records: RecordSource<T>,
  labelsOf: (record: T) => string | readonly string[],
): Promise<CollectedLabels> {
  const counts = new Map<string, number>();
  const count = (record: T): void => {
    const labels = labelsOf(record);
    for (const label of typeof labels === "string" ? [labels] : new Set(labels)) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  };
  await forEachRecord(records, count);
  const byCount = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return { index: LabelIndex.from(counts.keys()), counts: new Map(byCount) };
}
