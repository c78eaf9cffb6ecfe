import { createHash } from "node:crypto";
import { ServiceError } from "../../core/contract.js";
import { AwsChunkedDecoder } from "../../protocol/awschunked.js";
import { bodyPieces, readBody } from "../../protocol/body.js";
import { parseXml, type XmlElement, XmlSyntaxError } from "../../protocol/xml.js";
import { CHECKSUM_ALGORITHMS, type ChecksumAlgorithm, createChecksum, DIGEST_BYTES } from "../../store/checksums.js";
import type { FileObjectStore } from "../../store/object-store.js";
import type { WrittenFile } from "../../store/object-writer.js";
import { checksumHeader, malformedXml } from "./answers.js";
import type { S3Request } from "./request.js";

const MAX_PUT_BYTES = 5 * 2 ** 30;
const MAX_XML_BYTES = 2 * 2 ** 20;

/** A received payload in a temporary file, all its checksums compared. */
export interface ReceivedPayload {
  readonly file: WrittenFile;
  /** The checksum algorithm that the request named. */
  readonly algorithm: ChecksumAlgorithm | undefined;
}

/**
 * Receives the bytes of an object or a part.
 *
 * @param fallback - algorithm to compute when the request names none
 * @throws ServiceError `MissingContentLength`, `IncompleteBody`, `EntityTooLarge`, `BadDigest`, `InvalidDigest`, `InvalidRequest`
 */
export async function receivePayload(
  request: S3Request,
  store: FileObjectStore,
  fallback?: ChecksumAlgorithm,
): Promise<ReceivedPayload> {
  const { headers } = request;
  const chunked =
    (headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-") ||
    /(?:^|,)\s*aws-chunked\s*(?:,|$)/u.test(headers["content-encoding"] ?? "");
  const expectedBytes = declaredBytes(headers[chunked ? "x-amz-decoded-content-length" : "content-length"]);
  if (expectedBytes > MAX_PUT_BYTES) {
    throw new ServiceError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {
      ProposedSize: expectedBytes,
      MaxSizeAllowed: MAX_PUT_BYTES,
    });
  }
  const algorithm = declaredAlgorithm(headers);
  const computed = algorithm ?? fallback;
  const writer = store.createWriter(computed ? [computed] : [], expectedBytes);
  try {
    const decoder = chunked ? new AwsChunkedDecoder() : undefined;
    for await (const piece of bodyPieces(request.wire)) {
      if (writer.sizeBytes > expectedBytes) break;
      if (decoder) for (const data of decoder.push(piece)) await writer.write(data);
      else await writer.write(piece);
    }
    decoder?.finish();
    if (writer.sizeBytes !== expectedBytes) {
      throw new ServiceError(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
      );
    }
    const file = await writer.finish();
    compareMd5(headers["content-md5"], file.md5);
    if (algorithm) {
      const name = checksumHeader(algorithm);
      const stated = headers[name] ?? decoder?.trailers[name];
      if (stated === undefined) {
        throw new ServiceError("InvalidRequest", `The trailing header ${name} that was announced is missing`);
      }
      compareChecksum(algorithm, stated, file.checksums.get(algorithm));
    }
    return { file, algorithm: computed };
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/**
 * Receives a document.
 *
 * @throws ServiceError `MalformedXML`, `BadDigest`, `InvalidDigest`
 */
export async function receiveXml(request: S3Request, needsDigest = false): Promise<XmlElement | undefined> {
  const body = await readBody(request.wire, MAX_XML_BYTES, () => malformedXml("it is too long"));
  const { headers } = request;
  compareMd5(headers["content-md5"], createHash("md5").update(body).digest());
  const algorithm = declaredAlgorithm(headers);
  if (algorithm) {
    const checksum = createChecksum(algorithm);
    checksum.update(body);
    compareChecksum(algorithm, headers[checksumHeader(algorithm)] ?? "", checksum.digest());
  }
  if (needsDigest && !algorithm && headers["content-md5"] === undefined) {
    throw new ServiceError(
      "InvalidRequest",
      "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    );
  }
  if (body.length === 0) return undefined;
  try {
    return parseXml(body.toString("utf8"));
  } catch (error) {
    if (error instanceof XmlSyntaxError) throw malformedXml(error.message);
    throw error;
  }
}

/** The algorithm by its header name; undefined when it is none. */
export function algorithmOf(name: string | undefined): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name?.toUpperCase());
}

function declaredBytes(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/u.test(text)) {
    throw new ServiceError("MissingContentLength", "You must provide the Content-Length HTTP header.", 411);
  }
  return Number(text);
}

/** The algorithm of the checksum that the request carries or announces. Query parameters are not looked at, as on AWS. */
function declaredAlgorithm(headers: S3Request["headers"]): ChecksumAlgorithm | undefined {
  const trailers = (headers["x-amz-trailer"] ?? "").split(",").map((name) => name.trim().toLowerCase());
  const declared = CHECKSUM_ALGORITHMS.filter((algorithm) => {
    const name = checksumHeader(algorithm);
    return headers[name] !== undefined || trailers.includes(name);
  });
  if (declared.length > 1) {
    throw new ServiceError(
      "InvalidRequest",
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const named = headers["x-amz-sdk-checksum-algorithm"];
  if (named !== undefined && declared.length === 0) {
    throw new ServiceError(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
    );
  }
  return declared[0];
}

function compareMd5(stated: string | undefined, computed: Buffer): void {
  if (stated === undefined) return;
  const bytes = Buffer.from(stated, "base64");
  if (bytes.length !== 16) {
    throw new ServiceError("InvalidDigest", "The Content-MD5 you specified was invalid.");
  }
  if (!bytes.equals(computed)) {
    throw new ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}

function compareChecksum(algorithm: ChecksumAlgorithm, stated: string, computed: Buffer | undefined): void {
  const bytes = Buffer.from(stated, "base64");
  if (bytes.length !== DIGEST_BYTES[algorithm]) {
    throw new ServiceError("InvalidRequest", `Value for ${checksumHeader(algorithm)} header is invalid.`);
  }
  if (!computed || !bytes.equals(computed)) {
    throw new ServiceError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}
