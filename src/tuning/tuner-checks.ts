import { ValidationError, type ValidationIssue } from "../errors/index.js";
import { enumIssues, integerIssues, textIssues } from "../internal/checks.js";
import { nearest, shown, unknownKeyIssues } from "../internal/options.js";
import { tagIssues } from "../internal/tags.js";
import { type ParameterRange, rangeIssues } from "./ranges.js";
import type { TuningDefinition, TuningOptions } from "./tuner-options.js";

/** Defaults of {@link TuningOptions}. */
export const TUNING_DEFAULTS = Object.freeze({
  strategy: "Bayesian",
  maxJobs: 1,
  maxParallelJobs: 1,
  earlyStoppingType: "Off",
} as const);

const DEFINITION_NAMES = ["estimator", "objective", "objectiveType", "ranges", "metricDefinitions"] as const;
const TUNING_NAMES = [
  "strategy",
  "maxJobs",
  "maxParallelJobs",
  "maxRuntimeSeconds",
  "earlyStoppingType",
  "randomSeed",
  "completionCriteria",
  "warmStart",
  "hyperband",
  "baseTuningJobName",
  "tags",
] as const;

/** Definition and tuning options that do not know what they are about. */
export type AnyDefinition = Omit<TuningDefinition, "ranges" | "objective"> & {
  readonly objective: string;
  readonly ranges: Readonly<Record<string, ParameterRange | undefined>>;
};

/** @throws ValidationError with every fault of the options */
export function checkTunerOptions(
  options: TuningOptions & { readonly definitions?: unknown },
  definitions: ReadonlyMap<string | undefined, AnyDefinition>,
): void {
  const own = definitions.has(undefined) ? DEFINITION_NAMES : ["definitions"];
  const issues = [
    ...unknownKeyIssues(options, [...own, ...TUNING_NAMES], "HyperparameterTuner"),
    ...tuningIssues(options),
  ];
  if (definitions.size === 0 || definitions.size > 10) {
    issues.push({ path: ["definitions"], message: `definitions holds 1 to 10 of them; got ${definitions.size}` });
  }
  for (const [name, definition] of definitions) {
    const found = definitionIssues(definition, options.strategy ?? TUNING_DEFAULTS.strategy);
    if (name === undefined) issues.push(...found);
    else {
      issues.push(
        ...unknownKeyIssues(definition, DEFINITION_NAMES, `definition "${name}"`),
        ...found.map(({ path, message }) => ({ path: ["definitions", name, ...path], message: `${name}: ${message}` })),
      );
      if (!/^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,63}$/u.test(name)) {
        issues.push({
          path: ["definitions", name],
          message: `"${name}" is no name of a definition: letters, digits and inner dashes`,
        });
      }
    }
  }
  if (issues.length > 0) throw new ValidationError("HyperparameterTuner", issues);
}

function tuningIssues(o: TuningOptions): ValidationIssue[] {
  const issues = [
    ...enumIssues(o.strategy, ["Bayesian", "Random", "Grid", "Hyperband"], "strategy"),
    ...enumIssues(o.earlyStoppingType, ["Off", "Auto"], "earlyStoppingType"),
    ...integerIssues(o.maxJobs, "maxJobs", 1, 750),
    ...integerIssues(o.maxParallelJobs, "maxParallelJobs", 1, 100),
    ...integerIssues(o.maxRuntimeSeconds, "maxRuntimeSeconds", 120, 15_768_000),
    ...integerIssues(o.randomSeed, "randomSeed", 0, 2_147_483_647),
    ...integerIssues(o.completionCriteria?.maxJobsNotImproving, "completionCriteria.maxJobsNotImproving", 3, 750),
    ...textIssues(o.baseTuningJobName, "baseTuningJobName", 32),
    ...tagIssues(o.tags),
  ];
  const add = (path: string, message: string): void => {
    issues.push({ path: [path], message });
  };
  const { strategy = TUNING_DEFAULTS.strategy } = o;
  const maxJobs = o.maxJobs ?? (strategy === "Grid" ? Number.POSITIVE_INFINITY : TUNING_DEFAULTS.maxJobs);
  const parallel = o.maxParallelJobs ?? TUNING_DEFAULTS.maxParallelJobs;
  if (parallel > maxJobs) add("maxParallelJobs", `maxParallelJobs (${parallel}) must not exceed maxJobs (${maxJobs})`);
  if (strategy === "Hyperband" && o.earlyStoppingType === "Auto") {
    add("earlyStoppingType", 'strategy "Hyperband" stops training jobs by itself; leave earlyStoppingType out');
  }
  if (o.hyperband !== undefined) {
    const { minResource = 1, maxResource = minResource } = o.hyperband;
    if (strategy !== "Hyperband")
      add("hyperband", `hyperband belongs to strategy "Hyperband"; the strategy is "${strategy}"`);
    if (
      !Number.isInteger(minResource) ||
      !Number.isInteger(maxResource) ||
      minResource < 1 ||
      maxResource < minResource
    ) {
      add("hyperband", `hyperband needs whole numbers 1 <= minResource <= maxResource; got ${shown(o.hyperband)}`);
    }
  }
  if (o.warmStart !== undefined) {
    const { type, parents } = o.warmStart;
    issues.push(...enumIssues(type ?? null, ["IdenticalDataAndAlgorithm", "TransferLearning"], "warmStart.type"));
    if (!Array.isArray(parents) || parents.length < 1 || parents.length > 5 || new Set(parents).size < parents.length) {
      add("warmStart", `warmStart.parents is a list of 1 to 5 names of tuning jobs, each once; got ${shown(parents)}`);
    }
  }
  return issues;
}

