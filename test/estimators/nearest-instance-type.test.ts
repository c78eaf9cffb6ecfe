import { describe, expect, it } from "vitest";
import {
  cpuTrainingInstances,
  multiGpuTrainingInstances,
  singleGpuTrainingInstances,
  trainingInstances,
} from "../../src/estimators/instance-types.js";
import { nearestInstanceType } from "../../src/estimators/nearest-instance-type.js";

describe("nearestInstanceType", () => {
  const cpu = cpuTrainingInstances();
  const classifier = [...cpu, ...singleGpuTrainingInstances(["ml.p3", "ml.g4dn", "ml.g5"])];

  it("finds the same type in another spelling", () => {
    for (const given of ["c5.xlarge", "ml-c5-xlarge", "ML.C5.XLARGE", "ml.c5xlarge", "mlc5.xlarge", " ml.c5.xlarge"]) {
      expect([given, nearestInstanceType(given, cpu)]).toEqual([given, "ml.c5.xlarge"]);
    }
    expect(nearestInstanceType("ml.p6b200.48xlarge", trainingInstances())).toBe("ml.p6-b200.48xlarge");
  });

  it("stays in the family when the size is close, else keeps the size when the family is one letter away", () => {
    const found: [given: string, expected: string][] = [
      ["ml.c5.xlrge", "ml.c5.xlarge"],
      ["ml.m5.8xlarge", "ml.m5.12xlarge"],
      ["ml.p3.8xlarge", "ml.p3.2xlarge"],
      ["ml.c6.xlarge", "ml.c6i.xlarge"],
      ["ml.c55.9xlarge", "ml.c5.9xlarge"],
      ["ml.t2.medium", "ml.t3.medium"],
      ["ml.g4.xlarge", "ml.g5.xlarge"],
    ];
    for (const [given, expected] of found)
      expect([given, nearestInstanceType(given, classifier)]).toEqual([given, expected]);
  });

  it("names nothing rather than a type of another kind or far away", () => {
    for (const given of [
      "ml.p3dn.24xlarge",
      "ml.trn1.32xlarge",
      "ml.c5.metal",
      "ml.inf1.xlarge",
      "large",
      "",
      "gpu",
      "local",
    ]) {
      expect([given, nearestInstanceType(given, classifier)]).toEqual([given, undefined]);
    }
    for (const given of ["ml.g5.xlarge", "ml.p3.2xlarge", "ml.g4dn.xlarge"]) {
      expect([given, nearestInstanceType(given, cpu)]).toEqual([given, undefined]);
    }
  });

  it("only ever names a legal type", () => {
    for (const legal of [cpu, classifier, multiGpuTrainingInstances()]) {
      for (const given of trainingInstances()) {
        const near = nearestInstanceType(given, legal);

        expect(near === undefined || (legal as readonly string[]).includes(near)).toBe(true);
        if ((legal as readonly string[]).includes(given)) expect(near).toBe(given);
      }
    }
  });
});
