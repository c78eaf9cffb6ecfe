import { describe, expect, it } from "vitest";
import { compileModule, instantiateModule } from "../../../src/local/core/web-assembly.js";
import { HelperThread } from "../../../src/local/tensor/helper-thread.js";
import { Arena } from "../../../src/local/tensor/index.js";
import { KERNEL_BASE64 } from "../../../src/local/tensor/kernel.generated.js";
import { Operation } from "../../../src/local/tensor/operations.js";

describe("HelperThread", () => {
  it("is not missed when it dies: its owner does all of a shared operation", async () => {
    const size = 100_000;
    const arena = new Arena();
    const [control, record, numbers] = [512, 128, size * 4].map((bytes) => arena.reserve(bytes)) as [
      number,
      number,
      number,
    ];
    arena.commit("the test");
    const module = compileModule(KERNEL_BASE64);
    const kernel = instantiateModule<{ setControl(at: number): void; run(op: number, chunks: number): number }>(
      module,
      arena.memory,
    );
    kernel.setControl(control);
    const values = arena.float32(numbers, size).fill(1);
    const sum = (): number => {
      arena.int32(record, 6).set([Operation.add, Math.ceil(size / 4096), numbers, numbers, numbers, size]);
      return kernel.run(record, 4);
    };

    const helper = await HelperThread.start(module, arena.memory, control);
    expect(helper.alive).toBe(true);
    expect(sum()).toBe(1);
    expect(values.every((v) => v === 2)).toBe(true);
    await helper.terminate();
    expect(helper.alive).toBe(false);
    expect(sum()).toBe(1);
    expect(values.every((v) => v === 4)).toBe(true);
  });
});
