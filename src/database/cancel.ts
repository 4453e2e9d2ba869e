import { SqlError } from '../core/index.ts';

/** Ends a statement whose signal has aborted: with the signal's own reason where that is an SQL error (a timeout), as a cancel by the user otherwise. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw signal.reason instanceof SqlError ? signal.reason : new SqlError('57014', 'canceling statement due to user request');
}
