import { SqlError } from '../../core/index.ts';

/** Ends the connection: the client is told `error` with severity FATAL and the socket is closed. */
export class FatalError extends Error {
  readonly error: SqlError;

  constructor(error: SqlError) {
    super(error.message, { cause: error });
    this.name = 'FatalError';
    this.error = error;
  }
}

/** The socket is gone: nobody is left to be told anything. */
export class ConnectionLost extends Error {
  constructor() {
    super('connection lost');
    this.name = 'ConnectionLost';
  }
}

/** A client that breaks the protocol in a way after which the byte stream cannot be trusted (08P01). */
export const protocolViolation = (message: string, detail?: string): FatalError =>
  new FatalError(new SqlError('08P01', message, detail === undefined ? {} : { detail }));

export const canceledByUser = (): SqlError => new SqlError('57014', 'canceling statement due to user request');
export const terminatedByAdministrator = (): SqlError => new SqlError('57P01', 'terminating connection due to administrator command');

/** What the client is told of `thrown`. What is not a SqlError is a mistake of ours and goes by XX000. */
export function asSqlError(thrown: unknown): SqlError {
  if (thrown instanceof SqlError) return thrown;
  if (thrown instanceof FatalError) return thrown.error;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SqlError('XX000', message, { cause: thrown });
}

/** Whether `thrown` should be logged with its stack: it is not the user's error. */
export const isInternal = (thrown: unknown): boolean => !(thrown instanceof SqlError) && !(thrown instanceof FatalError) && !(thrown instanceof ConnectionLost);

/** Moves the position of an error `by` characters on, from the statement to the query string that holds it. */
export function shiftPosition(thrown: unknown, by: number): unknown {
  if (!(thrown instanceof SqlError) || thrown.fields.position === undefined || by === 0) return thrown;
  return new SqlError(thrown.code, thrown.message, { ...thrown.fields, position: thrown.fields.position + by, cause: thrown });
}

