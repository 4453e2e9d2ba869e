/** What the server reports to its operator; pino's loggers fit. An error goes by the field `err`. */
export interface ServerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
