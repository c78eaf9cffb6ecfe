/**
 * Options with changes applied: each key replaces, hyperparameters are replaced one by one, and `undefined` removes.
 *
 * @returns a new object; neither argument is touched
 */
export function withChanges<Options extends { readonly hyperparameters?: object | undefined }>(
  options: Options,
  changes: Partial<Options>,
): Options {
  return without({
    ...options,
    ...changes,
    ...(changes.hyperparameters && {
      hyperparameters: without({ ...options.hyperparameters, ...changes.hyperparameters }),
    }),
  });
}

/** Changes in which a new instance type of either kind replaces both. */
export function withInstance<
  Changes extends { readonly instanceType?: unknown; readonly unlistedInstanceType?: unknown },
>(changes: Changes): Changes {
  if (changes.instanceType === undefined && changes.unlistedInstanceType === undefined) return changes;
  return { instanceType: undefined, unlistedInstanceType: undefined, ...changes };
}

function without<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
