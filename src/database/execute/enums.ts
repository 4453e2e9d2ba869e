import { InvariantError, Oid, findType } from '../../core/index.ts';
import { codeAt, enumsIn, firstCodes } from '../../catalog/index.ts';
import type { CatalogChange, CatalogSnapshot, MaterializedViewItem, OidAllocator, TypeItem } from '../../catalog/index.ts';
import { mapScalars, operandsOf, someRelation, someScalar } from '../../ir/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import type { Plan } from '../../planner/index.ts';
import type { CatalogWork } from '../transaction.ts';
import { viewsAnew } from './made-anew.ts';

/** An enum with these labels, as an item of the catalog. */
export function makeEnum(name: { readonly name: string; readonly schema: number }, labels: readonly string[], sql: string, oids: OidAllocator): TypeItem {
  const codes = firstCodes(labels.length);
  const { oid, array } = oids.type();
  return { kind: 'type', oid, array, ...name, sql, dependsOn: [], labels: labels.map((label, index) => ({ oid: oids.plain(), name: label, code: codes[index]! })) };
}

/** The enum with a further label at that place. */
export const withLabel = (item: TypeItem, label: string, at: number, oids: OidAllocator): TypeItem =>
  ({ ...item, labels: item.labels.toSpliced(at, 0, { oid: oids.plain(), name: label, code: codeAt(item.labels, at) }) });

/** The enum with a label called otherwise; `remembered`: what still comes under the old name is read as that label. */
export const withLabelRenamed = (item: TypeItem, from: string, to: string, remembered: boolean): TypeItem =>
  ({ ...item, labels: item.labels.map((label) => (label.name !== from ? label : { ...label, name: to, ...(remembered && { former: [...label.former ?? [], from] }) })) });

export function alterEnum(plan: Extract<Plan, { kind: 'alterEnum' }>, catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork {
  const item = catalog.item(plan.oid);
  if (item?.kind !== 'type') throw new InvariantError(`no type ${plan.oid}`);
  const { change } = plan;
  return enumsChanged([change.kind === 'add' ? withLabel(item, change.label, change.at, oids) : withLabelRenamed(item, change.from, change.to, item.upstream === true)], catalog, oids);
}

/**
 * Enums with other labels. The codes of the old ones stay, and with them all rows; views in which a label's text or the set of labels matters are computed anew.
 */
export function enumsChanged(changed: readonly TypeItem[], catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork {
  const concerned = [...catalog.items.values()].filter((item): item is MaterializedViewItem => item.kind === 'materialized view' && changed.some(({ oid }) => looksAtLabels(item.relation, oid)));
  const views = viewsAnew(concerned, catalog, oids);
  return { changes: [...changed.map((item): CatalogChange => ({ kind: 'replace', item })), ...views.changes], actions: views.actions };
}

/** What a value's code alone decides: these see no labels. */
const codesAlone: ReadonlySet<string> = new Set(['enum_eq', 'enum_ne', 'enum_lt', 'enum_le', 'enum_gt', 'enum_ge', 'enum_cmp', 'enum_larger', 'enum_smaller'].map((name) => `${name}(anyenum,anyenum)`));
const aggregatesOfCodes: ReadonlySet<string> = new Set(['max', 'min', 'count', 'any_value', 'array_agg']);

/** Whether a query makes something of the labels of an enum: reads or writes their text, or asks for all of them. */
function looksAtLabels(relation: Relation, type: number): boolean {
  let found = someRelation(relation, (node) => {
    if (node.op === 'flatMap') return node.args.some((arg) => mayHold(arg, type));
    return node.op === 'reduce' && node.aggregates.some((aggregate) => !aggregatesOfCodes.has(aggregate.function.slice(0, aggregate.function.indexOf('('))) && aggregate.args.some((arg) => mayHold(arg, type)));
  });
  mapScalars(relation, (scalar) => {
    found ||= someScalar(scalar, (node) => {
      if (node.op === 'fromText') return mayHold(node, type);
      if (node.op === 'toText') return mayHold(node.arg, type);
      if (node.op !== 'call' || codesAlone.has(node.function)) return false;
      return mayHold(node, type) || operandsOf(node).some((arg) => mayHold(arg, type));
    });
    return scalar;
  });
  return found;
}

const mayHold = ({ type: { oid } }: Scalar, type: number): boolean => enumsIn(oid).includes(type) || oid === Oid.record || oid === Oid.recordArray || findType(oid)?.kind === 'c' || findType(findType(oid)?.element ?? 0)?.kind === 'c';
