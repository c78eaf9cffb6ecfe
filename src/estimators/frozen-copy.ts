/** A deep, frozen copy of plain objects and lists. Instances of classes (a session, an input) are kept as they are. */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as T;
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  // Entries with symbol keys stay: they carry what attach() restores.
  const copy = Object.fromEntries(Reflect.ownKeys(value).map((key) => [key, frozenCopy(value[key as keyof T])]));
  return Object.freeze(copy) as T;
}
