import { InvariantError, SqlError } from '../core/index.ts';
import type { Notice } from '../core/index.ts';
import type { CatalogChange } from './changes.ts';
import { describe } from './describe.ts';
import type { CatalogItem } from './items.ts';
import type { CatalogSnapshot } from './snapshot.ts';

export interface DropPlan {
  /** dependents first */
  readonly changes: readonly CatalogChange[];
  /** what a CASCADE took along, as Postgres tells it */
  readonly notices: readonly Notice[];
}

/** An object that goes, and the one whose going takes it along. */
interface Casualty {
  readonly item: CatalogItem;
  readonly because: CatalogItem | undefined;
}

/**
 * What DROP of these objects takes. An index goes with its relation silently; anything else that depends on them needs CASCADE:
 * without it, 2BP01 with Postgres' detail and hint. `searchPath` decides which names are shown with their schema.
 */
export function dropPlan(snapshot: CatalogSnapshot, oids: readonly number[], cascade: boolean, searchPath: readonly string[]): DropPlan {
  const asked = oids.map((oid) => {
    const item = snapshot.item(oid);
    if (item === undefined) throw new InvariantError(`no object with oid ${oid} to drop`);
    return item;
  });
  const doomed = findDoomed(snapshot, asked);
  // Postgres collects dependents before what they depend on and reports from the end of that list.
  const taken = doomed.toReversed().filter((casualty) => !asked.includes(casualty.item) && casualty.item.kind !== 'index');
  const name = (item: CatalogItem): string => describe(snapshot, item, searchPath);
  if (taken.length > 0 && !cascade) {
    const subject = asked.length === 1 ? `${name(asked[0]!)} because other objects depend on it` : 'desired object(s) because other objects depend on them';
    throw new SqlError('2BP01', `cannot drop ${subject}`, {
      detail: taken.map(({ item, because }) => `${name(item)} depends on ${name(because!)}`).join('\n'),
      hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
    });
  }
  return {
    changes: doomed.map(({ item }) => ({ kind: 'drop', oid: item.oid })),
    notices: cascadeNotice(taken.map(({ item }) => name(item))),
  };
}

/** Depth first, younger objects before older ones, each object behind all that depends on it: the order of Postgres' findDependentObjects. */
function findDoomed(snapshot: CatalogSnapshot, asked: readonly CatalogItem[]): Casualty[] {
  const doomed: Casualty[] = [];
  const seen = new Set<number>();
  const visit = (item: CatalogItem, because: CatalogItem | undefined): void => {
    if (seen.has(item.oid)) return;
    seen.add(item.oid);
    for (const dependent of snapshot.dependents(item.oid).toSorted((a, b) => b.oid - a.oid)) visit(dependent, item);
    doomed.push({ item, because });
  };
  for (const item of asked) visit(item, undefined);
  return doomed;
}

function cascadeNotice(names: readonly string[]): Notice[] {
  if (names.length === 0) return [];
  if (names.length === 1) return [{ severity: 'NOTICE', code: '00000', message: `drop cascades to ${names[0]}` }];
  return [{
    severity: 'NOTICE', code: '00000', message: `drop cascades to ${names.length} other objects`,
    detail: names.map((name) => `drop cascades to ${name}`).join('\n'),
  }];
}
