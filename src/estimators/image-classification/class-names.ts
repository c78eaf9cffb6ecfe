import type { ValidationIssue } from "../../errors/index.js";
import { LabelIndex } from "../../formats/index.js";
import { shown } from "../../internal/options.js";
import type { ImageClassificationDraft } from "./hyperparameters.js";

/**
 * Faults of the option `classNames`: one text per class, none twice.
 *
 * @param hyperparameters - undefined when they are not valid
 */
export function classNameIssues(
  names: unknown,
  hyperparameters: Partial<ImageClassificationDraft> | undefined,
): ValidationIssue[] {
  const path = ["classNames"];
  if (!Array.isArray(names) || names.length === 0) {
    return [{ path, message: `classNames must be a list of names, one per class; got ${shown(names)}` }];
  }
  try {
    new LabelIndex(names as string[]);
  } catch (error) {
    const { issues } = error as { readonly issues: readonly ValidationIssue[] };
    return issues.map((issue) => ({ path: [...path, ...issue.path], message: `classNames: ${issue.message}` }));
  }
  const classes = hyperparameters?.num_classes;
  if (classes === undefined || classes === names.length) return [];
  return [{ path, message: `classNames holds ${names.length} names, but "num_classes" is ${classes} [IC-05]` }];
}
