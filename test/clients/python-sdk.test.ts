import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../local/support.js";
import { missingInPython } from "./python-driver.js";
import { labelledTexts } from "./scenarios.js";

/** A Python with the package sagemaker, version 2, in it. */
const python = process.env["SAGEMAKER_SDK_PYTHON"] ?? "python3";
const missing = missingInPython("sagemaker.estimator", python);
const main = join(import.meta.dirname, "../../dist/esm/cli/main.js");
const recipe = join(import.meta.dirname, "python-sdk/recipe.py");

describe.skipIf(missing)(`the SageMaker Python SDK${missing ? ` (skipped: ${missing})` : ""}`, () => {
  it("trains, deploys, predicts, attaches and transforms in a script of its own", { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const rows = labelledTexts(1600).trim().split("\n");
    const texts = rows.slice(1200).map((row) => JSON.stringify({ source: row.replace(/^\S+ /u, "") }));
    await writeFile(join(folder, "synthetic.train.txt"), `${rows.slice(0, 1200).join("\n")}\n`);
    await writeFile(join(folder, "synthetic.validation.txt"), `${rows.slice(1200).join("\n")}\n`);
    await writeFile(join(folder, "synthetic.test_without_labels.txt"), `${texts.join("\n")}\n`);

    const words = [main, "local", "run", "--root", "temporary", "--", python, "-B", recipe, folder];
    const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 2 ** 24 });

    expect(stdout).toContain("role arn:aws:iam::123456789012:role/SageMakerLocalRole");
    expect(stdout).toContain("#validation_accuracy: 1.0000");
    expect(stdout).toMatch(/train accuracy 1(?:\.0)? validation accuracy 1(?:\.0)?$/mu);
    expect(stdout).toMatch(/predicted that is bad __label__negative 0\.\d+/u);
    expect(stdout).toContain("batch 400 answers");
  });
});
