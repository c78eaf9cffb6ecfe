import { ServiceError } from "../core/contract.js";

/** The faults of a request that CloudWatch Logs calls invalid parameters. */
export function logsError(message: string): ServiceError {
  return new ServiceError("InvalidParameterException", message);
}

/** Input of a CloudWatch Logs operation, member by member checked for its type. */
export class LogInput {
  readonly #input: Readonly<Record<string, unknown>>;

  constructor(input: Readonly<Record<string, unknown>>) {
    this.#input = input;
  }

  text(name: string): string | undefined {
    const value = this.#input[name] ?? undefined;
    if (value !== undefined && typeof value !== "string") throw wrongType(name, "a String");
    return value;
  }

  number(name: string): number | undefined {
    const value = this.#input[name] ?? undefined;
    if (value !== undefined && typeof value !== "number") throw wrongType(name, "a Long");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#input[name] ?? false;
    if (typeof value !== "boolean") throw wrongType(name, "a Boolean");
    return value;
  }

  list(name: string): string[] | undefined {
    const value: unknown = this.#input[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.some((item) => typeof item !== "string"))
      throw wrongType(name, "a list of String");
    return value as string[];
  }

  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined && value !== "") return value;
    throw logsError(
      `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
    );
  }

  limit(fallback: number, max: number): number {
    const value = this.number("limit") ?? fallback;
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    const rule = value < 1 ? "greater than or equal to 1" : `less than or equal to ${max}`;
    throw logsError(
      `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: Member must have value ${rule}`,
    );
  }

  /** The group by name, or by the ARN that callers may give instead. */
  group(): string {
    const name = this.text("logGroupName") ?? this.text("logGroupIdentifier");
    if (name === undefined) return this.required("logGroupName");
    return /^arn:[^:]+:logs:[^:]*:[^:]*:log-group:([^:]+)/u.exec(name)?.[1] ?? name;
  }
}

function wrongType(name: string, expected: string): ServiceError {
  return new ServiceError("SerializationException", `The value of ${name} can not be converted to ${expected}`);
}
