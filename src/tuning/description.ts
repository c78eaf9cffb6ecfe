import { JobError } from "../errors/index.js";
import type { TuningJobDescription } from "../jobs/index.js";
import type { TuningOptions } from "./tuner-options.js";

/** The error for a tuning job that has no best training job. */
export function notFinished(description: TuningJobDescription, reason: string): JobError {
  const status = description.HyperParameterTuningJobStatus;
  return new JobError({
    code: status === "Failed" ? "JOB_FAILED" : status === "Stopped" ? "JOB_STOPPED" : "JOB_NOT_FINISHED",
    kind: "Hyperparameter tuning job",
    jobName: description.HyperParameterTuningJobName,
    status,
    failureReason: description.FailureReason ?? reason,
  });
}

/** The tuning options that a description holds. */
export function tuningOptions(description: TuningJobDescription): TuningOptions {
  const c = description.HyperParameterTuningJobConfig;
  const criteria = c.TuningJobCompletionCriteria;
  const hyperband = c.StrategyConfig?.HyperbandStrategyConfig;
  const options: TuningOptions = {
    strategy: c.Strategy,
    maxJobs: c.ResourceLimits.MaxNumberOfTrainingJobs,
    maxParallelJobs: c.ResourceLimits.MaxParallelTrainingJobs,
    maxRuntimeSeconds: c.ResourceLimits.MaxRuntimeInSeconds,
    earlyStoppingType: c.TrainingJobEarlyStoppingType,
    randomSeed: c.RandomSeed,
    completionCriteria: criteria && {
      targetObjectiveValue: criteria.TargetObjectiveMetricValue,
      maxJobsNotImproving: criteria.BestObjectiveNotImproving?.MaxNumberOfTrainingJobsNotImproving,
      completeOnConvergence:
        criteria.ConvergenceDetected && criteria.ConvergenceDetected.CompleteOnConvergence === "Enabled",
    },
    warmStart: description.WarmStartConfig && {
      type: description.WarmStartConfig.WarmStartType,
      parents: description.WarmStartConfig.ParentHyperParameterTuningJobs.map((one) => one.HyperParameterTuningJobName),
    },
    hyperband: hyperband && { minResource: hyperband.MinResource, maxResource: hyperband.MaxResource },
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
