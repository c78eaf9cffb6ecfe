import { expectTypeOf } from "vitest";
import { type CategoryEncoder, TimeSeries } from "../../src/datasets/index.js";
import type { InferredDeepARHyperparameters } from "../../src/estimators/deepar/hyperparameters.js";
import {
  DeepAR,
  type DeepARBatchResult,
  type DeepARForecast,
  type DeepARHyperparameters,
  type DeepARInstanceType,
  type DeepAROutputType,
  DeepARPredictor,
  type DeepARResults,
  DeepARTransformer,
  type ResolvedDeepARHyperparameters,
} from "../../src/estimators/index.js";
import { readDeepAR } from "../../src/formats/index.js";
import { TrainingInput } from "../../src/inputs/index.js";
import { JsonSerializer } from "../../src/serializers/index.js";

// What the compiler refuses before anything runs.

const base = { time_freq: "H", prediction_length: 24, context_length: 24, epochs: 10 } as const;
const estimator = new DeepAR({
  instanceType: "ml.c5.2xlarge",
  instanceCount: 3,
  hyperparameters: {
    ...base,
    time_freq: "15min",
    cardinality: [2, 3],
    num_dynamic_feat: "",
    likelihood: "student-T",
    test_quantiles: [0.1, 0.9],
    early_stopping_patience: undefined,
  },
});
new DeepAR({
  instanceType: "ml.p3.16xlarge",
  hyperparameters: { ...base, cardinality: "ignore", likelihood: "student-t" },
});
new DeepAR({ unlistedInstanceType: "ml.c9.large", hyperparameters: base });

new DeepAR({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error -- the horizon is required
  hyperparameters: { time_freq: "H", context_length: 24, epochs: 10 },
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    ...base,
    // @ts-expect-error -- not how DeepAR spells hours
    time_freq: "h",
  },
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    ...base,
    // @ts-expect-error -- a list, even of one
    cardinality: 3,
  },
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    ...base,
    // @ts-expect-error -- a number, not a list
    num_dynamic_feat: [2],
  },
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    ...base,
    // @ts-expect-error -- no such distribution
    likelihood: "normal",
  },
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    ...base,
    // @ts-expect-error -- no such hyperparameter
    batch_size: 20,
  },
});

new DeepAR({
  // @ts-expect-error -- not an instance that it trains on
  instanceType: "ml.trn1.2xlarge",
  hyperparameters: base,
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error -- DeepAR reads files only
  inputMode: "Pipe",
  hyperparameters: base,
});

new DeepAR({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error -- a job cannot go on from an earlier model
  modelUri: "s3://bucket/model.tar.gz",
  hyperparameters: base,
});

export async function channels(): Promise<void> {
  await estimator.fit("s3://bucket/train.json");
  await estimator.fit({ train: "s3://bucket/train.json", test: new TrainingInput("s3://bucket/test.json") });
  await estimator.fit({ train: "s3://bucket/train.json", test: undefined });
  await estimator.fit({
    train: "s3://bucket/train.json",
    // @ts-expect-error -- no such channel
    validation: "s3://bucket/test.json",
  });
  const job = await estimator.fit("s3://bucket/train.json");
  expectTypeOf(await job.result()).toExtend<DeepARResults>();
}

export async function variants(encoder: CategoryEncoder): Promise<void> {
  expectTypeOf(estimator.with({ categoryEncoder: encoder, hyperparameters: { epochs: 3 } })).toEqualTypeOf<DeepAR>();
  // @ts-expect-error -- the report of the training data is required
  estimator.withData({});
  const attached = await DeepAR.attach("job", { categoryEncoder: encoder });
  expectTypeOf(attached.options.hyperparameters.prediction_length).toEqualTypeOf<number>();
}

