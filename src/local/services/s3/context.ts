import type { LocalIdentity } from "../../core/contract.js";
import type { MultipartStore } from "../../store/multipart-store.js";
import type { FileObjectStore } from "../../store/object-store.js";
import type { FileBody } from "./file-body.js";

/** What the operations of the local S3 work with. */
export interface S3Context {
  readonly identity: LocalIdentity;
  readonly store: FileObjectStore;
  readonly uploads: MultipartStore;
  /** Bodies that are being read; closed with the service. */
  readonly openBodies: Set<FileBody>;
}
