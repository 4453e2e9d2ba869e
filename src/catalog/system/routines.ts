import { Oid, findType } from '../../core/index.ts';
import { allAggregates, allCasts, allOperators, functionById, routinesByOid } from '../../ir/index.ts';
import type { Routine, TableFunctionRow } from '../../ir/index.ts';
import { ownerOid, schemaOids } from '../snapshot.ts';
import { arrayOf, definePostgres, oidVector } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';
import { operatorOid } from './operator-oids.ts';

/** OIDs for what Postgres does not have, one after the other in the order of the tables. */
const firstOwnOperator = 15800;
const firstOwnCast = 16000;

let ids: ReadonlyMap<string, number> | undefined;
/** The OID of a routine by its FunctionRow.id. */
function oidOf(id: string): number {
  ids ??= new Map(Array.from(routinesByOid().values(), ({ row, oid }) => [row.id, oid]));
  return ids.get(id) ?? 0;
}

function routineRow(routine: Routine): NamedRow {
  const { oid, row } = routine;
  const schema = row.name === '_pg_expandarray' ? schemaOids.information_schema : schemaOids.pg_catalog;
  const shared: NamedRow = {
    oid, proname: row.name, pronamespace: schema, proowner: ownerOid, prolang: 12, procost: 1, prorows: 0, provariadic: 0, prosupport: 0, prokind: 'f',
    prosecdef: false, proleakproof: false, proisstrict: false, proretset: false, provolatile: 'i', proparallel: 's', pronargs: row.args.length,
    pronargdefaults: 0, proargtypes: oidVector(row.args), prosrc: row.name,
  };
  if (routine.kind === 'aggregate') return { ...shared, prokind: 'a', prorettype: routine.row.result, prosrc: 'aggregate_dummy' };
  const { variadic, defaults, strict, volatility } = routine.row;
  const last = row.args.at(-1);
  const declared: NamedRow = {
    ...shared, proisstrict: strict, provolatile: volatility === 'immutable' ? 'i' : volatility === 'stable' ? 's' : 'v', pronargdefaults: defaults ?? 0,
    provariadic: variadic !== true || last === undefined ? 0 : last === Oid.any ? Oid.any : findType(last)?.element || Oid.anyelement,
  };
  return routine.kind === 'function' ? { ...declared, prorettype: routine.row.result } : { ...declared, ...tableResult(routine.row) };
}

/** A function that returns rows of several columns has them as OUT arguments. */
function tableResult(row: TableFunctionRow): NamedRow {
  const { columns } = row;
  if (columns.length === 1) return { proretset: true, prorows: 1000, prorettype: columns[0]!.type };
  return {
    proretset: true, prorows: 1000, prorettype: Oid.record,
    proallargtypes: arrayOf(Oid.oid, [...row.args, ...columns.map((column) => column.type)]),
    proargmodes: arrayOf(Oid.char, [...row.args.map(() => 'i'), ...columns.map(() => 'o')]),
    proargnames: arrayOf(Oid.text, [...row.args.map(() => ''), ...columns.map((column) => column.name)]),
  };
}

function* operatorRows(): Iterable<NamedRow> {
  let next = firstOwnOperator;
  const numbered = allOperators.map((row) => ({ row, oid: operatorOid(row.name, row.left, row.right) ?? next++ }));
  const byKey = new Map(numbered.map(({ row, oid }) => [`${row.name} ${row.left} ${row.right}`, oid]));
  for (const { row, oid } of numbered) {
    yield {
      oid, oprname: row.name, oprnamespace: schemaOids.pg_catalog, oprowner: ownerOid, oprkind: row.left === 0 ? 'l' : 'b', oprcanmerge: row.name === '=',
      oprcanhash: row.name === '=', oprleft: row.left, oprright: row.right, oprresult: row.result, oprcode: oidOf(row.function), oprrest: 0, oprjoin: 0,
      oprcom: row.commutator === undefined ? 0 : byKey.get(`${row.commutator} ${row.right} ${row.left}`) ?? 0,
      oprnegate: row.negator === undefined ? 0 : byKey.get(`${row.negator} ${row.left} ${row.right}`) ?? 0,
    };
  }
}

function* castRows(): Iterable<NamedRow> {
  let oid = firstOwnCast;
  for (const cast of allCasts) {
    const byFunction = functionById(cast.function) !== undefined;
    yield {
      oid: oid++, castsource: cast.source, casttarget: cast.target, castfunc: oidOf(cast.function),
      castcontext: cast.context[0]!, castmethod: byFunction ? 'f' : cast.function === 'binary' ? 'b' : 'i',
    };
  }
}

function* aggregateRows(): Iterable<NamedRow> {
  for (const row of allAggregates) {
    yield {
      aggfnoid: oidOf(row.id), aggkind: 'n', aggnumdirectargs: 0, aggtransfn: 0, aggfinalfn: 0, aggcombinefn: 0, aggserialfn: 0, aggdeserialfn: 0,
      aggmtransfn: 0, aggminvtransfn: 0, aggmfinalfn: 0, aggfinalextra: false, aggmfinalextra: false, aggfinalmodify: 'r', aggmfinalmodify: 'r', aggsortop: 0,
      aggtranstype: row.result, aggtransspace: 0, aggmtranstype: 0, aggmtransspace: 0,
    };
  }
}

/** Functions, operators, casts and aggregates: the tables the planner resolves names by. */
export const routineCatalogs: readonly SystemRelation[] = [
  definePostgres('pg_proc', () => Array.from(routinesByOid().values(), routineRow)),
  definePostgres('pg_operator', operatorRows),
  definePostgres('pg_cast', castRows),
  definePostgres('pg_aggregate', aggregateRows),
];
