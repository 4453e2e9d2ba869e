import type { Scope, ScopeItem } from './scope.ts';

/** Beyond this distance two names have nothing to do with each other. */
const FARTHEST = 3;

interface Match {
  readonly table: string;
  readonly column: string;
}

/** The entries of a level by which its error messages help: those of FROM that are there so far, whether they can be named or not. */
export const entriesOf = (level: Scope): readonly ScopeItem[] => level.range ?? level.items.filter((item) => item.name !== null);

/**
 * Postgres' guess at what a misspelt column was meant to be (searchRangeTableForCol): the nearest by edit distance of all levels, at most 3 and at most half of the name's length;
 * two of them where two are as near, none where more are. A table's alias counts too where the reference has one.
 */
export function closestColumn(scope: Scope, table: string | undefined, name: string): string | undefined {
  let nearest = FARTHEST + 1;
  let first: Match | undefined;
  let second: Match | undefined;
  const meet = (match: Match, tableDistance: number): void => {
    if (tableDistance > nearest) return;
    const columnDistance = editDistance(match.column, name);
    if (columnDistance > Math.floor(name.length / 2)) return;
    const distance = columnDistance + tableDistance;
    if (distance > nearest) return;
    if (distance < nearest) {
      first = match;
      second = undefined;
      nearest = distance;
    } else if (second !== undefined) {
      // Three as near as each other: only a nearer one is worth naming.
      first = undefined;
      second = undefined;
      nearest--;
    } else if (first !== undefined) second = match;
    else if (distance <= FARTHEST) first = match;
  };
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    for (const item of entriesOf(level)) {
      const tableDistance = table === undefined ? 0 : editDistance(table, item.name!);
      for (const column of item.columns) meet({ table: item.name!, column: column.name }, tableDistance);
    }
  }
  if (first === undefined) return undefined;
  const spelled = (match: Match): string => `"${match.table}.${match.column}"`;
  return second === undefined
    ? `Perhaps you meant to reference the column ${spelled(first)}.`
    : `Perhaps you meant to reference the column ${spelled(first)} or the column ${spelled(second)}.`;
}

/** Levenshtein's distance with every edit costing 1. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      current[j] = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}
