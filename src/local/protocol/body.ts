import { ServiceError, type WireRequest } from "../core/contract.js";

/** Whole body of a request. */
export async function readBody(request: WireRequest, maxBytes: number, tooLarge: () => ServiceError): Promise<Buffer> {
  if (request.body === undefined) return Buffer.alloc(0);
  if (request.body instanceof Uint8Array) {
    if (request.body.length > maxBytes) throw tooLarge();
    return Buffer.from(request.body.buffer, request.body.byteOffset, request.body.byteLength);
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body) {
    request.signal?.throwIfAborted();
    length += piece.length;
    if (length > maxBytes) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

/** Body of a request piece by piece, ended by the request's abort. */
export async function* bodyPieces(request: WireRequest): AsyncGenerator<Uint8Array> {
  request.signal?.throwIfAborted();
  if (request.body === undefined) return;
  if (request.body instanceof Uint8Array) {
    yield request.body;
    return;
  }
  for await (const piece of request.body) {
    request.signal?.throwIfAborted();
    yield piece;
  }
}

/** What a protocol answers when something failed that is no modelled error. */
export function internalFailure(error: unknown): ServiceError {
  const text = error instanceof Error ? error.message : String(error);
  return new ServiceError("InternalFailure", `[local mode] ${text}`, 500);
}
