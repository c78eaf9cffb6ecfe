import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { DescribeTransformJobCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { mockClient } from "aws-sdk-client-mock";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors/index.js";
import { type DeepARModelCard, DeepARTransformer, deepARBatch } from "../../../src/estimators/index.js";
import { readDeepAR } from "../../../src/formats/index.js";
import { TransformInput } from "../../../src/inputs/index.js";
import { TransformJob } from "../../../src/jobs/index.js";
import { goldenSession } from "../support.js";
import { collected, messagesOf } from "./support.js";

const modelCard: DeepARModelCard = { frequency: "D", predictionLength: 2 };
const first = { start: "2024-01-01 00:00:00", values: [1, null, 3] };
const second = { start: "2024-02-01 00:00:00", values: [4] };

const textOf = async (chunks: AsyncIterable<Uint8Array>): Promise<string> =>
  Buffer.concat(await collected(chunks)).toString();

const failure = async (work: Promise<unknown>): Promise<FormatError> => {
  const error = await work.then(() => undefined).catch((reason: unknown) => reason);
  if (FormatError.is(error)) return error;
  throw error;
};

describe("deepARBatch.encode", () => {
  it("writes one series a line", async () => {
    const card = { ...modelCard, cardinality: [3], dynamicFeatures: 1 };
    const series = [
      { ...first, categories: [2], dynamicFeatures: [[1, 2, 3, 4, 5]], itemId: "not sent" },
      { ...second, categories: [0], dynamicFeatures: [[1, 2, 3]] },
    ];
    expect(await textOf(deepARBatch.encode(series, { modelCard: card }))).toBe(
      '{"start":"2024-01-01 00:00:00","target":[1,null,3],"cat":[2],"dynamic_feat":[[1,2,3,4,5]]}\n' +
        '{"start":"2024-02-01 00:00:00","target":[4],"cat":[0],"dynamic_feat":[[1,2,3]]}\n',
    );
  });

  it("names line and field of a series that does not fit the model", async () => {
    const error = await failure(
      textOf(
        deepARBatch.encode([first, { ...second, categories: [1] }], {
          modelCard: { ...modelCard, cardinality: [] },
        }),
      ),
    );
    expect(error).toMatchObject({ code: "FORMAT_INVALID_RECORD", record: 2, field: "categories" });
    expect(error.message).toContain("the model was trained without categories");
  });

  it("is read back by the reader of DeepAR files", async () => {
    const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(value, { minLength: 1 }), { minLength: 1, maxLength: 5 }), async (lists) => {
        const series = lists.map((values) => ({ start: "2024-01-01 00:00:00", values }));
        const bytes = Buffer.from(await textOf(deepARBatch.encode(series, { modelCard })));
        const back = await readDeepAR(bytes, { predictionLength: 2 }).toArray();
        expect(back.map(({ values }) => Array.from(values, (item) => (Number.isNaN(item) ? null : item + 0)))).toEqual(
          lists.map((values) => values.map((item) => (item === null ? null : item + 0))),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe("deepARBatch.decode", () => {
  it("gives the answers as they are", async () => {
    const text = '{"mean":[1,2],"quantiles":{"0.5":[3,4]}}\n{"samples":[[1,2],[3,4]]}\n';
    expect(await deepARBatch.decode({ text }).toArray()).toEqual([
      { mean: [1, 2], quantiles: { "0.5": [3, 4] }, samples: undefined },
      {
        mean: undefined,
        quantiles: {},
        samples: [
          [1, 2],
          [3, 4],
        ],
      },
    ]);
  });

  it("names the line that is no forecast", async () => {
    const wrong = async (line: string) => failure(deepARBatch.decode({ text: `{"mean":[1]}\n${line}\n` }).toArray());
    expect((await wrong('{"target":[1]}')).record).toBe(2);
    expect((await wrong('{"mean":"1"}')).message).toContain('"mean" is no list of numbers');
    expect((await wrong('{"quantiles":[[1]]}')).message).toContain('"quantiles" is no object with lists of numbers');
    expect((await wrong('{"samples":[1]}')).message).toContain('"samples" is no list of lists');
    expect((await wrong('{"mean":[1],"quantiles":{"0.5":[1,2]}}')).message).toContain("its lists have 1 and 2 points");
    expect((await wrong("[1]")).message).toContain('expected an object with "mean"');
  });
});

describe("deepARBatch.forecasts", () => {
  const text = '{"mean":[1,2]}\n{"mean":[3,4]}\n';
  const read = (options: object, output = text) =>
    collected(deepARBatch.forecasts({ text: output }, { modelCard, ...options }));

  it("puts the forecasts behind their series", async () => {
    const forecasts = await read({ inputs: [first, { ...second, itemId: "b" }] });
    expect(forecasts.map(({ timestamps, mean, itemId }) => [itemId, timestamps, mean])).toEqual([
      [undefined, ["2024-01-04 00:00:00", "2024-01-05 00:00:00"], [1, 2]],
      ["b", ["2024-02-02 00:00:00", "2024-02-03 00:00:00"], [3, 4]],
    ]);
  });

  it("needs no series for an output that was joined with its input", async () => {
    const joined = '{"start":"2024-01-01 00:00:00","target":[1,2,3],"id":7,"SageMakerOutput":{"mean":[1,2]}}\n';
    const [forecast] = await read({}, joined);
    expect(forecast?.timestamps[0]).toBe("2024-01-04 00:00:00");
    expect(await deepARBatch.decode({ text: joined }).toArray()).toMatchObject([{ mean: [1, 2] }]);
  });

  it("says when series and forecasts are not as many, or have another length", async () => {
    expect((await failure(read({ inputs: [first] }))).message).toContain("there are only 1 inputs");
    expect((await failure(read({ inputs: [first, second, first] }))).message).toContain(
      "the output ends after 2 forecasts, but there are more inputs",
    );
    expect((await failure(read({}))).message).toContain("give the series of the input as inputs");
    const long = { modelCard: { ...modelCard, predictionLength: 3 }, inputs: [first, second] };
    expect((await failure(read(long))).message).toContain(
      "it has 2 points, but the predictionLength of the model card is 3",
    );
  });

  it("closes the series when the reader stops early", async () => {
    let closed = false;
    async function* inputs() {
      try {
        yield first;
        yield second;
      } finally {
        closed = true;
      }
    }
    for await (const _ of deepARBatch.forecasts({ text }, { modelCard, inputs: inputs() })) break;
    expect(closed).toBe(true);
  });
});

describe("DeepARTransformer", () => {
  const sagemaker = mockClient(SageMakerClient);
  const s3 = mockClient(S3Client);
  afterEach(() => {
    sagemaker.reset();
    s3.reset();
  });

  const options = {
    modelName: "sales",
    baseTransformJobName: "b",
    instanceCount: 1,
    instanceType: "ml.m5.large",
    outputPath: "s3://bkt/out",
  };
  const transformer = (more: object = {}): DeepARTransformer =>
    new DeepARTransformer({ ...options, session: goldenSession(), ...more } as never);

  it("sends the settings without which DeepAR fails [DA-16], and what to answer [DA-17]", async () => {
    const inference = { numSamples: 50, outputTypes: ["mean", "quantiles"], quantiles: [0.1, 0.9] } as const;
    const request = await transformer({ inference, environment: { A: "b" } }).toRequest("s3://bkt/in/", {
      jobName: "job",
    });
    expect(request).toEqual({
      TransformJobName: "job",
      ModelName: "sales",
      TransformInput: {
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/in/" } },
        ContentType: "application/jsonlines",
        SplitType: "Line",
      },
      TransformOutput: { S3OutputPath: "s3://bkt/out", AssembleWith: "Line" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
      BatchStrategy: "SingleRecord",
      Environment: {
        A: "b",
        DEEPAR_INFERENCE_CONFIG: '{"num_samples":50,"output_types":["mean","quantiles"],"quantiles":["0.1","0.9"]}',
      },
    });
    expect(await transformer().toRequest("s3://bkt/in/")).not.toHaveProperty("Environment");
  });

  it("fills in a TransformInput", async () => {
    const input = new TransformInput("s3://bkt/in/", { compressionType: "Gzip", splitType: "Line" });
    expect((await transformer().toRequest(input)).TransformInput).toMatchObject({
      ContentType: "application/jsonlines",
      SplitType: "Line",
      CompressionType: "Gzip",
    });
  });

  it("refuses settings that fail at run time, and what does not fit into the environment", async () => {
    const refused = (more: object) => messagesOf(() => transformer(more));
    expect(await refused({ strategy: "MultiRecord", assembleWith: "None" })).toEqual([
      'strategy must be one of "SingleRecord"; got "MultiRecord"; anything else fails at run time [DA-16]',
      expect.stringContaining('assembleWith must be one of "Line"'),
    ]);
    expect(await refused({ instanceType: "ml.g4dn.xlarge" })).toEqual([expect.stringContaining("CPU instances only")]);
    expect(await refused({ inference: { quantiles: [2] } })).toEqual([expect.stringContaining("quantiles[0]")]);
    expect(await refused({ inference: {}, environment: { DEEPAR_INFERENCE_CONFIG: "{}" } })).toEqual([
      expect.stringContaining("leave one of them out"),
    ]);
    const quantiles = Array.from({ length: 2000 }, (_, index) => (index + 1) / 2001);
    expect(await refused({ inference: { quantiles } })).toEqual([expect.stringContaining("takes 10240")]);

    const request = (data: string | TransformInput, more: object = {}) =>
      messagesOf(() => transformer().toRequest(data, more));
    expect(await request("s3://bkt/in/", { splitType: "None" })).toEqual([expect.stringContaining("[DA-16]")]);
    expect(await request(new TransformInput("s3://bkt/in/", { contentType: "text/csv" }))).toEqual([
      expect.stringContaining('contentType must be one of "application/jsonlines"'),
    ]);
  });

  it("gives the forecasts of its job with their series, also for files that have none", async () => {
    sagemaker.on(DescribeTransformJobCommand).resolves({
      TransformJobName: "job",
      TransformJobArn: "arn",
      TransformJobStatus: "Failed",
      ModelName: "sales",
      CreationTime: new Date(0),
      TransformInput: { DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: "s3://bkt/in/" } } },
      TransformOutput: { S3OutputPath: "s3://bkt/out" },
      TransformResources: { InstanceCount: 1, InstanceType: "ml.m5.large" },
    });
    const bodies: Readonly<Record<string, string>> = {
      "in/a.jsonl": await textOf(deepARBatch.encode([first, second], { modelCard })),
      "in/b.jsonl": await textOf(deepARBatch.encode([second], { modelCard })),
      "out/a.jsonl.out": '{"mean":[1,2]}\n{"mean":[3,4]}\n',
    };
    const listing = (prefix: string) => ({
      Contents: Object.keys(bodies)
        .filter((Key) => Key.startsWith(prefix))
        .map((Key) => ({ Key, Size: 1, LastModified: new Date(0), ETag: '"x"' })),
    });
    s3.on(ListObjectsV2Command, { Prefix: "in/" }).resolves(listing("in/"));
    s3.on(ListObjectsV2Command, { Prefix: "out/" }).resolves(listing("out/"));
    s3.on(GetObjectCommand).callsFake(async ({ Key }: { Key: string }) => ({
      Body: { transformToByteArray: async () => Buffer.from(bodies[Key] ?? "") },
    }));
    const job = new TransformJob(goldenSession(), "job");
    const found: unknown[] = [];
    for await (const { input, line, series, forecast } of transformer({ modelCard }).results({ job })) {
      found.push([input, line, series.start, forecast?.timestamps[0], forecast?.mean]);
    }
    expect(found).toEqual([
      ["s3://bkt/in/a.jsonl", 1, first.start, "2024-01-04 00:00:00", [1, 2]],
      ["s3://bkt/in/a.jsonl", 2, second.start, "2024-02-02 00:00:00", [3, 4]],
      ["s3://bkt/in/b.jsonl", 1, second.start, undefined, undefined],
    ]);
  });

  it("has no forecasts before there is a job and a model card", async () => {
    expect(await messagesOf(() => transformer().results().next())).toEqual([
      "results() needs a job; start one with transform()",
      "results() needs the option modelCard, for the times of the forecasts",
    ]);
  });
});
