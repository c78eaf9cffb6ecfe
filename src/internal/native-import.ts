/**
 * `import()` as the language has it. In the CommonJS half of this package every other `import()` is a `require`, which cannot load an
 * ES module that waits at its top level; the build leaves this file alone.
 */
export function nativeImport(specifier: string): Promise<unknown> {
  return import(specifier);
}
