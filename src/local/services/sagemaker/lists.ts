import { invalid } from "./context.js";

/** The members that all list operations share; times in seconds, as they come over the wire. */
export interface ListRequest {
  readonly NameContains?: string | undefined;
  readonly CreationTimeAfter?: number | undefined;
  readonly CreationTimeBefore?: number | undefined;
  readonly LastModifiedTimeAfter?: number | undefined;
  readonly LastModifiedTimeBefore?: number | undefined;
  readonly StatusEquals?: string | undefined;
  readonly SortBy?: string | undefined;
  readonly SortOrder?: "Ascending" | "Descending" | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

/** A resource as list operations see it; times in milliseconds since 1970. */
export interface Listed {
  readonly name: string;
  readonly creationTime: number;
  readonly lastModifiedTime?: number;
  readonly status?: string;
  /** What `FinalObjectiveMetricValue` sorts by. */
  readonly value?: number;
}

type Position = readonly [string | number, string];

const DEFAULT_PAGE = 10;

/**
 * Filters, sorts and pages resources as the service does. A token names the last resource of its page, so resources
 * that come or go between two pages do not shift the others.
 *
 * @throws ServiceError `ValidationException` for a token that this operation did not give out
 */
export function listPage<T extends Listed>(
  resources: readonly T[],
  request: ListRequest,
  defaultOrder: "Ascending" | "Descending",
): { readonly page: readonly T[]; readonly nextToken: string | undefined } {
  const descending = (request.SortOrder ?? defaultOrder) === "Descending";
  const positionOf = (resource: T): Position => [sortValue(resource, request.SortBy), resource.name];
  const direction = descending ? -1 : 1;
  const ordered = resources
    .filter((resource) => matches(resource, request))
    .map((resource) => ({ resource, position: positionOf(resource) }))
    .sort((a, b) => direction * compare(a.position, b.position));
  const after = request.NextToken === undefined ? undefined : readToken(request.NextToken);
  const start = after ? ordered.findIndex(({ position }) => direction * compare(position, after) > 0) : 0;
  const rest = start < 0 ? [] : ordered.slice(start);
  const page = rest.slice(0, request.MaxResults ?? DEFAULT_PAGE);
  const last = page.at(-1);
  return {
    page: page.map(({ resource }) => resource),
    nextToken: last && rest.length > page.length ? writeToken(last.position) : undefined,
  };
}

function matches(resource: Listed, request: ListRequest): boolean {
  const { NameContains, StatusEquals } = request;
  if (NameContains !== undefined && !resource.name.toLowerCase().includes(NameContains.toLowerCase())) return false;
  if (StatusEquals !== undefined && resource.status !== StatusEquals) return false;
  const modified = resource.lastModifiedTime ?? resource.creationTime;
  return (
    within(resource.creationTime, request.CreationTimeAfter, request.CreationTimeBefore) &&
    within(modified, request.LastModifiedTimeAfter, request.LastModifiedTimeBefore)
  );
}

function within(milliseconds: number, after: number | undefined, before: number | undefined): boolean {
  return (after === undefined || milliseconds > after * 1000) && (before === undefined || milliseconds < before * 1000);
}

function sortValue(resource: Listed, sortBy: string | undefined): string | number {
  if (sortBy === "Name") return resource.name;
  if (sortBy === "FinalObjectiveMetricValue") return resource.value ?? 0;
  if (sortBy === "Status") return resource.status ?? "";
  return resource.creationTime;
}

function compare(a: Position, b: Position): number {
  for (const index of [0, 1] as const) {
    if (a[index] < b[index]) return -1;
    if (a[index] > b[index]) return 1;
  }
  return 0;
}

function writeToken(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function readToken(token: string): Position {
  try {
    const position: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (Array.isArray(position) && position.length === 2 && typeof position[1] === "string") {
      return position as unknown as Position;
    }
  } catch {
    // Falls through to the service's answer.
  }
  throw invalid('Invalid pagination token because "{0}".');
}
