import { SqlError } from '../../core/index.ts';
import type { CatalogChange, CatalogSnapshot, OidAllocator, SourceEnum, TypeItem, UpstreamEnum } from '../../catalog/index.ts';
import type { CatalogWork } from '../transaction.ts';
import { enumsChanged, makeEnum, withLabel, withLabelRenamed } from './enums.ts';
import type { NamesHere } from './upstream-names.ts';

/** Enums of upstream databases as types of the catalog. One type may stand for an enum of several sources: it has the labels of all of them. */

/** Upstream's labels in a type: which code each has, and the type with those that it lacked. Raises where their order is another. */
export function mergeLabels(type: TypeItem, known: SourceEnum['codes'], upstream: UpstreamEnum, oids: OidAllocator): { readonly type: TypeItem; readonly codes: SourceEnum['codes'] } {
  let merged = type;
  const codes: [number, number][] = [];
  const codeOf = (name: string): number | undefined => merged.labels.find((label) => label.name === name)?.code;
  for (const label of upstream.labels) {
    const before = known.find(([oid]) => oid === label.oid)?.[1];
    const called = merged.labels.find(({ code }) => code === before)?.name;
    if (before !== undefined && called !== undefined && called !== label.name && codeOf(label.name) === undefined) merged = withLabelRenamed(merged, called, label.name, true);
    if (before === undefined && codeOf(label.name) === undefined) {
      const previous = codes.at(-1)?.[1];
      merged = withLabel(merged, label.name, merged.labels.findIndex(({ code }) => code === previous) + 1, oids);
    }
    const code = before ?? codeOf(label.name)!;
    if (code <= (codes.at(-1)?.[1] ?? -Infinity)) {
      throw new SqlError('42710', `type "${type.name}" already exists, with its labels in another order`, { detail: `Upstream's "${upstream.schema}"."${upstream.name}" is ${upstream.labels.map(({ name }) => name).join(', ')}.`, hint: 'Drop or rename the type here.' });
    }
    codes.push([label.oid, code]);
  }
  return { type: merged, codes };
}

export interface AdoptedEnums {
  readonly enums: readonly SourceEnum[];
  /** by upstream's OID */
  readonly types: ReadonlyMap<number, TypeItem>;
  /** types to be made */
  readonly made: readonly TypeItem[];
  /** types that get further labels */
  readonly work: CatalogWork;
}

/** Types for enums of upstream. */
export function adoptEnums(upstream: readonly UpstreamEnum[], names: NamesHere, sql: string, catalog: CatalogSnapshot, oids: OidAllocator): AdoptedEnums {
  const made: TypeItem[] = [];
  const enums: SourceEnum[] = [];
  const types = new Map<number, TypeItem>();
  const changed: TypeItem[] = [];
  for (const one of upstream) {
    const { name, there } = names.place(one, (item) => item.kind === 'type', 'enum');
    const start = there ?? { ...makeEnum({ name, schema: names.schema }, one.labels.map((label) => label.name), sql, oids), upstream: true as const };
    const { type, codes } = mergeLabels(start, [], one, oids);
    if (there === undefined) made.push(type);
    else if (type !== there) changed.push(type);
    enums.push({ oid: one.oid, type: type.oid, codes });
    types.set(one.oid, type);
  }
  return { enums, types, made, work: enumsChanged(changed, catalog, oids) };
}

/** The types of a source with the labels that upstream has now; undefined where they have them all. */
export function refreshedEnums(source: number, upstream: readonly UpstreamEnum[], catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork | undefined {
  const item = catalog.item(source);
  if (item?.kind !== 'source' || item.origin.kind !== 'postgres') return undefined;
  const changed: TypeItem[] = [];
  const enums = (item.origin.enums ?? []).map((known): SourceEnum => {
    const type = catalog.item(known.type);
    const now = upstream.find(({ oid }) => oid === known.oid);
    if (type?.kind !== 'type' || now === undefined) return known;
    const merged = mergeLabels(type, known.codes, now, oids);
    if (merged.type !== type) changed.push(merged.type);
    return { ...known, codes: merged.codes };
  });
  if (changed.length === 0) return undefined;
  const work = enumsChanged(changed, catalog, oids);
  const replaced: CatalogChange = { kind: 'replace', item: { ...item, origin: { ...item.origin, enums } } };
  return { ...work, changes: [...work.changes, replaced] };
}
