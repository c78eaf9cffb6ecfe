import type { RecordSource } from "../formats/index.js";

/** The records one by one, from whatever they come in. An abort is noticed from record to record. */
export async function* recordsOf<T>(records: RecordSource<T>, signal?: AbortSignal): AsyncGenerator<T, void, void> {
  signal?.throwIfAborted();
  if ("batches" in records) {
    for await (const batch of records.batches()) {
      for (const record of batch) {
        signal?.throwIfAborted();
        yield record;
      }
    }
    return;
  }
  for await (const record of records) {
    signal?.throwIfAborted();
    yield record;
  }
}
