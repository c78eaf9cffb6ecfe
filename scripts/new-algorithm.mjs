// Writes the skeleton of a new algorithm: node scripts/new-algorithm.mjs object-detection ObjectDetection
// Nothing that exists is overwritten. What is left to do is printed; test/contracts/algorithms.test.ts fails until it is done.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const [folder = "", className = pascalCase(folder)] = process.argv.slice(2);
if (!/^[a-z][a-z0-9-]*$/u.test(folder) || !/^[A-Z][A-Za-z0-9]*$/u.test(className)) {
  console.error("usage: node scripts/new-algorithm.mjs <folder-in-kebab-case> [ClassName]");
  process.exit(2);
}
const variable = className[0].toLowerCase() + className.slice(1);
const guide = `https://docs.aws.amazon.com/sagemaker/latest/dg/${folder}.html`;

const files = {
  [`src/estimators/${folder}/hyperparameters.ts`]: `import * as z from "zod";

// The interface carries the documentation, because declaration files keep no comments of inferred types; the schema checks
// at run time, and its annotation holds the two together.
// Ranges and defaults follow the AWS developer guide (checked YYYY-MM): ${guide}

/**
 * Hyperparameters of ${className}. Only the keys that are set are sent.
 *
 * @public
 */
export interface ${className}Hyperparameters {
  /**
   * Passes over the training data. Integer, at least 1.
   *
   * @defaultValue 10
   * @see ${guide}
   */
  readonly epochs?: number | undefined;
}

/**
 * Schema of the hyperparameters of ${className}. Unknown keys are refused.
 *
 * @public
 */
export const ${variable}HyperparametersSchema: z.ZodType<${className}Hyperparameters, ${className}Hyperparameters> =
  z.strictObject({
    // Defaults are written into the JSON schema only: a key that the caller leaves out is not sent.
    epochs: z.int32().min(1).meta({ default: 10 }).optional(),
  });
`,
  [`src/estimators/${folder}/algorithm.ts`]: `import { type AlgorithmDefinition, defineAlgorithm } from "../define-algorithm.js";
import { cpuTrainingInstances } from "../instance-types.js";
import { ${variable}HyperparametersSchema } from "./hyperparameters.js";

/**
 * ${className} as data: channels, instances, metrics and rules.
 *
 * @see ${guide}
 * @public
 */
export const ${variable}Algorithm: AlgorithmDefinition<typeof ${variable}HyperparametersSchema> = defineAlgorithm({
  name: "${className}",
  image: "${folder}",
  hyperparameters: ${variable}HyperparametersSchema,
  defaultChannel: "train",
  channels: () => ({ train: { required: true, contentTypes: ["text/csv"] } }),
  instances: () => ({ types: cpuTrainingInstances(), maxCount: 1, reason: "${className} trains on one CPU instance" }),
  inputModes: ["File"],
  metrics: [{ name: "validation:accuracy", regex: "validation_accuracy: (\\\\S+)", direction: "Maximize", objective: true }],
});
`,
  [`src/estimators/${folder}/${folder}.ts`]: `import type { ChannelInput } from "../../inputs/index.js";
import type { TrainingJobResult } from "../../jobs/index.js";
import { AlgorithmEstimator, type AlgorithmEstimatorOptions } from "../algorithm-estimator.js";
import type { AttachOptions } from "../attach.js";
import { withChanges, withInstance } from "../with-changes.js";
import { ${variable}Algorithm } from "./algorithm.js";
import type { ${className}Hyperparameters } from "./hyperparameters.js";

/**
 * Options of {@link ${className}}.
 *
 * @public
 */
export interface ${className}Options extends AlgorithmEstimatorOptions {
  /** What to learn and how. Only the keys that are set are sent. */
  readonly hyperparameters: ${className}Hyperparameters;
}

/**
 * Data of a ${className} job.
 *
 * @public
 */
export type ${className}Inputs = ChannelInput | { readonly train: ChannelInput };

/**
 * The numbers that ${className} reports at the end of a job.
 *
 * @public
 */
export interface ${className}Results {
  readonly validationAccuracy: number | undefined;
}

/**
 * ${className}: one sentence about what it does.
 *
 * @see ${guide}
 * @public
 */
export class ${className} extends AlgorithmEstimator<${className}Options, ${className}Inputs, ${className}Results> {
  /** @throws {@link ValidationError} with every fault of options and hyperparameters */
  constructor(options: ${className}Options) {
    super(${variable}Algorithm, options, readResults);
  }

  /** The estimator of a ${className} job that exists, running or ended, with typed hyperparameters. */
  static async attach(jobName: string, options: AttachOptions = {}): Promise<${className}> {
    const restored = await AlgorithmEstimator.attachedOptions(${variable}Algorithm, jobName, options);
    return new ${className}(restored as ${className}Options);
  }

  /** A new estimator with some options replaced. */
  with(changes: Partial<${className}Options>): ${className} {
    return new ${className}(withChanges(this.options, withInstance(changes)));
  }
}

function readResults({ metrics }: TrainingJobResult): ${className}Results {
  return { validationAccuracy: metrics.find((metric) => metric.name === "validation:accuracy")?.value };
}
`,
  [`src/estimators/${folder}/index.ts`]: `export { ${variable}Algorithm } from "./algorithm.js";
export { type ${className}Hyperparameters, ${variable}HyperparametersSchema } from "./hyperparameters.js";
export { ${className}, type ${className}Inputs, type ${className}Options, type ${className}Results } from "./${folder}.js";
`,
  [`test/estimators/${folder}/${folder}.test.ts`]: `import { describe, expect, it } from "vitest";
import { ${className} } from "../../../src/estimators/index.js";
import { goldenSession } from "../support.js";

describe("${className}.toRequest", () => {
  it("sends the hyperparameters that are set, as texts", async () => {
    const estimator = new ${className}({
      session: goldenSession(),
      instanceType: "ml.c5.xlarge",
      outputPath: "s3://bucket/out",
      hyperparameters: { epochs: 3 },
    });
    const request = await estimator.toRequest({ train: "s3://bucket/train.csv" });
    expect(request.HyperParameters).toEqual({ epochs: "3" });
  });
});
`,
  [`docs/algorithms/${folder}.md`]: `# ${className}

AWS's own page: <${guide}>.

## Hyperparameters

| name | meaning | default |
|---|---|---|
| \`epochs\` | passes over the data | 10 |
`,
  [`examples/train-${folder}.ts`]: `// Train ${className}, on the embedded service.
import { ${className} } from "sagemaker-ts";
import { LocalSession } from "sagemaker-ts/local";

await using session = new LocalSession();
const estimator = new ${className}({ session, instanceType: "ml.c5.xlarge", hyperparameters: { epochs: 3 } });
console.log(await estimator.toRequest({ train: "s3://bucket/train.csv" }));
`,
};

for (const [path, text] of Object.entries(files)) {
  const url = new URL(`../${path}`, import.meta.url);
  await mkdir(dirname(url.pathname), { recursive: true });
  try {
    await writeFile(url, text, { flag: "wx" });
    console.log(`wrote ${path}`);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    console.log(`kept  ${path}`);
  }
}
console.log(`
Left to do:
- src/estimators/index.ts: export * from "./${folder}/index.js";
- docs/algorithms/${folder}.md: explain it, with code quoted from the example
- test/contracts/algorithms.test.ts: a row
- api/hyperparameters/${folder}.json: npx vitest run test/contracts/algorithms.test.ts writes it
- images: the repository of "${folder}" must be in the table of src/images
- npx biome check --write src/estimators test/estimators`);

function pascalCase(text) {
  return text.replaceAll(/(?:^|-)([a-z0-9])/gu, (_, letter) => letter.toUpperCase());
}
