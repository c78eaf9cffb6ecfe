import { type LocalIdentity, ServiceError, type WireRequest, type WireResponse } from "../../core/contract.js";
import type { Exchange, Protocol } from "../../core/exchange.js";
import { internalFailure } from "../../protocol/body.js";
import { MultipartStore } from "../../store/multipart-store.js";
import type { FileObjectStore } from "../../store/object-store.js";
import { errorAnswer, notImplemented } from "./answers.js";
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from "./buckets.js";
import type { S3Context } from "./context.js";
import { listObjects, listObjectsV2 } from "./list.js";
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from "./multipart.js";
import { copyObject, deleteObject, deleteObjects, getObject, headObject, putObject } from "./objects.js";
import { parseS3Request, type S3Request } from "./request.js";

type Operation = (context: S3Context, request: S3Request) => Promise<WireResponse>;

const OPERATIONS = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  DeleteObjects: deleteObjects,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
  ListParts: listParts,
  ListMultipartUploads: listMultipartUploads,
} as const satisfies Readonly<Record<string, Operation>>;

/** Query parameters that turn a request into another operation than those above. */
const SUBRESOURCES = new Set(
  (
    "accelerate acl analytics attributes cors encryption intelligent-tiering inventory legal-hold lifecycle logging " +
    "metadataConfiguration metadataTable metrics notification object-lock ownershipControls policy policyStatus " +
    "publicAccessBlock renameObject replication requestPayment restore retention select session tagging torrent " +
    "versioning versions website"
  ).split(" "),
);

/** S3 over REST and XML; takes every request that no other protocol claims. */
export class S3Protocol implements Protocol {
  readonly #context: S3Context;

  constructor(identity: LocalIdentity, store: FileObjectStore, temporaryFolder: string) {
    this.#context = {
      identity,
      store,
      uploads: new MultipartStore(store, temporaryFolder),
      openBodies: new Set(),
    };
  }

  accepts(): boolean {
    return true;
  }

  async answer(wire: WireRequest, requestId: string): Promise<Exchange> {
    let operation: string = "Unknown";
    let input: Record<string, unknown> = {};
    try {
      const request = parseS3Request(wire, requestId);
      if (request.bucket !== "") input = { Bucket: request.bucket };
      if (request.key !== "") input = { ...input, Key: request.key };
      const name = operationOf(request);
      operation = name;
      this.#checkOwner(request);
      const response = await OPERATIONS[name](this.#context, request);
      return { response, service: "s3", operation, input, error: undefined };
    } catch (failure) {
      wire.signal?.throwIfAborted();
      const error = failure instanceof ServiceError ? failure : internalError(failure);
      const response = errorAnswer(error, { method: wire.method, requestId, resource: wire.rawPath });
      return { response, service: "s3", operation, input, error };
    }
  }

  /** Ends the reads that are under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#context.openBodies].map((body) => body.return()));
  }

  #checkOwner(request: S3Request): void {
    const owner = request.headers["x-amz-expected-bucket-owner"];
    if (owner === undefined || owner === this.#context.identity.accountId) return;
    throw new ServiceError("AccessDenied", "Access Denied", 403);
  }
}

function operationOf(request: S3Request): keyof typeof OPERATIONS {
  const { method, bucket, key, query } = request;
  for (const name of query.keys()) if (SUBRESOURCES.has(name)) throw notImplemented(`${method} ?${name}`);
  if (bucket === "") {
    if (method === "GET") return "ListBuckets";
  } else if (key === "") {
    const operation = bucketOperation(method, query);
    if (operation) return operation;
  } else {
    const operation = objectOperation(request);
    if (operation) return operation;
  }
  throw new ServiceError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405, {
    Method: method,
  });
}

function bucketOperation(method: string, query: S3Request["query"]): keyof typeof OPERATIONS | undefined {
  switch (method) {
    case "PUT":
      return "CreateBucket";
    case "HEAD":
      return "HeadBucket";
    case "DELETE":
      return "DeleteBucket";
    case "POST":
      return query.has("delete") ? "DeleteObjects" : undefined;
    case "GET":
      if (query.has("location")) return "GetBucketLocation";
      if (query.has("uploads")) return "ListMultipartUploads";
      return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    default:
      return undefined;
  }
}

function objectOperation({ method, query, headers }: S3Request): keyof typeof OPERATIONS | undefined {
  const copies = headers["x-amz-copy-source"] !== undefined;
  switch (method) {
    case "PUT":
      if (query.has("uploadId")) return copies ? "UploadPartCopy" : "UploadPart";
      return copies ? "CopyObject" : "PutObject";
    case "HEAD":
      return "HeadObject";
    case "DELETE":
      return query.has("uploadId") ? "AbortMultipartUpload" : "DeleteObject";
    case "POST":
      if (query.has("uploads")) return "CreateMultipartUpload";
      return query.has("uploadId") ? "CompleteMultipartUpload" : undefined;
    case "GET":
      return query.has("uploadId") ? "ListParts" : "GetObject";
    default:
      return undefined;
  }
}

/** S3's own name for a failure of the service. */
function internalError(failure: unknown): ServiceError {
  return new ServiceError("InternalError", internalFailure(failure).message, 500);
}
