import type { ValidationIssue } from "../errors/index.js";
import { shown } from "./options.js";

/**
 * One tag, exactly as sent.
 *
 * @public
 */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/**
 * Tags of a resource: a plain object, or the list form of the AWS API.
 *
 * @public
 */
export type Tags = Readonly<Record<string, string>> | readonly Tag[];

/** The list form, in the given order; undefined when there is no tag, so that the member is not sent. The input is copied. */
export function toTags(tags: Tags | undefined): Tag[] | undefined {
  if (tags === undefined) return undefined;
  const list = isTagList(tags)
    ? tags.map(({ Key, Value }) => ({ Key, Value }))
    : Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return list.length > 0 ? list : undefined;
}

/** Faults by the rules of the SageMaker API: at most 50 tags, keys of 1 to 128 characters without `aws:`, values to 256. */
export function tagIssues(tags: Tags | undefined, name = "tags"): ValidationIssue[] {
  if (tags === undefined) return [];
  if (typeof tags !== "object" || tags === null) {
    return [{ path: [name], message: `${name} must be an object such as { team: "search" }; got ${shown(tags)}` }];
  }
  const list = toTags(tags) ?? [];
  const issues: ValidationIssue[] = [];
  if (list.length > 50) {
    issues.push({ path: [name], message: `a resource carries at most 50 tags; got ${list.length}` });
  }
  for (const { Key, Value } of list) {
    if (typeof Key !== "string" || Key.length < 1 || Key.length > 128 || /^aws:/iu.test(Key)) {
      issues.push({
        path: [name],
        message: `a tag key has 1 to 128 characters and does not start with "aws:"; got ${shown(Key)}`,
      });
    } else if (typeof Value !== "string" || Value.length > 256) {
      issues.push({
        path: [name, Key],
        message: `the value of tag ${shown(Key)} must be a text of at most 256 characters; got ${shown(Value)}`,
      });
    }
  }
  return issues;
}

function isTagList(tags: Tags): tags is readonly Tag[] {
  return Array.isArray(tags);
}
