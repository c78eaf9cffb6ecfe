import { describe, expect, it } from "vitest";
import { viridis } from "../../src/formats/index.js";

describe("viridis", () => {
  it("gives the colours that matplotlib writes, stretched between the smallest and the largest value", () => {
    const { data, ...size } = viridis({ width: 3, height: 1, data: [0.25, 0.5, 0.75] });

    expect(size).toEqual({ width: 3, height: 1, channels: 4 });
    expect([...data]).toEqual([68, 1, 84, 255, 32, 144, 140, 255, 253, 231, 36, 255]);
  });

  it("uses the range that is given", () => {
    const { data } = viridis({ width: 2, height: 1, data: Uint8Array.of(128, 255) }, { min: 0, max: 255 });

    expect([...data.subarray(4)]).toEqual([253, 231, 36, 255]);
    expect([...data.subarray(0, 3)]).toEqual([32, 144, 140]);
  });

  it("colours an image of one value with the darkest colour and refuses a wrong number of values", () => {
    expect([...viridis({ width: 1, height: 1, data: [7] }).data]).toEqual([68, 1, 84, 255]);
    expect(() => viridis({ width: 2, height: 2, data: [1] })).toThrow("data has 1");
  });
});