export async function forecasts(): Promise<void> {
  const predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  expectTypeOf(predictor).toEqualTypeOf<DeepARPredictor>();
  const series = new TimeSeries({ start: "2024-01-01", frequency: "H", values: [1, 2] });

  // One for one, a list for a list; the parts that were asked for, and no others.
  const both = await predictor.forecast(series);
  expectTypeOf(both.mean).toEqualTypeOf<readonly number[]>();
  expectTypeOf(both.samples).toEqualTypeOf<undefined>();
  const list = await predictor.forecast([series, series], { outputTypes: ["samples"] });
  expectTypeOf(list[0]?.samples).toEqualTypeOf<readonly (readonly number[])[] | undefined>();
  expectTypeOf(list.map(({ mean }) => mean)).toEqualTypeOf<undefined[]>();
  const open = await predictor.forecast(series, { outputTypes: ["mean"] as DeepAROutputType[] });
  expectTypeOf(open.mean).toEqualTypeOf<readonly number[] | undefined>();
  expectTypeOf(both).toExtend<DeepARForecast>();
  expectTypeOf(await predictor.forecast({ start: "2024-01-01 00:00:00", values: [1, null] })).toEqualTypeOf<
    typeof both
  >();
  for await (const read of readDeepAR("series.json")) await predictor.forecast(read);

  // @ts-expect-error -- no part of that name
  await predictor.forecast(series, { outputTypes: ["median"] });
  await predictor.forecast(series, {
    // @ts-expect-error -- levels are numbers here
    quantiles: ["0.5"],
  });
  // @ts-expect-error -- a record of a file has other names
  await predictor.forecast({ start: "2024-01-01 00:00:00", target: [1] });
}

export async function hosting(): Promise<void> {
  await estimator.deploy({
    initialInstanceCount: 1,
    // @ts-expect-error -- DeepAR forecasts on CPUs only
    instanceType: "ml.g4dn.xlarge",
  });
  await estimator.deploy({
    initialInstanceCount: 1,
    instanceType: "ml.m5.large",
    // @ts-expect-error -- the formats of DeepAR are fixed
    serializer: new JsonSerializer(),
  });
  // @ts-expect-error -- nobody else knows what the model expects
  new DeepARPredictor({ endpointName: "sales" });

  const transformer = estimator.transformer({
    instanceCount: 1,
    instanceType: "ml.m5.large",
    inference: { outputTypes: ["mean"] },
  });
  expectTypeOf(transformer).toEqualTypeOf<DeepARTransformer>();
  for await (const result of transformer.results()) expectTypeOf(result).toEqualTypeOf<DeepARBatchResult>();
  estimator.transformer({
    instanceCount: 1,
    instanceType: "ml.m5.large",
    // @ts-expect-error -- DeepAR works with one setting only
    strategy: "MultiRecord",
  });
  new DeepARTransformer({
    modelName: "sales",
    instanceCount: 1,
    // @ts-expect-error -- DeepAR forecasts on CPUs only
    instanceType: "ml.p3.2xlarge",
  });
}

// The documented interface and the schema name the same keys with the same types.
export function schemaAndInterface(): void {
  expectTypeOf<InferredDeepARHyperparameters>().toExtend<DeepARHyperparameters>();
  expectTypeOf<DeepARHyperparameters>().toExtend<InferredDeepARHyperparameters>();
  expectTypeOf<keyof InferredDeepARHyperparameters>().toEqualTypeOf<keyof DeepARHyperparameters>();
}

export function resolved(hp: ResolvedDeepARHyperparameters): void {
  expectTypeOf(hp.mini_batch_size).toEqualTypeOf<number>();
  expectTypeOf(hp.cardinality).toEqualTypeOf<"auto" | "ignore" | readonly number[]>();
  expectTypeOf(hp.test_quantiles).toEqualTypeOf<readonly number[]>();
  expectTypeOf(hp.likelihood).not.toExtend<"student-t">();
  expectTypeOf<"ml.g5.12xlarge">().toExtend<DeepARInstanceType>();
}
