import type { SqlType } from '../core/index.ts';
import type { Position, Scalar } from './scalar.ts';
import type { SortKey } from './relation.ts';

/** One aggregate of a reduce. Scalars are over the reduce's input. */
export interface Aggregate {
  /** AggregateRow.id, e.g. 'sum(int4)' */
  readonly function: string;
  readonly args: readonly Scalar[];
  readonly distinct: boolean;
  /** rows for which this is not true are left out */
  readonly filter: Scalar | null;
  /** ORDER BY inside the call; `column` counts into `args` */
  readonly order: readonly SortKey[];
  readonly type: SqlType;
  /** NULL where the aggregate itself raises */
  readonly orNull?: true;
  readonly name: string;
  readonly position?: Position;
}
