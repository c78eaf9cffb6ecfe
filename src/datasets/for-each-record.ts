import type { RecordSource } from "../formats/index.js";

/** Goes through all records once; plain loops where the source allows them. An abort is noticed between batches. */
export async function forEachRecord<T>(
  records: RecordSource<T>,
  visit: (record: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  if ("batches" in records) {
    for await (const batch of records.batches()) {
      signal?.throwIfAborted();
      for (const record of batch) visit(record);
    }
  } else if (Symbol.iterator in records) {
    for (const record of records) visit(record);
  } else {
    for await (const record of records) {
      signal?.throwIfAborted();
      visit(record);
    }
  }
}
