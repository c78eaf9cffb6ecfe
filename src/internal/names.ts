import { ValidationError } from "../errors/index.js";
import { shown } from "./options.js";

/** Names of training and transform jobs, models, endpoint configurations and endpoints (SageMaker API model). */
const RESOURCE_NAME = /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/u;
const LONG_TIMESTAMP = /-\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}-\d{3}$/u;

/** UTC `YYYY-MM-DD-HH-MM-SS-mmm`, 23 characters, always three digits of milliseconds. */
export function longTimestamp(now: Date = new Date()): string {
  return now.toISOString().slice(0, 23).replaceAll(/[T:.]/gu, "-");
}

/** `base-<timestamp>`, at most `maxLength` characters; the base is cut, never the timestamp. */
export function nameFromBase(base: string, options: { readonly maxLength?: number; readonly now?: Date } = {}): string {
  const stamp = longTimestamp(options.now);
  const room = (options.maxLength ?? 63) - stamp.length - 1;
  return `${sanitizeName(base).slice(0, room).replace(/-+$/u, "")}-${stamp}`;
}

/** The base that {@link nameFromBase} was given, or the whole name when it carries no timestamp. */
export function baseFromName(name: string): string {
  return name.replace(LONG_TIMESTAMP, "");
}

/** Repository name of an image URI without registry, tag or digest, made legal as a name base. */
export function baseNameFromImage(imageUri: string): string {
  const lastSegment = imageUri.slice(imageUri.lastIndexOf("/") + 1);
  return sanitizeName(lastSegment.replace(/@.*$/u, "").replace(/:.*$/u, "")) || "job";
}

/** Replaces every character that resource names cannot hold by a dash, and trims dashes at both ends. */
export function sanitizeName(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9-]+/gu, "-").replaceAll(/^-+|-+$/gu, "");
}

/**
 * Checks a resource name against the rule of the SageMaker API.
 *
 * @throws ValidationError `INVALID_OPTIONS` with a legal name as suggestion
 */
export function assertResourceName(name: string, subject: string): void {
  if (RESOURCE_NAME.test(name)) return;
  const suggestion = sanitizeName(name).slice(0, 63).replace(/-+$/u, "");
  throw new ValidationError(subject, [
    {
      path: [],
      message:
        `${shown(name)} is not a legal name: 1 to 63 letters, digits and inner dashes` +
        (suggestion ? `; for example "${suggestion}"` : ""),
    },
  ]);
}
