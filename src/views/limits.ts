import { SqlError, sqlErrorOf } from '../core/index.ts';
import { QueryEnd } from './operators/operator.ts';

export interface QueryLimits {
  /** polled during long work; throws to end the query */
  readonly interrupt: () => void;
  /** bytes of state the query may hold; beyond it fails with 53200 */
  readonly memoryBytes: number;
  /** tell of its operators when it is ready */
  readonly report?: boolean;
}

/** The error a client is told, of what ended its dataflow. */
export function failureOf(thrown: unknown): SqlError {
  const error = thrown instanceof QueryEnd ? thrown.reason : thrown;
  return sqlErrorOf(error) ?? new SqlError('XX000', `internal error: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
}

export function checkMemory(bytes: number, most: number, what: string): void {
  if (bytes <= most) return;
  throw new SqlError('53200', 'out of memory', {
    detail: `The ${what} holds ${Math.round(bytes / 1048576)} MiB, and may hold ${Math.round(most / 1048576)} MiB.`,
    hint: 'Add a condition or a LIMIT, or raise query_memory_limit.',
  });
}
