/** What an error says beside its message, in the terms of the protocol's error fields (manual, "Error and Notice Message Fields"). */
export interface SqlErrorFields {
  readonly detail?: string;
  readonly hint?: string;
  /** 1-based, in characters of the statement's text. */
  readonly position?: number;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly dataType?: string;
  readonly constraint?: string;
  /** what was being done: "COPY t, line 3, column a" */
  readonly context?: string;
  readonly cause?: unknown;
}

/** The user's error: the SQLSTATE is chosen where the error is made; the message is worded as Postgres words it. */
export class SqlError extends Error {
  readonly code: string;
  readonly fields: SqlErrorFields;

  constructor(code: string, message: string, fields: SqlErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'SqlError';
    this.code = code;
    this.fields = fields;
  }

  /** The same error, pointing at `position` (1-based characters) unless it already points somewhere. */
  at(position: number | undefined): SqlError {
    return position === undefined || this.fields.position !== undefined
      ? this
      : new SqlError(this.code, this.message, { ...this.fields, position });
  }
}

/** A text that is no label of an enum, as far as is known here. */
export class InvalidLabelError extends SqlError {
  constructor(enumName: string, label: string) {
    super('22P02', `invalid input value for enum ${enumName}: "${label}"`);
    this.name = 'InvalidLabelError';
  }
}

/** A failure that a retry may cure: a refused connection, a restarted upstream. */
export class TransientError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TransientError';
  }
}

/** Our own mistake. Its message names what was believed. */
export class InvariantError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'InvariantError';
  }
}

/** Ends every `switch` over a union: a new member fails to compile here, and a stray value prints itself. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
}

/** `feature` is not supported (0A000). The hint says what to do instead. */
export function notSupported(feature: string, hint: string, position?: number): SqlError {
  return new SqlError('0A000', `${feature} is not supported`, position === undefined ? { hint } : { hint, position });
}

/** A notice, worded and coded like an error but stopping nothing. */
export interface Notice {
  readonly severity: 'NOTICE' | 'WARNING' | 'INFO';
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly position?: number;
}
