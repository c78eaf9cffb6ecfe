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

function without<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}
