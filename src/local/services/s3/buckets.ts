import { ServiceError, type WireResponse } from "../../core/contract.js";
import { childText } from "../../protocol/xml.js";
import { compareUtf8 } from "../../store/keys.js";
import { empty, isoSeconds, malformedXml, xml } from "./answers.js";
import type { S3Context } from "./context.js";
import { receiveXml } from "./payload.js";
import { type S3Request, wholeNumber } from "./request.js";

/** ListBuckets. */
export async function listBuckets({ identity, store }: S3Context, request: S3Request): Promise<WireResponse> {
  const prefix = request.query.get("prefix") ?? "";
  const after = request.query.get("continuation-token") ?? "";
  const limit = wholeNumber(request.query.get("max-buckets") ?? "10000", "max-buckets", 1, 10_000);
  const found = (await store.listBuckets()).filter(
    ({ name }) => name.startsWith(prefix) && compareUtf8(name, after) > 0,
  );
  const page = found.slice(0, limit);
  return xml(request, "ListAllMyBucketsResult", {
    Owner: { ID: identity.accountId, DisplayName: "local" },
    Buckets: {
      Bucket: page.map(({ name, createdAt }) => ({
        Name: name,
        CreationDate: isoSeconds(createdAt),
        BucketRegion: identity.region,
      })),
    },
    ContinuationToken: found.length > limit ? page.at(-1)?.name : undefined,
    Prefix: prefix === "" ? undefined : prefix,
  });
}

/** CreateBucket, with the rules about regions: N. Virginia wants no location, every other region its own. */
export async function createBucket({ identity, store }: S3Context, request: S3Request): Promise<WireResponse> {
  const body = await receiveXml(request);
  if (body && body.name !== "CreateBucketConfiguration") throw malformedXml("expected CreateBucketConfiguration");
  const location = body && childText(body, "LocationConstraint");
  const inVirginia = identity.region === "us-east-1";
  if (location === "us-east-1") {
    throw new ServiceError("InvalidLocationConstraint", "The specified location-constraint is not valid", 400, {
      LocationConstraint: location,
    });
  }
  if (location ? location !== identity.region || inVirginia : !inVirginia) {
    throw new ServiceError(
      "IllegalLocationConstraintException",
      `The ${location || "unspecified"} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  try {
    await store.createBucket(request.bucket);
  } catch (error) {
    const again = error instanceof ServiceError && error.code === "BucketAlreadyOwnedByYou";
    if (!again || !inVirginia) throw error;
  }
  return empty(request, { location: `/${request.bucket}` });
}

/** HeadBucket. */
export async function headBucket({ identity, store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  return empty(request, { "x-amz-bucket-region": identity.region, "content-type": "application/xml" });
}

/** DeleteBucket. */
export async function deleteBucket({ store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.deleteBucket(request.bucket);
  return empty(request, {}, 204);
}

/** GetBucketLocation: empty for N. Virginia. */
export async function getBucketLocation({ identity, store }: S3Context, request: S3Request): Promise<WireResponse> {
  await store.requireBucket(request.bucket);
  return xml(request, "LocationConstraint", identity.region === "us-east-1" ? "" : identity.region);
}
