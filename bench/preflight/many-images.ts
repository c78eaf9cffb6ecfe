// Preflight of an image job of 200,000 images with their list: the listing, the list line by line against it, and the
// headers of a sample of 1000 images, each a request. S3 is simulated at the wire, so the AWS client and its XML are real. The peer lists the
// same prefix with the session and does nothing else.
import { Readable } from "node:stream";
import { ImageClassification } from "../../src/estimators/index.js";
import { encodePng } from "../../src/formats/index.js";
import { InProcessHandler } from "../../src/local/transport/in-process-handler.js";
import { formatReport } from "../../src/preflight/index.js";
import { Session } from "../../src/session/index.js";
import { bench, type NodeVariant, wholeProcess, works } from "../harness.js";

const images = 200_000;
const classes = 100;

/** In the order of S3: byte by byte. */
const names = Array.from(
  { length: images },
  (_, index) => `${index % classes}/${String(index).padStart(6, "0")}.png`,
).sort();
const validationNames = Array.from({ length: classes }, (_, index) => `v${String(index).padStart(3, "0")}.png`);
const labelOf = (name: string): string => name.slice(0, name.indexOf("/"));

/** Answers ListObjectsV2 and ranged GetObject for the job's objects. */
async function simulatedS3(): Promise<Session> {
  const png = Buffer.from(await encodePng({ width: 28, height: 28, channels: 3, data: new Uint8Array(28 * 28 * 3) }));
  const lists: Readonly<Record<string, Buffer>> = {
    "train_lst/train.lst": Buffer.from(names.map((name, index) => `${index}\t${labelOf(name)}\t${name}\n`).join("")),
    "validation_lst/validation.lst": Buffer.from(
      validationNames.map((name, index) => `${images + index}\t${index}\t${name}\n`).join(""),
    ),
  };
  const keys: Readonly<Record<string, readonly string[]>> = {
    "train/": names.map((name) => `train/${name}`),
    "validation/": validationNames.map((name) => `validation/${name}`),
    "train_lst/": ["train_lst/train.lst"],
    "validation_lst/": ["validation_lst/validation.lst"],
  };
  const object = (key: string): Buffer => lists[key] ?? png;
  const page = (query: URLSearchParams): string => {
    const all = keys[query.get("prefix") ?? ""] ?? [];
    const from = Number(query.get("continuation-token") ?? 0);
    const part = all.slice(from, from + 1000);
    const contents = part.map(
      (key, index) =>
        `<Contents><Key>${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
        `<ETag>&quot;${key.startsWith("v") ? "b" : "a"}${from + index}&quot;</ETag><Size>${object(key).length}</Size>` +
        `<StorageClass>STANDARD</StorageClass></Contents>`,
    );
    const isLast = from + 1000 >= all.length;
    const next = isLast ? "" : `<NextContinuationToken>${from + 1000}</NextContinuationToken>`;
    return `<?xml version="1.0"?><ListBucketResult><Name>images</Name><KeyCount>${part.length}</KeyCount><IsTruncated>${!isLast}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
  };
  const service = {
    async handle(request: { rawPath: string; rawQuery: string; headers: Readonly<Record<string, string>> }) {
      const query = new URLSearchParams(request.rawQuery);
      if (query.has("list-type")) {
        return { status: 200, headers: { "content-type": "application/xml" }, body: Buffer.from(page(query)) };
      }
      const whole = object(decodeURIComponent(request.rawPath.replace("/images/", "")));
      const [start = 0, end = 0] = (/bytes=(\d+)-(\d+)/u.exec(request.headers["range"] ?? "") ?? [])
        .slice(1)
        .map(Number);
      const body = whole.subarray(start, end + 1);
      return { status: 206, headers: { "content-length": String(body.length) }, body: Readable.from([body]) };
    },
  };
  return new Session({
    region: "us-east-1",
    endpoint: "http://localhost:1",
    credentials: { accessKeyId: "a", secretAccessKey: "s" },
    role: "arn:aws:iam::111122223333:role/r",
    requestHandler: new InProcessHandler(() => service as never),
  });
}

const withSession =
  (work: (session: Session) => Promise<void>): NodeVariant =>
  async (measure) => {
    const session = await simulatedS3();
    await session.listS3Files("s3://images/validation/").toArray();
    await measure(() => work(session));
  };

const preflight = withSession(async (session) => {
  const estimator = new ImageClassification({
    session,
    instanceType: "ml.p3.2xlarge",
    hyperparameters: { num_layers: 20, image_shape: "3,28,28", resize: 28 },
  });
  const report = await estimator.preflight({
    train: "s3://images/train/",
    validation: "s3://images/validation/",
    train_lst: "s3://images/train_lst/",
    validation_lst: "s3://images/validation_lst/",
  });
  const [classCount, count] = report.derived.map(({ value }) => value);
  if (!report.ok || classCount !== classes || count !== images) throw new Error(formatReport(report));
});

const listing = withSession(async (session) => {
  let count = 0;
  for await (const _ of session.listS3Files("s3://images/train/")) count++;
  if (count !== images) throw new Error(`${count} objects`);
});

const list = `seq 0 ${images - 1} | mawk '{printf "%d\\t%d\\t%d/%06d.png\\n",$1,$1%${classes},$1%${classes},$1}'`;

await bench(import.meta.url, {
  title: "Preflight of 200,000 images with their list",
  rounds: 3,
  variants: {
    preflight,
    "listing alone": listing,
    mawk: wholeProcess(
      `mawk -F'\\t' 'NR==FNR{n[$3];next}{if(!($3 in n)||$1 in i||$2!~/^[0-9]+$/)bad++;i[$1];c[$2]++}END{print bad+0}' <(${list}) <(${list})`,
      (await works("mawk", "BEGIN { }")) ? undefined : "apt install mawk",
    ),
  },
  comparisons: [
    { id: "P2", work: "200,000 images with list", ours: "preflight", peer: "listing alone", goal: 2 },
    {
      id: "P2b",
      work: "memory beyond the listing's",
      ours: "preflight",
      peer: "listing alone",
      metric: "peakMb",
      as: "difference",
      goal: 100,
    },
  ],
});
