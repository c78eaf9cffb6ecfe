/** Size of the images that a network takes: `image_shape`. */
export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * How a network begins: `large` is a 7 x 7 convolution with stride 2, batch normalization and a 3 x 3 max pooling with
 * stride 2; `small` is one 3 x 3 convolution.
 */
export type Stem = "large" | "small";

/** Units of one size, one behind the other. The first unit of every stage but the first halves the image. */
export interface Stage {
  readonly units: number;
  /** Channels that each unit gives. */
  readonly filters: number;
}

/** A residual network with pre-activation, as the public MXNet example `resnet` ("v2") builds it. */
export interface Architecture {
  readonly imageShape: ImageShape;
  readonly classes: number;
  /** Independent probabilities, one for each class, instead of probabilities that sum to 1. */
  readonly multiLabel: boolean;
  readonly stem: Stem;
  readonly stemFilters: number;
  /** Units of 1 x 1, 3 x 3 and 1 x 1 convolutions instead of two 3 x 3 ones. */
  readonly bottleneck: boolean;
  readonly stages: readonly Stage[];
}

/** Epsilon of every batch normalization. */
export const NORM_EPSILON = 2e-5;
/** Share of the old value when a running mean or variance is updated. */
export const NORM_MOMENTUM = 0.9;

/** Units of the four stages, by `num_layers`. */
const LARGE_NETWORKS: Readonly<Record<number, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
  200: [3, 24, 36, 3],
};
const SMALL_NETWORKS: readonly number[] = [20, 32, 44, 56, 110];

/** Largest height of images that a network of three stages takes with its small stem. */
const SMALL_IMAGE_HEIGHT = 32;

/**
 * The stem of a network.
 *
 * @remarks Networks of three stages follow the public example: small up to a height of 32. For four stages the example has
 * the same rule, but refuses heights up to 28, which the service trains. Its recorded jobs (18 layers, 480 MNIST digits of 28 x
 * 28) learn their training data by heart in three epochs, as the small stem does and the large one does not: so the service
 * probably uses the small stem there. Local mode uses the large one for four stages all the same: its validation accuracy is
 * not lower (MXNet, best epochs: mean .908 of 5 draws, against .886 of 3), and it does a tenth of the work. A model of an
 * earlier job keeps its own stem.
 */
export function stemFor(imageShape: ImageShape, numLayers: number): Stem {
  return SMALL_NETWORKS.includes(numLayers) && imageShape.height <= SMALL_IMAGE_HEIGHT ? "small" : "large";
}

/**
 * The network that the hyperparameters ask for.
 *
 * @returns undefined for a number of layers that the algorithm does not know
 */
export function architectureFor(options: {
  readonly numLayers: number;
  readonly imageShape: ImageShape;
  readonly classes: number;
  readonly multiLabel: boolean;
}): Architecture | undefined {
  const { numLayers, imageShape, classes, multiLabel } = options;
  const common = { imageShape, classes, multiLabel, stem: stemFor(imageShape, numLayers) };
  const large = LARGE_NETWORKS[numLayers];
  if (large) {
    const bottleneck = numLayers >= 50;
    const filters = bottleneck ? [256, 512, 1024, 2048] : [64, 128, 256, 512];
    return { ...common, stemFilters: 64, bottleneck, stages: stagesOf(large, filters) };
  }
  if (!SMALL_NETWORKS.includes(numLayers)) return undefined;
  const units = (numLayers - 2) / 6;
  return { ...common, stemFilters: 16, bottleneck: false, stages: stagesOf([units, units, units], [16, 32, 64]) };
}

function stagesOf(units: readonly number[], filters: readonly number[]): Stage[] {
  return units.map((count, index) => ({ units: count, filters: filters[index] as number }));
}

/** The number of layers by which the algorithm knows an architecture; undefined for one of another kind. */
export function numLayersOf(architecture: Architecture): number | undefined {
  const { imageShape, classes, multiLabel, stages, bottleneck, stemFilters } = architecture;
  const known = [...Object.keys(LARGE_NETWORKS).map(Number), ...SMALL_NETWORKS];
  return known.find((numLayers) => {
    const candidate = architectureFor({ numLayers, imageShape, classes, multiLabel });
    return (
      candidate?.bottleneck === bottleneck &&
      candidate.stemFilters === stemFilters &&
      candidate.stages.length === stages.length &&
      candidate.stages.every((stage, i) => stage.units === stages[i]?.units && stage.filters === stages[i].filters)
    );
  });
}

/** One convolution: its name in the artefact and its shape. Convolutions have no bias. */
export interface Convolution {
  readonly name: string;
  readonly filters: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/** One residual unit, with the names of the artefact. */
export interface Unit {
  /** For example `stage1_unit2`; its layers are `stage1_unit2_bn1`, `_relu1`, `_conv1` and so on. */
  readonly name: string;
  /** In their order, each behind a batch normalization and a ReLU of the same number. */
  readonly convolutions: readonly Convolution[];
  /** Takes the activated input past the convolutions; without it the plain input is added. */
  readonly projection: Convolution | undefined;
}

/** The first convolution. */
export function stemConvolution({ stem, stemFilters }: Architecture): Convolution {
  return stem === "large"
    ? { name: "conv0", filters: stemFilters, kernel: 7, stride: 2, pad: 3 }
    : { name: "conv0", filters: stemFilters, kernel: 3, stride: 1, pad: 1 };
}

/** All residual units, in their order. */
export function unitsOf({ stages, bottleneck }: Architecture): Unit[] {
  return stages.flatMap(({ units, filters }, stage) =>
    Array.from({ length: units }, (_, unit): Unit => {
      const name = `stage${stage + 1}_unit${unit + 1}`;
      const stride = stage > 0 && unit === 0 ? 2 : 1;
      const inner = filters / 4;
      const shapes = bottleneck
        ? [
            { filters: inner, kernel: 1, stride: 1, pad: 0 },
            { filters: inner, kernel: 3, stride, pad: 1 },
            { filters, kernel: 1, stride: 1, pad: 0 },
          ]
        : [
            { filters, kernel: 3, stride, pad: 1 },
            { filters, kernel: 3, stride: 1, pad: 1 },
          ];
      return {
        name,
        convolutions: shapes.map((shape, index) => ({ name: `${name}_conv${index + 1}`, ...shape })),
        projection: unit === 0 ? { name: `${name}_sc`, filters, kernel: 1, stride, pad: 0 } : undefined,
      };
    }),
  );
}
