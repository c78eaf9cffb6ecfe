import { expectTypeOf } from "vitest";
import type { InferredBlazingTextHyperparameters } from "../../src/estimators/blazingtext/hyperparameters.js";
import {
  BlazingText,
  type BlazingTextHyperparameters,
  type BlazingTextInstanceType,
  type BlazingTextMode,
  type BlazingTextPredictor,
  type BlazingTextResults,
  type BlazingTextTransformer,
  type Classification,
} from "../../src/estimators/index.js";
import { JsonSerializer } from "../../src/serializers/index.js";

// What the compiler refuses before anything runs.

const supervised = new BlazingText({
  instanceType: "ml.c5.xlarge",
  hyperparameters: { mode: "supervised", min_count: 2, early_stopping: true, epochs: undefined },
});
const skipgram = new BlazingText({
  instanceType: "ml.p3.8xlarge",
  hyperparameters: { mode: "skipgram", subwords: true },
});
const batch = new BlazingText({
  instanceType: "ml.c5.xlarge",
  instanceCount: 4,
  hyperparameters: { mode: "batch_skipgram" },
});

expectTypeOf(supervised).toEqualTypeOf<BlazingText<"supervised">>();
expectTypeOf(skipgram).toEqualTypeOf<BlazingText<"skipgram">>();
expectTypeOf<BlazingTextMode>().toEqualTypeOf<"supervised" | "batch_skipgram" | "skipgram" | "cbow">();

new BlazingText({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    mode: "skipgram",
    // @ts-expect-error -- word_ngrams belongs to supervised
    word_ngrams: 2,
  },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    mode: "supervised",
    // @ts-expect-error -- window_size belongs to the word vector modes
    window_size: 5,
  },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    mode: "batch_skipgram",
    // @ts-expect-error -- batch_skipgram learns no subwords
    subwords: true,
  },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    mode: "supervised",
    // @ts-expect-error -- a number, not a text
    epochs: "10",
  },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  hyperparameters: {
    // @ts-expect-error -- no such mode
    mode: "classification",
  },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error -- the mode is required
  hyperparameters: { epochs: 1 },
});

new BlazingText({
  // @ts-expect-error -- a misspelt instance type
  instanceType: "ml.c5.extralarge",
  hyperparameters: { mode: "supervised" },
});

new BlazingText({
  // @ts-expect-error -- supervised uses one GPU at most
  instanceType: "ml.p3.8xlarge",
  hyperparameters: { mode: "supervised" },
});

new BlazingText({
  // @ts-expect-error -- batch_skipgram trains on CPUs
  instanceType: "ml.p3.2xlarge",
  hyperparameters: { mode: "batch_skipgram" },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error -- supervised trains on one instance
  instanceCount: 2,
  hyperparameters: { mode: "supervised" },
});

new BlazingText({
  instanceType: "ml.c5.xlarge",
  // @ts-expect-error -- an option that does not exist
  maxRun: 60,
  hyperparameters: { mode: "supervised" },
});

// @ts-expect-error -- the instance type is required
new BlazingText({ hyperparameters: { mode: "supervised" } });

// The escape for types that are newer than this library.
new BlazingText({
  unlistedInstanceType: "ml.c99.xlarge",
  hyperparameters: { mode: "supervised" },
});

export async function channels(): Promise<void> {
  await supervised.fit("s3://bucket/train.txt");
  await supervised.fit({ train: "s3://bucket/train.txt", validation: "s3://bucket/validation.txt" });
  await skipgram.fit({ train: "s3://bucket/text8" });

  await skipgram.fit({
    train: "s3://bucket/text8",
    // @ts-expect-error -- word vectors have no validation channel
    validation: "s3://bucket/validation.txt",
  });

  // @ts-expect-error -- the train channel is required
  await supervised.fit({ validation: "s3://bucket/validation.txt" });

  await supervised.fit({
    train: "s3://bucket/train.txt",
    // @ts-expect-error -- no such channel
    test: "s3://bucket/test.txt",
  });

  const job = await supervised.fit("s3://bucket/train.txt");
  expectTypeOf(await job.result()).toExtend<BlazingTextResults>();
  expectTypeOf((await job.result()).billableSeconds).toEqualTypeOf<number | undefined>();
}