function definitionIssues(
  { estimator, objective, objectiveType, ranges }: AnyDefinition,
  strategy: string,
): ValidationIssue[] {
  const rules = estimator?.tuning;
  if (typeof estimator?.toRequest !== "function") {
    return [
      {
        path: ["estimator"],
        message: `estimator must be an estimator such as new BlazingText(…); got ${shown(estimator)}`,
      },
    ];
  }
  const issues = [
    ...textIssues(objective ?? null, "objective", 255),
    ...enumIssues(objectiveType, ["Maximize", "Minimize"], "objectiveType"),
  ];
  if (rules !== undefined && typeof objective === "string") {
    const known = Object.keys(rules.objectives);
    const direction = Object.hasOwn(rules.objectives, objective) ? rules.objectives[objective] : undefined;
    if (direction === undefined) {
      const near = nearest(objective, known);
      issues.push({
        path: ["objective"],
        message: `objective of ${rules.algorithm} must be one of ${known.map((name) => `"${name}"`).join(", ")}; got ${shown(objective)}${near ? `; did you mean "${near}"?` : ""} [GEN-12]`,
      });
    } else if (objectiveType !== undefined && objectiveType !== direction) {
      issues.push({
        path: ["objectiveType"],
        message: `"${objective}" of ${rules.algorithm} is to ${direction.toLowerCase()}; got "${objectiveType}"`,
      });
    }
  }
  const given = Object.entries(ranges ?? {}).filter(
    (entry): entry is [string, ParameterRange] => entry[1] !== undefined,
  );
  if (given.length < 1 || given.length > 30) {
    issues.push({ path: ["ranges"], message: `ranges needs 1 to 30 hyperparameters; got ${given.length}` });
  }
  for (const [name, range] of given) {
    const found = [...rangeIssues(range, name), ...ruleIssues(rules, name, range)];
    if (found.length === 0 && strategy === "Grid" && range.kind !== "categorical") {
      found.push({
        path: [name],
        message: `${name}: strategy "Grid" takes categorical ranges only; use categorical([…])`,
      });
    }
    if (found.length === 0) found.push(...endIssues(estimator, name, range));
    issues.push(...found.map(({ path, message }) => ({ path: ["ranges", ...path], message })));
  }
  return issues;
}

function ruleIssues(
  rules: AnyDefinition["estimator"]["tuning"],
  name: string,
  range: ParameterRange,
): ValidationIssue[] {
  if (rules === undefined) return [];
  const rule = Object.hasOwn(rules.hyperparameters, name) ? rules.hyperparameters[name] : undefined;
  if (rule === undefined) {
    const known = Object.keys(rules.hyperparameters);
    const near = nearest(name, known);
    return [
      {
        path: [name],
        message: `${name} cannot be tuned in ${rules.algorithm}, only ${known.join(", ")}${near ? `; did you mean "${near}"?` : ""}`,
      },
    ];
  }
  if (range.kind === rule.kind || range.kind === "categorical") return [];
  return [
    {
      path: [name],
      message: `${name} of ${rules.algorithm} takes a range made by ${rule.kind}(); got one of kind "${range.kind}"`,
    },
  ];
}

/** Faults of the estimator with the ends of a range, or with each value of a list, in place of its own value. */
function endIssues(estimator: AnyDefinition["estimator"], name: string, range: ParameterRange): ValidationIssue[] {
  const values = range.kind === "categorical" ? range.values : [range.min, range.max];
  for (const value of values) {
    try {
      estimator.with({ hyperparameters: { [name]: value } } as never);
    } catch (error) {
      if (!ValidationError.is(error)) throw error;
      return error.issues.map((issue) => ({ path: [name], message: `${name} = ${shown(value)}: ${issue.message}` }));
    }
  }
  return [];
}

/** Ranges that go beyond what AWS advises, as full sentences. */
export function rangeWarnings({ estimator, ranges }: AnyDefinition): string[] {
  const rules = estimator.tuning;
  return Object.entries(ranges).flatMap(([name, range]) => {
    const rule = rules?.hyperparameters[name];
    if (range === undefined || rule === undefined || rule.kind === "categorical") return [];
    const values = range.kind === "categorical" ? range.values.map(Number) : [range.min, range.max];
    if (values.every((value) => value >= rule.min && value <= rule.max)) return [];
    return [
      `The range of ${name} goes beyond ${rule.min} to ${rule.max}, which AWS advises for tuning ${rules?.algorithm}.`,
    ];
  });
}
