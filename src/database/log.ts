/** Where the program tells what it does: pino's shape, so that a pino logger fits. */
export interface DatabaseLog {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
  debug(fields: object, message: string): void;
}