export async function variants(): Promise<void> {
  expectTypeOf(supervised.with({ hyperparameters: { epochs: 3 } })).toEqualTypeOf<BlazingText<"supervised">>();
  supervised.with({ instanceType: "ml.g5.xlarge", maxRuntimeSeconds: 600 });

  supervised.with({
    // @ts-expect-error -- not a type that supervised trains on
    instanceType: "ml.g5.48xlarge",
  });

  supervised.with({
    hyperparameters: {
      // @ts-expect-error -- not a hyperparameter of this mode
      window_size: 3,
    },
  });

  const attached = await BlazingText.attach("job");
  expectTypeOf(attached).toEqualTypeOf<BlazingText>();
  if (attached.options.hyperparameters.mode === "supervised") {
    expectTypeOf(attached.options.hyperparameters.word_ngrams).toEqualTypeOf<number | undefined>();
  }
}

export async function deployments(): Promise<void> {
  const predictor = await supervised.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  expectTypeOf(predictor).toEqualTypeOf<BlazingTextPredictor>();
  expectTypeOf(await predictor.predict("a", { k: 2 })).toEqualTypeOf<Classification[]>();

  // @ts-expect-error -- texts, not numbers
  await predictor.predict([1, 2]);

  await supervised.deploy({
    initialInstanceCount: 1,
    instanceType: "ml.m5.large",
    // @ts-expect-error -- the formats of BlazingText are fixed
    serializer: new JsonSerializer(),
  });

  expectTypeOf(
    supervised.transformer({ instanceCount: 1, instanceType: "ml.m5.large" }),
  ).toEqualTypeOf<BlazingTextTransformer>();
}

// The documented interfaces and the schema name the same keys with the same types.
type Inferred<M extends BlazingTextMode> = Extract<InferredBlazingTextHyperparameters, { mode: M }>;
export function schemaAndInterfaces(): void {
  expectTypeOf<BlazingTextHyperparameters>().toExtend<InferredBlazingTextHyperparameters>();
  expectTypeOf<InferredBlazingTextHyperparameters>().toExtend<BlazingTextHyperparameters>();
  expectTypeOf<keyof Inferred<"supervised">>().toEqualTypeOf<keyof BlazingTextHyperparameters<"supervised">>();
  expectTypeOf<keyof Inferred<"batch_skipgram">>().toEqualTypeOf<keyof BlazingTextHyperparameters<"batch_skipgram">>();
  expectTypeOf<keyof Inferred<"skipgram">>().toEqualTypeOf<keyof BlazingTextHyperparameters<"skipgram">>();
  expectTypeOf<keyof Inferred<"cbow">>().toEqualTypeOf<keyof BlazingTextHyperparameters<"cbow">>();
}

// A mode that is only known at run time.
export function byMode(mode: BlazingTextMode): BlazingText {
  return new BlazingText({ instanceType: "ml.c5.xlarge", hyperparameters: { mode, epochs: 2 } });
}

// Estimators of different modes fit into one list.
const anyEstimator: BlazingText[] = [supervised, skipgram, batch];
export function collect(): void {
  expectTypeOf<BlazingTextHyperparameters<"cbow">["window_size"]>().toEqualTypeOf<number | undefined>();
  expectTypeOf<"ml.p3.2xlarge">().toExtend<BlazingTextInstanceType<"supervised">>();
  expectTypeOf<"ml.p3.2xlarge">().not.toExtend<BlazingTextInstanceType<"batch_skipgram">>();
  expectTypeOf(batch.options.instanceCount).toEqualTypeOf<number | undefined>();
  expectTypeOf(anyEstimator).not.toBeAny();
}
