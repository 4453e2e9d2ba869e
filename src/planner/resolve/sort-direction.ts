import type { Node } from '@pgsql/types';
import { InvariantError, notSupported } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { namesOf } from './nodes.ts';

export interface SortDirection {
  readonly expression: Node;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** What a SortBy node says: NULLs come last ascending and first descending, unless told otherwise. */
export function sortDirection(planning: Planning, node: Node): SortDirection {
  if (!('SortBy' in node) || node.SortBy.node === undefined) throw new InvariantError('ORDER BY without an expression');
  const { sortby_dir: direction, sortby_nulls: nulls, useOp } = node.SortBy;
  const operator = namesOf(useOp).at(-1);
  if (direction === 'SORTBY_USING' && operator !== '<' && operator !== '>') throw notSupported(`ORDER BY ... USING ${operator}`, 'Use ASC or DESC.', planning.at(node.SortBy.location));
  const descending = direction === 'SORTBY_DESC' || operator === '>';
  return { expression: node.SortBy.node, descending, nullsFirst: nulls === 'SORTBY_NULLS_FIRST' || (nulls !== 'SORTBY_NULLS_LAST' && descending) };
}
