import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ValidationError } from "../../../src/errors/index.js";
import {
  containerFaults,
  type ImageClassificationDraft,
  imageClassificationDefaults,
  imageClassificationHyperparametersSchema,
  imageClassificationWarnings,
  parseHyperparameters,
  readImageClassificationHyperparameters,
  readImageShape,
  resolveImageClassificationHyperparameters,
} from "../../../src/estimators/index.js";

const required = { num_classes: 10, num_training_samples: 480 };

/** Faults of hyperparameters as `path: message`. */
function faultsOf(hyperparameters: object): string[] {
  try {
    parseHyperparameters(imageClassificationHyperparametersSchema, { ...required, ...hyperparameters }, "IC");
    return [];
  } catch (error) {
    if (ValidationError.is(error)) return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw error;
  }
}

describe("imageClassificationHyperparametersSchema", () => {
  it("has the same defaults as imageClassificationDefaults", () => {
    const { properties } = z.toJSONSchema(imageClassificationHyperparametersSchema, { io: "input" });
    const withDefault = Object.entries(properties ?? {}).flatMap(([name, schema]) =>
      typeof schema === "object" && "default" in schema ? [[name, schema.default]] : [],
    );
    expect(Object.fromEntries(withDefault)).toEqual(imageClassificationDefaults);
  });

  it("demands what the service demands", () => {
    const parse = () => parseHyperparameters(imageClassificationHyperparametersSchema, {}, "IC");
    expect(parse).toThrow('hyperparameter "num_classes" of IC is required');
    expect(parse).toThrow('hyperparameter "num_training_samples" of IC is required');
  });

  it("accepts the chapter's settings, transfer learning and large data", () => {
    expect(faultsOf({ num_layers: 18, image_shape: "1,28,28", mini_batch_size: 20, epochs: 5, top_k: 2 })).toEqual([]);
    expect(faultsOf({ use_pretrained_model: 1, num_layers: 50, resize: 256, lr_scheduler_step: "10,20" })).toEqual([]);
    expect(faultsOf({ use_pretrained_model: 1 })).toEqual([]);
  });

  it.each([
    [{ use_pretrained_model: 1, image_shape: "1,28,28" }, "image_shape", '"3,224,224" with use_pretrained_model: 1'],
    [{ use_pretrained_model: 1, num_layers: 20 }, "num_layers", "one of 18, 34, 50, 101, 152, 200"],
    [{ resize: 223 }, "resize", "height or width"],
    [{ resize: 30, image_shape: "3,28,32" }, "resize", "height or width"],
    [{ num_training_samples: 31 }, "num_training_samples", '"mini_batch_size"'],
    [{ num_training_samples: 19, mini_batch_size: 20 }, "num_training_samples", "[IC-07]"],
    [{ checkpoint_frequency: 31 }, "checkpoint_frequency", '"epochs"'],
    [{ checkpoint_frequency: 6, epochs: 5 }, "checkpoint_frequency", '"epochs"'],
    [{ lr_scheduler_step: "10,10" }, "lr_scheduler_step", "ascending"],
    [{ lr_scheduler_step: "10,9" }, "lr_scheduler_step", "ascending"],
  ])("refuses %o", (hyperparameters, key, text) => {
    const faults = faultsOf(hyperparameters);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${key}: hyperparameter "${key}" of ImageClassification must`, "u"));
    expect(faults[0]).toContain(text);
  });

  it("reports the faults of several rules together", () => {
    expect(faultsOf({ use_pretrained_model: 1, num_layers: 20, image_shape: "1,28,28", resize: 5 })).toHaveLength(3);
  });

  it.each([
    ["image_shape", "3,224"],
    ["image_shape", "3, 224, 224"],
    ["image_shape", "0,28,28"],
    ["image_shape", "1,28,28,1"],
    ["lr_scheduler_step", "0,10"],
    ["lr_scheduler_step", "10,"],
    ["augmentation_type", "crop_color_transformation"],
    ["num_layers", 19],
    ["use_pretrained_model", true],
    ["early_stopping", 1],
    ["top_k", 1],
  ])("refuses %s %o by itself", (key, value) => {
    expect(faultsOf({ [key]: value }).map((fault) => fault.split(":")[0])).toEqual([key]);
  });
});

describe("containerFaults of ImageClassification", () => {
  const faults = (wire: Record<string, string>) => containerFaults(imageClassificationHyperparametersSchema, wire);
  const legal = { num_classes: "10", num_training_samples: "480" };

  it("are worded as the service words them", () => {
    expect(faults({ ...legal, augmentation_type: "crop_color_transformation" })).toEqual([
      "The value 'crop_color_transformation' is not valid for the 'augmentation_type' hyperparameter which accepts one of the following: 'crop', 'crop_color', 'crop_color_transform' (caused by ValidationError)",
    ]);
    expect(faults({ image_shape: "3,224,224" })).toEqual([
      "No value(s) were specified for 'num_classes', 'num_training_samples' which are required hyperparameter(s) (caused by ValidationError)",
    ]);
    expect(faults({ ...legal, use_pretrained_model: "2" })[0]).toContain("accepts one of the following: '0', '1'");
    expect(faults({ ...legal, image_shape: "28,28" })[0]).toContain("matches the pattern");
  });

  it("accept what the estimator sends", () => {
    expect(
      faults({
        ...legal,
        num_layers: "18",
        image_shape: "1,28,28",
        early_stopping: "True",
        lr_scheduler_step: "10,20",
      }),
    ).toEqual([]);
  });
});

describe("resolveImageClassificationHyperparameters", () => {
  it("fills in what the service would take, and keeps what is set", () => {
    expect(resolveImageClassificationHyperparameters({ ...required, epochs: 5, num_layers: undefined })).toEqual({
      ...imageClassificationDefaults,
      ...required,
      epochs: 5,
    });
  });
});

describe("readImageClassificationHyperparameters", () => {
  it("reads the texts of a job and fills in the defaults", () => {
    const wire = {
      num_classes: "10",
      num_training_samples: "480",
      image_shape: "1,28,28",
      early_stopping: "True",
      learning_rate: "1e-05",
      epochs: "many",
      resize: "32",
      lr_scheduler_step: "10,20",
      augmentation_type: "crop",
    };
    expect(readImageClassificationHyperparameters(wire)).toEqual({
      ...imageClassificationDefaults,
      num_classes: 10,
      num_training_samples: 480,
      image_shape: "1,28,28",
      early_stopping: true,
      learning_rate: 1e-5,
      resize: 32,
      lr_scheduler_step: "10,20",
      augmentation_type: "crop",
    });
  });

  it("answers undefined without the numbers that the data decides", () => {
    expect(readImageClassificationHyperparameters({ num_classes: "10" })).toBeUndefined();
    expect(readImageClassificationHyperparameters({ num_classes: "ten", num_training_samples: "5" })).toBeUndefined();
  });
});

describe("readImageShape", () => {
  it("gives channels, height and width", () => {
    expect(readImageShape("3,200,100")).toEqual({ channels: 3, height: 200, width: 100 });
  });
});

describe("imageClassificationWarnings", () => {
  const warnings = (hyperparameters: ImageClassificationDraft) => imageClassificationWarnings(hyperparameters);

  it("has nothing to say about plain configurations", () => {
    expect(warnings({})).toEqual([]);
    expect(warnings({ num_layers: 18, image_shape: "1,28,28", top_k: 2, num_classes: 10 })).toEqual([]);
    expect(
      warnings({ optimizer: "adam", beta_1: 0.9, eps: 1e-8, lr_scheduler_step: "10", lr_scheduler_factor: 0.5 }),
    ).toEqual([]);
    expect(
      warnings({ early_stopping: true, early_stopping_patience: 2, multi_label: 1, use_weighted_loss: 1 }),
    ).toEqual([]);
  });

  it.each<[ImageClassificationDraft, string]>([
    [{ beta_1: 0.9 }, '"beta_1" has no effect without optimizer "adam".'],
    [{ beta_2: 0.9, optimizer: "nag" }, '"beta_2" has no effect without optimizer "adam".'],
    [{ eps: 1e-8 }, '"eps" has no effect without optimizer "adam" or "rmsprop".'],
    [{ gamma: 0.9, optimizer: "adam" }, '"gamma" has no effect without optimizer "rmsprop".'],
    [{ momentum: 0.9, optimizer: "adam" }, '"momentum" has no effect without optimizer "sgd" or "nag".'],
    [{ weight_decay: 0, optimizer: "rmsprop" }, '"weight_decay" has no effect without optimizer "sgd" or "nag".'],
    [{ lr_scheduler_factor: 0.1 }, '"lr_scheduler_factor" has no effect without "lr_scheduler_step".'],
    [{ lr_scheduler_step: "10,30" }, 'Epoch 30 of "lr_scheduler_step" is never reached: "epochs" is 30.'],
    [{ early_stopping_min_epochs: 3 }, '"early_stopping_min_epochs" has no effect without early_stopping: true.'],
    [{ early_stopping_patience: 3 }, '"early_stopping_patience" has no effect without early_stopping: true.'],
    [{ early_stopping_tolerance: 0 }, '"early_stopping_tolerance" has no effect without early_stopping: true.'],
    [{ early_stopping: true, epochs: 10 }, 'early_stopping never triggers: "epochs" is 10'],
    [{ use_weighted_loss: 1 }, '"use_weighted_loss" has no effect without multi_label: 1.'],
    [{ top_k: 5, num_classes: 3 }, '"top_k" is 5, but there are only 3 classes'],
    [{ image_shape: "1,28,28" }, '"num_layers" is 152, which is much for images of 28 x 28 pixels'],
    [{ num_layers: 20 }, '"num_layers" is 20, which is meant for images of at most 32 pixels'],
    [{ num_layers: 18, image_shape: "1,28,28", augmentation_type: "crop" }, "harmful for digits and letters"],
  ])("says one thing about %o", (hyperparameters, text) => {
    const found = warnings(hyperparameters);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });
});
