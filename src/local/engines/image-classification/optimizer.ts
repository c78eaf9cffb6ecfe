import { Adam, Nag, type Network, type Optimizer, RmsProp, Sgd, type TensorEngine } from "../../tensor/index.js";
import type { Hyperparameters } from "./hyperparameters.js";

/** The optimizer that the hyperparameters ask for. Weight decay belongs to `sgd` and `nag` only. */
export function optimizerFor(engine: TensorEngine, { store }: Network, hyperparameters: Hyperparameters): Optimizer {
  const {
    optimizer,
    momentum,
    weight_decay: weightDecay,
    beta_1: beta1,
    beta_2: beta2,
    eps: epsilon,
    gamma,
  } = hyperparameters;
  switch (optimizer) {
    case "sgd":
      return new Sgd(engine, store, { momentum, weightDecay });
    case "nag":
      return new Nag(engine, store, { momentum, weightDecay });
    case "adam":
      return new Adam(engine, store, { beta1, beta2, epsilon });
    case "rmsprop":
      return new RmsProp(engine, store, { gamma1: gamma, epsilon });
  }
}
