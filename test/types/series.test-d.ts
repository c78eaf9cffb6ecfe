import { expectTypeOf } from "vitest";
import { CategoryEncoder, type Frequency, TimeSeries, timestamps } from "../../src/datasets/index.js";
import { type DeepARInput, type DeepARSeries, readDeepAR, writeDeepAR } from "../../src/formats/index.js";

// A series can be written as it is, and what was read can be written again.
expectTypeOf<TimeSeries>().toExtend<DeepARInput>();
expectTypeOf<DeepARSeries>().toExtend<DeepARInput>();
expectTypeOf(writeDeepAR).toBeCallableWith("train.json", readDeepAR("other.json"));
expectTypeOf(writeDeepAR).toBeCallableWith("train.json", [
  new TimeSeries({ start: "2024-01-01", frequency: "15min", values: [1, null] }),
]);

expectTypeOf<"2H">().toExtend<Frequency>();
expectTypeOf<"h">().not.toExtend<Frequency>();
// @ts-expect-error -- quarters are not among the frequencies of DeepAR
timestamps("2024-01-01", "Q", 3);

// @ts-expect-error -- values of text
void writeDeepAR("train.json", [{ start: "2024-01-01", values: ["1"] }]);

const encoder = await CategoryEncoder.fit([{ brand: "acme" }], { brand: (product) => product.brand });
expectTypeOf(encoder).toEqualTypeOf<CategoryEncoder<"brand">>();
// @ts-expect-error -- the feature is called brand
encoder.encode({ brnd: "acme" });
