import { SqlError } from '../../core/index.ts';

/** Reads an expression that is added to a table that is there. Postgres has its text no more by then, so what is wrong in it has no position. */
export function withoutPosition<T>(plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const { position: _position, ...fields } = error.fields;
    throw new SqlError(error.code, error.message, fields);
  }
}
