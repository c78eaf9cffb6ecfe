import { type Architecture, type Convolution, stemConvolution, unitsOf } from "./architecture.js";

/** What an array of a network is for. */
export type ParameterRole = "weight" | "bias" | "gamma" | "beta" | "mean" | "variance";

/** One array of a network, by its name in the artefact. */
export interface Parameter {
  readonly name: string;
  readonly role: ParameterRole;
  /** Convolutions: output channels, input channels, height, width. The last layer: classes, features. */
  readonly shape: readonly number[];
  readonly size: number;
}

/** True for running means and variances, which are measured and not learned. */
export function isState({ role }: Pick<Parameter, "role">): boolean {
  return role === "mean" || role === "variance";
}

/** All arrays of a network, in the order of its graph. */
export function parametersOf(architecture: Architecture): Parameter[] {
  const { imageShape, stem, stemFilters, classes } = architecture;
  const parameters: Parameter[] = [];
  const add = (name: string, role: ParameterRole, ...shape: number[]): void => {
    parameters.push({ name, role, shape, size: shape.reduce((product, length) => product * length, 1) });
  };
  const batchNorm = (name: string, channels: number): void => {
    add(`${name}_gamma`, "gamma", channels);
    add(`${name}_beta`, "beta", channels);
    add(`${name}_moving_mean`, "mean", channels);
    add(`${name}_moving_var`, "variance", channels);
  };
  const convolution = ({ name, filters, kernel }: Convolution, channels: number): void =>
    add(`${name}_weight`, "weight", filters, channels, kernel, kernel);

  batchNorm("bn_data", imageShape.channels);
  convolution(stemConvolution(architecture), imageShape.channels);
  if (stem === "large") batchNorm("bn0", stemFilters);
  let channels = stemFilters;
  for (const { name, convolutions, projection } of unitsOf(architecture)) {
    let inner = channels;
    for (const [index, step] of convolutions.entries()) {
      batchNorm(`${name}_bn${index + 1}`, inner);
      convolution(step, inner);
      inner = step.filters;
    }
    if (projection) convolution(projection, channels);
    channels = inner;
  }
  batchNorm("bn1", channels);
  add("fc_weight", "weight", classes, channels);
  add("fc_bias", "bias", classes);
  return parameters;
}

/**
 * Standard deviation of the normal distribution that a weight starts with: Xavier initialization of magnitude 2 over the
 * inputs of a neuron.
 */
export function startDeviation({ shape }: Parameter): number {
  const inputs = shape.slice(1).reduce((product, length) => product * length, 1);
  return Math.sqrt(2 / inputs);
}
