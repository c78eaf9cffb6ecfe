import { describe, expect, it } from "vitest";
// @ts-expect-error a plain JavaScript script without declarations
import { faults } from "../../scripts/rooms.mjs";

const faultsOf = faults as (path: string, source: string) => string[];

describe("the room lint", () => {
  it("accepts a step down through an entrance", () => {
    expect(faultsOf("jobs/wait.ts", 'import { JobError } from "../errors/index.js";\n')).toEqual([]);
  });

  it("refuses a step up", () => {
    expect(faultsOf("formats/fast-text.ts", 'import { Session } from "../session/index.js";\n')).toHaveLength(1);
  });

  it("refuses a step sideways", () => {
    expect(faultsOf("jobs/wait.ts", 'import { Predictor } from "../predictors/index.js";\n')).toHaveLength(1);
  });

  it("refuses an inner file of another room", () => {
    expect(faultsOf("jobs/wait.ts", 'import { Session } from "../session/session.js";\n')).toHaveLength(1);
  });

  it("allows AWS types and refuses AWS values outside clients", () => {
    expect(faultsOf("session/session.ts", 'import type { S3Client } from "@aws-sdk/client-s3";\n')).toEqual([]);
    expect(faultsOf("session/session.ts", 'import { S3Client } from "@aws-sdk/client-s3";\n')).toHaveLength(1);
    expect(faultsOf("clients/s3.ts", 'export { S3Client } from "@aws-sdk/client-s3";\n')).toEqual([]);
  });

  it("allows clients only behind a dynamic import", () => {
    expect(faultsOf("jobs/wait.ts", 'import { X } from "../clients/sagemaker.js";\n')).toHaveLength(1);
    expect(faultsOf("jobs/wait.ts", 'const m = await import("../clients/sagemaker.js");\n')).toEqual([]);
  });

  it("keeps zod in estimators and node: modules out of the light rooms", () => {
    expect(faultsOf("jobs/wait.ts", 'import * as z from "zod";\n')).toHaveLength(1);
    expect(faultsOf("predictors/predictor.ts", 'import { readFile } from "node:fs/promises";\n')).toHaveLength(1);
  });

  it("lets entrances only re-export", () => {
    expect(faultsOf("jobs/index.ts", 'export { wait } from "./wait.js";\n')).toEqual([]);
    expect(faultsOf("jobs/index.ts", "export const answer = 42;\n")).toHaveLength(1);
  });
});
