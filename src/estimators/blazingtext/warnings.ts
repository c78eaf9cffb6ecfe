import { resolveBlazingTextHyperparameters } from "./defaults.js";
import type { BlazingTextHyperparameters } from "./hyperparameters.js";

/** Above this many bytes of hash rows a model gets slow to upload, to load and to serve. */
const LARGE_MODEL_BYTES = 200_000_000;

/**
 * Says what is legal but hardly meant: settings without effect, an early stop that cannot happen, a huge model.
 *
 * @remarks The estimator passes these to the session's logger when a job is started.
 *
 * @param hyperparameters - valid hyperparameters, as the constructor of the estimator takes them
 * @returns full sentences; empty when there is nothing to say
 * @public
 */
export function blazingTextWarnings(hyperparameters: BlazingTextHyperparameters): readonly string[] {
  const hp = resolveBlazingTextHyperparameters(hyperparameters);
  const given = Object.entries(hyperparameters);
  const set = (...keys: string[]): string[] =>
    keys.filter((key) => given.some(([name, value]) => name === key && value !== undefined));
  const warnings: string[] = [];
  const noEffect = (keys: readonly string[], without: string): void => {
    for (const key of keys) warnings.push(`"${key}" has no effect without ${without}.`);
  };

  if (hp.mode === "supervised") {
    if (!hp.early_stopping) noEffect(set("patience", "min_epochs"), "early_stopping: true");
    else if (hp.epochs < hp.min_epochs) {
      warnings.push(
        `early_stopping never triggers: "epochs" is ${hp.epochs}, and it looks at the accuracy from epoch "min_epochs" (${hp.min_epochs}) on.`,
      );
    }
    if (hp.word_ngrams < 2) noEffect(set("buckets"), '"word_ngrams" above 1');
  } else {
    if (!hp.subwords) noEffect(set("buckets", "min_char", "max_char"), "subwords: true");
    if (hp.mode !== "batch_skipgram") noEffect(set("batch_size"), 'mode "batch_skipgram"');
    else if (hp.batch_size < 8 || hp.batch_size > 32) {
      warnings.push(`"batch_size" is ${hp.batch_size}; AWS advises 10 to 20, for example 2 * window_size + 1.`);
    }
    if (hp.sampling_threshold > 1e-3) {
      warnings.push(`"sampling_threshold" is ${hp.sampling_threshold}; above 0.001 hardly any word is thinned out.`);
    }
  }
  if (hp.learning_rate > 1) warnings.push(`"learning_rate" is ${hp.learning_rate}; above 1 the training may diverge.`);

  const hashed = hp.mode === "supervised" ? hp.word_ngrams > 1 : hp.subwords;
  const hashBytes = hashed ? hp.buckets * hp.vector_dim * 4 : 0;
  if (hashBytes > LARGE_MODEL_BYTES) {
    const smaller =
      hp.mode === "supervised" ? 'smaller "buckets", or "word_ngrams": 1 for short texts,' : 'smaller "buckets"';
    warnings.push(
      `The model will hold ${Math.round(hashBytes / 1e6)} MB of hash rows ("buckets" x "vector_dim" x 4 bytes), in every worker of an endpoint; ${smaller} makes it small.`,
    );
  }
  return warnings;
}
