import { describe, expect, it } from "vitest";
import {
  type Architecture,
  architectureFor,
  numLayersOf,
  stemFor,
  unitsOf,
} from "../../../../src/local/engines/image-classification/network/architecture.js";
import { parametersOf, startDeviation } from "../../../../src/local/engines/image-classification/network/parameters.js";

const GREY_28 = { channels: 1, height: 28, width: 28 };

function network(numLayers: number, imageShape = { channels: 3, height: 224, width: 224 }): Architecture {
  const architecture = architectureFor({ numLayers, imageShape, classes: 10, multiLabel: false });
  if (!architecture) throw new Error(`no network of ${numLayers} layers`);
  return architecture;
}

/** Convolutions on the longest way through the network, and the last layer. */
function depthOf(architecture: Architecture): number {
  return unitsOf(architecture).reduce((depth, { convolutions }) => depth + convolutions.length, 2);
}

describe("architectureFor", () => {
  it.each([18, 34, 50, 101, 152, 200, 20, 32, 44, 56, 110])("builds a network of %i layers", (numLayers) => {
    const architecture = network(numLayers);
    expect(depthOf(architecture)).toBe(numLayers);
    expect(numLayersOf(architecture)).toBe(numLayers);
  });

  it("knows no other depths", () => {
    expect(architectureFor({ numLayers: 19, imageShape: GREY_28, classes: 2, multiLabel: false })).toBeUndefined();
  });

  it("gives four stages the large stem, and three stages the small one up to a height of 32", () => {
    expect(stemFor(GREY_28, 18)).toBe("large");
    expect(stemFor(GREY_28, 20)).toBe("small");
    expect(stemFor({ channels: 3, height: 32, width: 200 }, 56)).toBe("small");
    expect(stemFor({ channels: 3, height: 33, width: 10 }, 56)).toBe("large");
  });

  it("halves the image at the first unit of every stage but the first, where a projection keeps pace", () => {
    const units = unitsOf(network(50));
    const halving = units.filter(({ projection }) => projection?.stride === 2).map(({ name }) => name);
    expect(halving).toEqual(["stage2_unit1", "stage3_unit1", "stage4_unit1"]);
    expect(units.filter(({ projection }) => projection).map(({ name }) => name)).toEqual(["stage1_unit1", ...halving]);
    expect(units[3]?.convolutions).toEqual([
      { name: "stage2_unit1_conv1", filters: 128, kernel: 1, stride: 1, pad: 0 },
      { name: "stage2_unit1_conv2", filters: 128, kernel: 3, stride: 2, pad: 1 },
      { name: "stage2_unit1_conv3", filters: 512, kernel: 1, stride: 1, pad: 0 },
    ]);
  });
});

describe("parametersOf", () => {
  it("counts the 11.2 million numbers of 18 layers for grey images", () => {
    const parameters = parametersOf(network(18, GREY_28));
    const learned = parameters.filter(({ role }) => role !== "mean" && role !== "variance");
    const total = learned.reduce((sum, { size }) => sum + size, 0);
    expect(total).toBe(11_177_804);
  });

  it("starts weights with the deviation of Xavier, magnitude 2, over the inputs", () => {
    const weight = parametersOf(network(18, GREY_28)).find(({ name }) => name === "stage1_unit1_conv1_weight");
    expect(weight?.shape).toEqual([64, 64, 3, 3]);
    expect(weight && startDeviation(weight)).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 12);
  });
});
