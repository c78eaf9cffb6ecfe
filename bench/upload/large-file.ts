/** U4, U5: one large file in 8 MiB parts, 4 at once, against lib-storage, the AWS CLI and s5cmd. */
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Upload } from "@aws-sdk/lib-storage";
import { Session } from "../../src/session/index.js";
import { bench, type ForeignVariant, works } from "../harness.js";
import { largeFile } from "./large-file-data.js";
import { credentials, MIB, noteSink, s3Client } from "./settings.js";
import { type Sink, startSink } from "./sink.js";

const SIZE = Number(process.env["BENCH_UPLOAD_MB"] ?? 500) * MIB;
let sink: Sink | undefined;

const environment = {
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** A command line, run by a shell because only the variant's environment knows the folder. */
function commandLine(text: string, missing: string | undefined): ForeignVariant {
  return { command: ["bash", "-c", text], measures: "whole", env: environment, missing };
}

const isVariant = process.env["BENCH_VARIANT"] !== undefined;
const cli = isVariant || (await works("python3", "-c", "import awscli")) ? "python3 -m awscli" : "aws";
const hasCli = isVariant || (await works("bash", "-c", `${cli} --version`));
const hasS5cmd = isVariant || (await works("s5cmd", "version"));

await bench(import.meta.url, {
  title: `Upload of one file of ${SIZE / MIB} MiB`,
  prepare: async (dir) => {
    sink = await startSink();
    noteSink(dir, sink);
    largeFile(join(dir, "large.bin"), SIZE);
    const settings = "max_concurrent_requests = 4\n  multipart_chunksize = 8MB\n  addressing_style = path";
    writeFileSync(join(dir, "aws-config"), `[default]\ns3 =\n  ${settings}\n`);
  },
  variants: {
    ours: async (measure, dir) => {
      const session = new Session({ region: "us-east-1", clients: { s3: s3Client(dir) } });
      await measure(() => session.uploadData(join(dir, "large.bin"), { bucket: "bucket" }));
    },
    libStorage: async (measure, dir) => {
      const client = s3Client(dir);
      await measure(() => {
        const params = { Bucket: "bucket", Key: "data/large.bin", Body: createReadStream(join(dir, "large.bin")) };
        return new Upload({ client, params, queueSize: 4, partSize: 8 * MIB }).done();
      });
    },
    awsCli: commandLine(
      `AWS_CONFIG_FILE=$BENCH_DIR/aws-config ${cli} --endpoint-url "$(cat "$BENCH_DIR/sink")" s3 cp --quiet "$BENCH_DIR/large.bin" s3://bucket/data/large.bin`,
      hasCli ? undefined : "pip install awscli",
    ),
    s5cmd: commandLine(
      's5cmd --endpoint-url "$(cat "$BENCH_DIR/sink")" cp -c 4 -p 8 "$BENCH_DIR/large.bin" s3://bucket/data/large.bin',
      hasS5cmd ? undefined : "https://github.com/peak/s5cmd",
    ),
  },
  comparisons: [
    { id: "U4", work: "large file", ours: "ours", peer: "libStorage", goal: 0.6 },
    { id: "U5", work: "large file; theirs with start-up", ours: "ours", peer: "awsCli", goal: 0.8 },
    { id: "U5", work: "large file; theirs with start-up", ours: "ours", peer: "s5cmd", goal: 0.7 },
  ],
});
sink?.stop();
