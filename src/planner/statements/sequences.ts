import type { AlterSeqStmt, CreateSeqStmt, DefElem, Node } from '@pgsql/types';
import type { SequenceItem, SequenceOptions, TableItem } from '../../catalog/index.ts';
import { Oid, SqlError, notSupported, typeInfo } from '../../core/index.ts';
import { resolveTypeName } from '../query.ts';
import { positionOf } from '../syntax/index.ts';
import { columnIndex } from './context.ts';
import type { Scene } from './context.ts';
import { refuseUnlogged } from './create-table.ts';
import { findItem, nameOfNodes, nameOfRangeVar, newRelationName, relationNamed, spell, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';

const bounds: Readonly<Record<number, readonly [bigint, bigint]>> = {
  [Oid.int2]: [-(2n ** 15n), 2n ** 15n - 1n], [Oid.int4]: [-(2n ** 31n), 2n ** 31n - 1n], [Oid.int8]: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** What the options of CREATE, ALTER SEQUENCE or IDENTITY ask for. */
export interface SequenceChange {
  readonly options: SequenceOptions;
  /** RESTART: the value to begin with */
  readonly restart?: bigint;
  /** OWNED BY a column, or NONE */
  readonly ownedBy?: { readonly table: TableItem; readonly column: number } | null;
}

export function planCreateSequence(statement: CreateSeqStmt, scene: Scene): Outcome {
  const position = positionOf(scene.text, statement.sequence?.location);
  refuseUnlogged(statement.sequence?.relpersistence, position);
  const name = newRelationName(statement.sequence, scene);
  const ifNotExists = statement.if_not_exists === true;
  const taken = whenTaken('sequence', name, ifNotExists, scene);
  if (taken) return taken;
  const { options, ownedBy } = readSequenceOptions(definitions(statement.options), undefined, scene);
  if (ownedBy) requireSameSchema(ownedBy.table, name.schema);
  return { plan: { kind: 'createSequence', name, options, ...(ownedBy ? { ownedBy: { table: ownedBy.table.oid, column: ownedBy.column } } : {}), sql: scene.sql } };
}

export function planAlterSequence(statement: AlterSeqStmt, scene: Scene): Outcome {
  const name = nameOfRangeVar(statement.sequence, scene);
  const item = findItem(name, scene);
  if (item === undefined) {
    const message = `relation "${spell(name)}" does not exist`;
    if (statement.missing_ok !== true) throw new SqlError('42P01', message);
    return { plan: { kind: 'noop', tag: 'ALTER SEQUENCE' }, notices: [{ severity: 'NOTICE', code: '00000', message: `${message}, skipping` }] };
  }
  if (item.kind !== 'sequence') throw new SqlError('42809', `cannot open relation "${item.name}"`, { detail: `This operation is not supported for ${item.kind === 'index' ? 'indexes' : item.kind === 'system' ? 'tables' : `${item.kind}s`}.` });
  const change = readSequenceOptions(definitions(statement.options), item, scene);
  if (change.ownedBy !== undefined && item.ownedBy?.internal === true) {
    const table = scene.catalog.item(item.ownedBy.table);
    throw new SqlError('0A000', 'cannot change ownership of identity sequence', { detail: `Sequence "${item.name}" is linked to table "${table?.name ?? ''}".` });
  }
  if (change.ownedBy) requireSameSchema(change.ownedBy.table, item.schema);
  return { plan: alterPlan(item, change) };
}

export function alterPlan(item: SequenceItem, { options, restart, ownedBy }: SequenceChange): Outcome['plan'] {
  return {
    kind: 'alterSequence', oid: item.oid, options, ...(restart === undefined ? {} : { restart }),
    ...(ownedBy === undefined ? {} : { ownedBy: ownedBy === null ? null : { table: ownedBy.table.oid, column: ownedBy.column } }),
  };
}

export const definitions = (nodes: readonly Node[] | undefined): readonly DefElem[] => (nodes ?? []).flatMap((node) => ('DefElem' in node ? [node.DefElem] : []));

/** Postgres' init_params: options over what the sequence has (`before`), or over the defaults of `type`; the checks in its order. */
export function readSequenceOptions(given: readonly DefElem[], before: SequenceItem | undefined, scene: Scene, type = before?.options.type ?? Oid.int8, identity = false): SequenceChange {
  const options = new Map<string, DefElem>();
  for (const option of given) {
    const name = option.defname ?? '';
    if (options.has(name)) throw new SqlError('42601', 'conflicting or redundant options', { position: positionOf(scene.text, option.location) });
    options.set(name, option);
  }
  if (options.has('sequence_name') || options.has('logged')) throw notSupported('SEQUENCE NAME and LOGGED of a sequence', 'Leave them out.', undefined);
  const chosen = typeOf(options.get('as'), type, identity, scene);
  const old = before?.options;
  const integer = (name: string): bigint | undefined => (options.get(name)?.arg === undefined ? undefined : integerOf(options.get(name)!, scene));
  const increment = integer('increment') ?? old?.increment ?? 1n;
  if (increment === 0n) throw new SqlError('22023', 'INCREMENT must not be zero');
  const [lowest, highest] = bounds[chosen]!;
  const up = increment > 0n;
  const wasDefault = (which: 0 | 1): boolean => old === undefined || (old.type !== chosen && [old.minimum, old.maximum][which] === bounds[old.type]![which]);
  const maximum = integer('maxvalue') ?? (options.has('maxvalue') || wasDefault(1) ? (up ? highest : -1n) : old!.maximum);
  if (maximum < lowest || maximum > highest) throw new SqlError('22023', `MAXVALUE (${maximum}) is out of range for sequence data type ${typeInfo(chosen).sqlName}`);
  const minimum = integer('minvalue') ?? (options.has('minvalue') || wasDefault(0) && !(old !== undefined && up && old.minimum === 1n) ? (up ? 1n : lowest) : old?.minimum ?? 1n);
  if (minimum < lowest || minimum > highest) throw new SqlError('22023', `MINVALUE (${minimum}) is out of range for sequence data type ${typeInfo(chosen).sqlName}`);
  if (minimum >= maximum) throw new SqlError('22023', `MINVALUE (${minimum}) must be less than MAXVALUE (${maximum})`);
  const start = integer('start') ?? old?.start ?? (up ? minimum : maximum);
  within('START', start, minimum, maximum);
  const restart = options.has('restart') ? integer('restart') ?? start : undefined;
  if (restart !== undefined) within('RESTART', restart, minimum, maximum);
  const cache = integer('cache') ?? old?.cache ?? 1n;
  if (cache <= 0n) throw new SqlError('22023', `CACHE (${cache}) must be greater than zero`);
  const cycleArg = options.get('cycle')?.arg;
  const cycle = cycleArg === undefined ? old?.cycle ?? false : 'Boolean' in cycleArg && cycleArg.Boolean.boolval === true;
  const owned = options.get('owned_by');
  return {
    options: { type: chosen, start, increment, minimum, maximum, cache, cycle },
    ...(restart === undefined ? {} : { restart }), ...(owned === undefined ? {} : { ownedBy: ownerOf(owned, scene) }),
  };
}

function within(what: string, value: bigint, minimum: bigint, maximum: bigint): void {
  if (value < minimum) throw new SqlError('22023', `${what} value (${value}) cannot be less than MINVALUE (${minimum})`);
  if (value > maximum) throw new SqlError('22023', `${what} value (${value}) cannot be greater than MAXVALUE (${maximum})`);
}

function typeOf(option: DefElem | undefined, type: number, identity: boolean, scene: Scene): number {
  const chosen = option?.arg !== undefined && 'TypeName' in option.arg ? resolveTypeName(option.arg.TypeName, scene.text, scene.environment.catalog).oid : type;
  if (bounds[chosen] === undefined) throw new SqlError('22023', `${identity ? 'identity column' : 'sequence'} type must be smallint, integer, or bigint`);
  return chosen;
}

function integerOf({ arg, defname }: DefElem, scene: Scene): bigint {
  void scene;
  if (arg !== undefined && 'Integer' in arg) return BigInt(arg.Integer.ival ?? 0);
  if (arg !== undefined && 'Float' in arg && /^-?\d+$/.test(arg.Float.fval ?? '')) return BigInt(arg.Float.fval!);
  throw new SqlError('42601', `${defname} requires a numeric value`);
}

function ownerOf({ arg, location }: DefElem, scene: Scene): SequenceChange['ownedBy'] {
  const name = arg === undefined ? { parts: [], position: 0 } : nameOfNodes(arg);
  if (name.parts.length === 1 && name.parts[0] === 'none') return null;
  if (name.parts.length < 2) {
    throw new SqlError('42601', 'invalid OWNED BY option', { hint: 'Specify OWNED BY table.column or OWNED BY NONE.', ...(name.parts.length === 0 ? { position: positionOf(scene.text, location) } : {}) });
  }
  const table = relationNamed({ parts: name.parts.slice(0, -1), position: 0 }, scene);
  if (table.kind !== 'table') throw new SqlError('42809', `sequence cannot be owned by relation "${table.name}"`, { detail: `This operation is not supported for ${table.kind}s.` });
  const column = columnIndex(table.columns, name.parts.at(-1)!);
  if (column < 0) throw new SqlError('42703', `column "${name.parts.at(-1)}" of relation "${table.name}" does not exist`);
  return { table, column };
}

function requireSameSchema(table: TableItem, schema: number): void {
  if (table.schema !== schema) throw new SqlError('55000', 'sequence must be in same schema as table it is linked to');
}
