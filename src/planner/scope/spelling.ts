import type { Scope } from './scope.ts';

/** Beyond this distance two names have nothing to do with each other. */
const FARTHEST = 3;

/**
 * Postgres' guess at what a misspelt column was meant to be: the nearest by edit distance, at most 3 and at most half of the name's length.
 * A table's alias counts too where the reference has one.
 */
export function closestColumn(scope: Scope, table: string | undefined, name: string): string | undefined {
  let nearest = FARTHEST + 1;
  let found: { readonly table: string; readonly column: string; readonly sameColumn: boolean }[] = [];
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    for (const item of level.items) {
      if (item.name === null) continue;
      const tableDistance = table === undefined ? 0 : editDistance(table, item.name);
      if (tableDistance > FARTHEST) continue;
      for (const column of item.columns) {
        const distance = tableDistance + editDistance(name, column.name);
        if (distance > nearest || (distance > name.length / 2 && column.name !== name)) continue;
        if (distance < nearest) found = [];
        nearest = distance;
        found.push({ table: item.name, column: column.name, sameColumn: column.name === name });
      }
    }
    if (found.length > 0) break;
  }
  const [first, second, third] = found;
  if (first === undefined || third !== undefined) return undefined;
  const spelled = (match: { readonly table: string; readonly column: string }): string => `"${match.table}.${match.column}"`;
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
