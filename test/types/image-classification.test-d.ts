import { expectTypeOf } from "vitest";
import type { InferredImageClassificationHyperparameters } from "../../src/estimators/image-classification/hyperparameters.js";
import {
  ImageClassification,
  type ImageClassificationBatchResult,
  type ImageClassificationHyperparameters,
  type ImageClassificationInputs,
  type ImageClassificationInstanceType,
  type ImageClassificationPredictor,
  type ImageClassificationResults,
  type ImageClassificationTransformer,
  type ImageLabel,
  imageManifest,
} from "../../src/estimators/index.js";
import { TrainingInput } from "../../src/inputs/index.js";
import { JsonSerializer } from "../../src/serializers/index.js";

// What the compiler refuses before anything runs.

const estimator = new ImageClassification({
  instanceType: "ml.g4dn.xlarge",
  instanceCount: 2,
  classNames: ["zero", "one"],
  hyperparameters: {
    num_layers: 18,
    image_shape: "1,28,28",
    num_classes: 10,
    num_training_samples: 480,
    early_stopping: true,
    epochs: undefined,
  },
});

// What follows from the data may be left out.
new ImageClassification({ instanceType: "ml.p3.16xlarge", hyperparameters: {} }).withData({ trainingImages: 480 });

new ImageClassification({
  instanceType: "ml.g5.48xlarge",
  hyperparameters: { use_pretrained_model: 1, num_layers: 200, image_shape: "3,224,224" },
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  // @ts-expect-error -- transfer learning knows no network of 20 layers
  hyperparameters: { use_pretrained_model: 1, num_layers: 20 },
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  // @ts-expect-error -- transfer learning knows one image shape
  hyperparameters: { use_pretrained_model: 1, image_shape: "1,28,28" },
});

new ImageClassification({
  // @ts-expect-error -- it trains on GPUs only
  instanceType: "ml.c5.xlarge",
  hyperparameters: {},
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  // @ts-expect-error -- not a mode that it reads
  inputMode: "FastFile",
  hyperparameters: {},
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  // @ts-expect-error -- the container reads the channel "model" only
  modelChannelName: "earlier",
  hyperparameters: {},
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  hyperparameters: {
    // @ts-expect-error -- not a depth that it knows
    num_layers: 19,
  },
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  hyperparameters: {
    // @ts-expect-error -- channels, height and width
    image_shape: "28,28",
  },
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  hyperparameters: {
    // @ts-expect-error -- the service's flags are 0 and 1
    multi_label: true,
  },
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  hyperparameters: {
    // @ts-expect-error -- a misspelt value
    augmentation_type: "crop_color_transformation",
  },
});

new ImageClassification({
  instanceType: "ml.g5.xlarge",
  hyperparameters: {
    // @ts-expect-error -- no such hyperparameter
    batch_size: 20,
  },
});

// @ts-expect-error -- the instance type is required
new ImageClassification({ hyperparameters: {} });

// The escape for types that are newer than this library.
new ImageClassification({ unlistedInstanceType: "ml.g99.xlarge", hyperparameters: {} });

export async function channels(): Promise<void> {
  const uri = "s3://bucket/x";
  await estimator.fit({ train: uri, validation: uri });
  await estimator.fit({ train: uri, validation: uri, model: uri });
  await estimator.fit({ train: uri, validation: uri, train_lst: uri, validation_lst: uri });
  await estimator.fit({ train: uri, validation: uri, train_lst: uri, validation_lst: uri, model: undefined });
  await estimator.fit({ train: new TrainingInput(uri), validation: imageManifest(uri, { labelAttribute: "class" }) });

  // @ts-expect-error -- lists come in pairs
  await estimator.fit({ train: uri, validation: uri, train_lst: uri });
  // @ts-expect-error -- the validation channel is required
  await estimator.fit({ train: uri });
  // @ts-expect-error -- there is no job with one channel
  await estimator.fit(uri);
  await estimator.fit({
    train: uri,
    validation: uri,
    // @ts-expect-error -- no such channel
    test: uri,
  });
  // @ts-expect-error -- a manifest needs the name of its label
  imageManifest(uri, {});

  const job = await estimator.fit({ train: uri, validation: uri });
  expectTypeOf(await job.result()).toExtend<ImageClassificationResults>();
}

export async function variants(): Promise<void> {
  expectTypeOf(estimator.with({ hyperparameters: { epochs: 3 } })).toEqualTypeOf<ImageClassification>();
  expectTypeOf(estimator.withData({ trainingImages: 3 })).toEqualTypeOf<ImageClassification>();

  // @ts-expect-error -- the number of images is required
  estimator.withData({ classNames: ["a"] });
  estimator.with({
    // @ts-expect-error -- not a type that it trains on
    instanceType: "ml.m5.large",
  });

  const attached = await ImageClassification.attach("job", { classNames: ["a"] });
  expectTypeOf(attached.options.hyperparameters.num_classes).toEqualTypeOf<number | undefined>();
  expectTypeOf(attached.options.classNames).toEqualTypeOf<readonly string[] | undefined>();
}

export async function deployments(): Promise<void> {
  const predictor = await estimator.deploy({ initialInstanceCount: 1, instanceType: "ml.m5.large" });
  expectTypeOf(predictor).toEqualTypeOf<ImageClassificationPredictor>();
  expectTypeOf(await predictor.predict(new Uint8Array(9), { accept: "application/jsonlines" })).toEqualTypeOf<
    ImageLabel[]
  >();

  // @ts-expect-error -- the bytes of an image, not a path
  await predictor.predict("three.png");

  await predictor.predict(new Uint8Array(9), {
    // @ts-expect-error -- not a type of image that the endpoint decodes
    contentType: "image/gif",
  });

  await estimator.deploy({
    initialInstanceCount: 1,
    instanceType: "ml.m5.large",
    // @ts-expect-error -- the formats of ImageClassification are fixed
    serializer: new JsonSerializer(),
  });

  const transformer = estimator.transformer({ instanceCount: 1, instanceType: "ml.m5.large" });
  expectTypeOf(transformer).toEqualTypeOf<ImageClassificationTransformer>();
  for await (const result of transformer.results()) {
    expectTypeOf(result).toEqualTypeOf<ImageClassificationBatchResult>();
  }
}

// The documented interface and the schema name the same keys with the same types.
export function schemaAndInterface(): void {
  expectTypeOf<InferredImageClassificationHyperparameters>().toExtend<ImageClassificationHyperparameters>();
  expectTypeOf<ImageClassificationHyperparameters>().toExtend<InferredImageClassificationHyperparameters>();
  expectTypeOf<keyof InferredImageClassificationHyperparameters>().toEqualTypeOf<
    keyof ImageClassificationHyperparameters
  >();
}

export function collect(inputs: ImageClassificationInputs): void {
  expectTypeOf<"ml.g5.12xlarge">().toExtend<ImageClassificationInstanceType>();
  expectTypeOf<"ml.g6.xlarge">().not.toExtend<ImageClassificationInstanceType>();
  // The channels of lists tell the ways apart.
  if (inputs.train_lst !== undefined) expectTypeOf(inputs.validation_lst).not.toEqualTypeOf<undefined>();
  else expectTypeOf(inputs.validation_lst).toEqualTypeOf<undefined>();
}
