import { ValidationError } from "../errors/index.js";
import { mapConcurrent } from "../internal/concurrency.js";
import { sendWith } from "../internal/send.js";
import { linkedAbort } from "./linked-abort.js";
import { type ObjectTarget, objectSettings, writing } from "./object-writer.js";
import { bucketOwner, type S3Context } from "./s3-context.js";
import type { PutOptions } from "./upload-options.js";

/** S3 takes at most this many parts per object. */
const MOST_PARTS = 10_000;
const MIB = 1024 * 1024;

/** A part ready to be sent. */
export interface Part {
  readonly body: Uint8Array;
  /** Called when the body is not needed any more, also after a failure. */
  readonly done: () => void;
}

/** Gives the parts in their order. The signal aborts when no more are needed; whatever the source waits for must end then. */
export type PartSource = (signal: AbortSignal) => AsyncIterable<Part>;

/** Size of the parts of an object of known size: the wanted one, or as much larger as 10,000 parts need, in whole MiB. */
export function partSizeFor(sizeBytes: number, wantedBytes: number): number {
  if (sizeBytes <= wantedBytes * MOST_PARTS) return wantedBytes;
  return Math.ceil(sizeBytes / MOST_PARTS / MIB) * MIB;
}

/**
 * Size of a part of a stream, whose length nobody knows: grows by half every 1000 parts, so that 10,000 parts of at first
 * 8 MiB hold 0.9 TiB.
 */
export function streamPartSize(partNumber: number, wantedBytes: number): number {
  return Math.ceil(wantedBytes * 1.5 ** Math.floor((partNumber - 1) / 1000));
}

/**
 * Writes one object in parts: begins, sends the parts with at most `concurrency` in flight, and completes. When anything
 * fails or the signal aborts, the parts are taken back.
 *
 * @param parts - source of the parts; those that were sent are marked done, whatever became of them
 * @returns size of the object, bytes
 */
export async function multipartUpload(
  s3: S3Context,
  target: ObjectTarget,
  parts: PartSource,
  options: PutOptions & { readonly concurrency: number; readonly onPart: (bytes: number) => void },
): Promise<number> {
  const { client, commands } = s3;
  const place = { Bucket: target.bucket, Key: target.key, ...bucketOwner(target.bucket) };
  const { signal } = options;
  signal?.throwIfAborted();
  return writing(s3, target, signal, async () => {
    // Not abortable: an upload that was begun must be known, or nobody could take it back.
    const begun = await client.send(
      new commands.CreateMultipartUploadCommand({ ...objectSettings(target, options), ChecksumAlgorithm: "CRC32" }),
    );
    const upload = { ...place, UploadId: begun.UploadId };
    try {
      const sent = await sendParts(parts, options, async (body, PartNumber, partSignal) => {
        const part = { ...upload, PartNumber, Body: body, ChecksumAlgorithm: "CRC32" } as const;
        const answer = await sendWith(partSignal, (sendOptions) =>
          client.send(new commands.UploadPartCommand(part), sendOptions),
        );
        return { PartNumber, ETag: answer.ETag, ...(answer.ChecksumCRC32 && { ChecksumCRC32: answer.ChecksumCRC32 }) };
      });
      signal?.throwIfAborted();
      await client.send(
        new commands.CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: sent.parts },
          // S3 refuses the object when the parts do not add up to this.
          MpuObjectSize: sent.sizeBytes,
        }),
      );
      return sent.sizeBytes;
    } catch (error) {
      try {
        await client.send(new commands.AbortMultipartUploadCommand(upload));
      } catch (failure) {
        const reason = failure instanceof Error ? failure.message : String(failure);
        s3.logger?.warn(`The parts of s3://${target.bucket}/${target.key} could not be taken back: ${reason}`);
      }
      throw signal?.aborted ? signal.reason : error;
    }
  });
}

async function sendParts<T>(
  parts: PartSource,
  options: PutOptions & { readonly concurrency: number; readonly onPart: (bytes: number) => void },
  send: (body: Uint8Array, partNumber: number, signal: AbortSignal) => Promise<T>,
): Promise<{ parts: T[]; sizeBytes: number }> {
  // The first failure also ends the parts in flight.
  const { controller, release } = linkedAbort(options.signal);
  let sizeBytes = 0;
  try {
    const sent = await mapConcurrent(parts(controller.signal), options.concurrency, async (part, index) => {
      try {
        controller.signal.throwIfAborted();
        if (index >= MOST_PARTS) throw tooLong(sizeBytes);
        const answer = await send(part.body, index + 1, controller.signal);
        sizeBytes += part.body.byteLength;
        options.onPart(part.body.byteLength);
        return answer;
      } catch (error) {
        const first = controller.signal.aborted ? controller.signal.reason : error;
        controller.abort(first);
        throw first;
      } finally {
        part.done();
      }
    });
    return { parts: sent, sizeBytes };
  } finally {
    release();
  }
}

function tooLong(sizeBytes: number): ValidationError {
  const message = `the stream is longer than ${MOST_PARTS} parts (${sizeBytes} bytes so far); pass a larger partSizeBytes`;
  return new ValidationError("uploadData", [{ path: ["partSizeBytes"], message }], "INVALID_INPUT");
}
