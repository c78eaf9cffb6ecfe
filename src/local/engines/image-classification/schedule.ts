import type { Hyperparameters } from "./hyperparameters.js";

/** The learning rate of an epoch, counted from 0. */
export function learningRateOf(
  epoch: number,
  hyperparameters: Pick<Hyperparameters, "learning_rate" | "lr_scheduler_factor" | "lr_scheduler_step">,
): number {
  const { learning_rate, lr_scheduler_factor, lr_scheduler_step } = hyperparameters;
  const steps = lr_scheduler_step.filter((step) => epoch >= step).length;
  return learning_rate * lr_scheduler_factor ** steps;
}

type StoppingRules = Pick<
  Hyperparameters,
  "early_stopping" | "early_stopping_min_epochs" | "early_stopping_patience" | "early_stopping_tolerance"
>;

/** Decides after which epoch the training ends early. */
export class EarlyStopping {
  readonly #rules: StoppingRules;
  #best: number | undefined;
  #epochs = 0;
  #withoutProgress = 0;

  constructor(rules: StoppingRules) {
    this.#rules = rules;
  }

  /**
   * Takes the validation accuracy of the next epoch.
   *
   * @returns true when the training should end: so many epochs in a row, behind the least number of epochs, were not better
   * than the best one by more than the tolerance, as a share of the best
   */
  endsAfter(accuracy: number): boolean {
    const { early_stopping, early_stopping_min_epochs, early_stopping_patience, early_stopping_tolerance } =
      this.#rules;
    this.#epochs++;
    const best = this.#best;
    // A best of 0 has no share: any accuracy above it is progress.
    const progress =
      best === undefined || (accuracy > best && (best === 0 || (accuracy - best) / best >= early_stopping_tolerance));
    if (best === undefined || accuracy > best) this.#best = accuracy;
    this.#withoutProgress = progress ? 0 : this.#withoutProgress + 1;
    return (
      early_stopping && this.#epochs >= early_stopping_min_epochs && this.#withoutProgress >= early_stopping_patience
    );
  }
}
