/**
 * Where the library reports what it does. Any object with these four methods fits, for example a pino logger or `console`.
 * Without one the library is silent.
 *
 * @public
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
