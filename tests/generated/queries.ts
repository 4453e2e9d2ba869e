import { findType, Oid } from '../../src/core/index.ts';
import { tableFunctionById } from '../../src/ir/index.ts';
import type { AggregateRow, TableFunctionRow } from '../../src/ir/index.ts';
import { environment } from '../functions/judged.ts';
import type { Draw } from '../laws/support/random.ts';
import { aggregates, bind, mayGroup, tableFunctions } from './calls.ts';
import type { Callable } from './calls.ts';
import { comparable, expression, Expressions, raisesForRows } from './expressions.ts';
import type { Scope, Subqueries, WholeRow } from './expressions.ts';
import { isExact } from './exact.ts';
import { list, optional, sql } from './tree.ts';
import type { Sql, SqlNode } from './tree.ts';
import { castTo, columnTypes, domainOf, isOrdered, literal } from './values.ts';
import type { Expr } from './values.ts';

export interface Column {
  readonly name: string;
  readonly oid: number;
  readonly values: Expr['values'];
}
export interface Relation {
  readonly name: string;
  readonly columns: readonly Column[];
}
export interface Select {
  readonly node: SqlNode;
  readonly columns: readonly Column[];
}
/** A function that has to appear in a query: its turn has come. */
export type Duty = { readonly kind: 'call'; readonly callable: Callable } | { readonly kind: 'aggregate'; readonly row: AggregateRow } | { readonly kind: 'table'; readonly row: TableFunctionRow };

interface From {
  readonly node: SqlNode;
  readonly fields: readonly Expr[];
  /** its tables that may be named as values */
  readonly rows?: readonly WholeRow[];
}
interface Wanted {
  /** the types of the columns; drawn where absent */
  readonly oids?: readonly number[];
  readonly outer: readonly Expr[];
  readonly depth: number;
  readonly duties?: readonly Duty[];
  /** it is the whole query */
  readonly top?: boolean;
}

/** Stands before a query whose calls were drawn without a look at whether they raise. */
export const mayRaise = '/* may raise */ ';

const NOTHING: Scope = { fields: [], outer: [] };

/** Random queries in SQL that Postgres answers in one way only: wherever rows are chosen by order, the order is total. */
export class QueryDraw implements Subqueries {
  readonly #draw: Draw;
  readonly #relations: readonly Relation[];
  readonly #expressions: Expressions;
  readonly #risk: number;
  #common: Relation[] = [];
  #names = 0;
  /** what is left of the size of one query */
  #room = 0;

  constructor(draw: Draw, relations: readonly Relation[], risk: number) {
    this.#draw = draw;
    this.#relations = relations;
    this.#risk = risk;
    this.#expressions = new Expressions(draw, this, risk);
  }

  query(duties: readonly Duty[]): Select {
    const made = this.#whole(duties);
    return this.#risk === 0 ? made : { ...made, node: query(made.columns, [mayRaise, made.node]) };
  }

  #whole(duties: readonly Duty[]): Select {
    this.#common = [];
    this.#room = 9;
    const draw = this.#draw;
    if (!draw.chance(0.12)) return this.#query({ outer: [], depth: 2, duties, top: true });
    const name = `w${this.#names++}`;
    const value = this.#query({ outer: [], depth: 1 });
    this.#common = [{ name, columns: value.columns }];
    const body = this.#query({ outer: [], depth: 2, duties, top: true });
    return { columns: body.columns, node: { ...query(body.columns, [`WITH ${name} AS `, draw.of(['', '', 'MATERIALIZED ', 'NOT MATERIALIZED ']), '(', value.node, ') ', body.node]) } };
  }

  // What expressions ask for

  scalar(oid: number, scope: Scope): SqlNode {
    const draw = this.#draw;
    if (this.#room-- <= 0) return sql`SELECT ${literal(null, oid).node}`;
    const outer = this.#visible(scope);
    const from = this.#table();
    const inner: Scope = { fields: from.fields, outer };
    const where = this.#where(inner, 0.8);
    const row = aggregates.find((candidate) => candidate.result === oid && candidate.args.length === 1 && candidate.args[0] === oid && /^(max|min)/.test(candidate.id));
    if (row !== undefined && draw.chance(0.6)) return query([{ oid }], [sql`SELECT ${this.#expressions.aggregate(row, inner, 0)!.node} FROM ${from.node}${where}`]);
    if (oid === Oid.int8 && draw.chance(0.6)) return query([{ oid }], [sql`SELECT count(*) FROM ${from.node}${where}`]);
    const value = this.#expressions.of(oid, inner, 1);
    // json has no order of its own
    return query([{ oid }], [sql`SELECT ${value.node} FROM ${from.node}${where} ORDER BY ${this.#total([value])} LIMIT 1`]);
  }

  rows(oids: readonly number[], scope: Scope): SqlNode {
    if (this.#room-- <= 0) return query(oids.map((oid) => ({ oid })), [sql`SELECT ${list(oids.map((oid) => literal(null, oid).node), ', ', oids.length)}`]);
    const made = this.#plain({ oids, outer: this.#visible(scope), depth: 0 });
    const [column, ...more] = made.columns;
    // It may become an array.
    if (column === undefined || more.length > 0) return made.node;
    return query(made.columns, [sql`SELECT * FROM (${made.node}) a${String(this.#names++)} ORDER BY ${isOrdered(column.oid) ? `${column.name}, ` : ''}${column.name}::text`]);
  }

  #visible(scope: Scope): Expr[] {
    return [...scope.fields, ...scope.outer].filter(({ column }) => column === true);
  }

  // Queries

  #query(wanted: Wanted): Select {
    const draw = this.#draw;
    if (wanted.depth <= 0 || this.#room-- <= 0) return this.#plain(wanted);
    return draw.weighted<() => Select>([
      [10, () => this.#plain(wanted)],
      [2, () => this.#combined(wanted)],
      [1.5, () => this.#first(wanted)],
    ])();
  }

  #plain(wanted: Wanted): Select {
    const draw = this.#draw;
    const duty = wanted.duties?.[0];
    if (duty?.kind === 'aggregate' || (wanted.oids === undefined && duty === undefined && draw.chance(0.35)) || (wanted.oids !== undefined && draw.chance(0.15))) return this.#grouped(wanted);
    return this.#flat(wanted);
  }

  #flat(wanted: Wanted): Select {
    const draw = this.#draw;
    const from = this.#from(wanted);
    const scope: Scope = { fields: from.fields, outer: wanted.outer, rows: from.rows ?? [] };
    if (wanted.oids === undefined && (wanted.duties ?? []).length === 0 && scope.rows!.length > 0 && draw.chance(0.15)) return this.#star(from, scope);
    const outputs = this.#outputs(wanted, scope);
    const series = wanted.oids === undefined && wanted.depth > 0 && draw.chance(0.06) ? [this.#series(scope)] : [];
    const all = [...outputs, ...series];
    const where = this.#where(scope, wanted.outer.length > 0 ? 0.65 : 0.2);
    const sortable = all.every(({ oid }) => mayGroup(oid));
    if (sortable && series.length === 0 && draw.chance(0.12)) return this.#latest(all, from, where);
    return select(all, from.node, where, sortable && draw.chance(0.15) ? optional('DISTINCT ') : '');
  }

  /** t.* */
  #star(from: From, scope: Scope): Select {
    const { alias, columns } = this.#draw.of(scope.rows!);
    const fields = columns.map((column): Column => ({ ...column, values: undefined }));
    return { columns: fields, node: query(fields, [sql`SELECT ${alias}.* FROM ${from.node}${this.#where(scope, 0.4)}`]) };
  }

  /** DISTINCT ON */
  #latest(outputs: readonly Expr[], from: From, where: Sql): Select {
    const draw = this.#draw;
    const columns = named(outputs);
    const keys = draw.int(1, Math.min(2, outputs.length));
    const on = outputs.slice(0, keys).map((_, index) => String(index + 1)).join(', ');
    // which of the rows that share a key is decided by all the columns, and by what they print as
    const order = outputs.map((_, index) => `${index + 1}${direction(draw)}`).join(', ');
    return { columns, node: query(columns, [sql`SELECT DISTINCT ON (${on}) ${list(columns.map(({ name }) => name), ', ', columns.length)} FROM (SELECT ${shownAs(outputs, columns)} FROM ${from.node}${where}) d${String(this.#names++)} ORDER BY ${order}${columns.map(({ name }) => `, ${name}::text`).join('')}`]) };
  }

  #outputs(wanted: Wanted, scope: Scope): Expr[] {
    const draw = this.#draw;
    const expressions = this.#expressions;
    if (wanted.oids !== undefined) return wanted.oids.map((oid) => expressions.of(oid, scope, wanted.depth));
    const duties = (wanted.duties ?? []).flatMap((duty) => (duty.kind === 'call' ? [expressions.call(duty.callable, scope, 2)] : [])).filter((made) => made !== undefined);
    const others = draw.list(draw.int(duties.length > 0 ? 0 : 1, 3), () => expressions.of(expressions.anyType(scope), scope, 2));
    return [...duties, ...others];
  }

  #grouped(wanted: Wanted): Select {
    const draw = this.#draw;
    const expressions = this.#expressions;
    const from = this.#from(wanted);
    const scope: Scope = { fields: from.fields, outer: wanted.outer, rows: from.rows ?? [] };
    const groupable = from.fields.filter(({ oid }) => mayGroup(oid));
    const keys = unique(draw.list(groupable.length === 0 ? 0 : draw.weighted([[1, 0], [4, 1], [2, 2]]), () => (draw.chance(0.8) ? draw.of(groupable) : expressions.of(draw.of(groupable).oid, { fields: groupable, outer: [] }, 1))));
    const owed = (wanted.duties ?? []).flatMap((duty) => (duty.kind === 'aggregate' ? [duty.row] : []));
    const rows = [...owed, ...draw.list(draw.int(owed.length > 0 ? 0 : 1, 2), () => draw.of(aggregates))].filter(({ id }) => this.#risk > 0 || !raisesForRows(id));
    const made = rows.map((row) => expressions.aggregate(row, scope, 1)).filter((aggregate) => aggregate !== undefined);
    const sets = keys.length > 0 && draw.chance(0.2);
    const above: Scope = { fields: [...keys.filter(({ column }) => column === true).map((key) => ({ ...key, values: key.values === undefined ? undefined : [...key.values, null] })), ...made], outer: wanted.outer };
    const outputs = wanted.oids !== undefined ? wanted.oids.map((oid) => expressions.of(oid, above, 1)) : [...keys.map((key) => inRole(key, 'key')), ...made.map((one) => (isExact(one.node.calls) ? inRole(one, 'exact') : one)), ...(draw.chance(0.3) ? [expressions.of(expressions.anyType(above), above, 1)] : []), ...(sets ? [expression(Oid.int4, [`grouping(`, keys[0]!.node, ')'])] : [])];
    const duties = wanted.oids === undefined ? (wanted.duties ?? []).flatMap((duty) => (duty.kind === 'call' ? [expressions.call(duty.callable, above, 1)] : [])).filter((call) => call !== undefined) : [];
    const grouping: Sql = keys.length === 0 ? '' : sql` GROUP BY ${sets ? this.#sets(keys) : list(keys.map(inGroupBy), ', ', 1)}`;
    const having: Sql = draw.chance(0.1) ? optional(sql` HAVING ${expressions.condition(above, 1).node}`) : '';
    const all = [...outputs, ...duties];
    return select(all.length > 0 ? all : [literal(1, Oid.int4)], from.node, sql`${this.#where(scope, 0.2)}${grouping}${having}`, '', wanted.top);
  }

  #sets(keys: readonly Expr[]): SqlNode {
    const written = list(keys.map(inGroupBy), ', ', 1);
    return this.#draw.of([() => sql`ROLLUP (${written})`, () => sql`CUBE (${written})`, () => sql`GROUPING SETS ((${written}), ())`, () => sql`GROUPING SETS (${inGroupBy(keys[0]!)}, (), (${written}))`])();
  }

  /** UNION, INTERSECT, EXCEPT */
  #combined(wanted: Wanted): Select {
    const draw = this.#draw;
    const { duties: _, ...rest } = { ...wanted, top: false };
    const left = this.#plain({ ...wanted, depth: wanted.depth - 1, top: false });
    const oids = left.columns.map(({ oid }) => oid);
    const sortable = oids.every(mayGroup);
    const right = this.#query({ ...rest, oids, depth: wanted.depth - 1 });
    const word = sortable ? draw.of(['UNION', 'UNION ALL', 'UNION', 'UNION ALL', 'INTERSECT', 'INTERSECT ALL', 'EXCEPT', 'EXCEPT ALL', 'EXCEPT', 'EXCEPT ALL']) : 'UNION ALL';
    const columns = left.columns.map((column, index) => ({ ...column, values: both(column.values, right.columns[index]!.values) }));
    return { columns, node: query(columns, ['(', left.node, `) ${word} (`, right.node, ')']) };
  }

  /** ORDER BY and LIMIT */
  #first(wanted: Wanted): Select {
    const draw = this.#draw;
    const inner = this.#plain({ ...wanted, depth: wanted.depth - 1, top: false });
    const alias = `o${this.#names++}`;
    const order = draw.shuffled(inner.columns).flatMap((column) => (isOrdered(column.oid) ? [`${inOrder(column)}${direction(draw)}`] : [])).concat(inner.columns.map((column) => `${inOrder(column)}::text`)).join(', ');
    const limit = draw.weighted([[4, ` LIMIT ${draw.weighted([[1, 0], [4, 1], [4, 2], [8, 5]])}`], [1, ` LIMIT ${draw.int(1, 4)} OFFSET ${draw.of([0, 1])}`], [1, ` OFFSET ${draw.of([0, 1, 2])}`], [1, ` FETCH FIRST ${draw.int(1, 4)} ROWS WITH TIES`], [2, '']]);
    return { columns: inner.columns, node: query(inner.columns, ['SELECT * FROM (', inner.node, `) ${alias} ORDER BY ${order}`, optional(limit)]) };
  }

  // FROM

  #from(wanted: Wanted): From {
    const draw = this.#draw;
    let from = this.#item({ ...wanted, duties: [] }, []);
    const tables = (wanted.duties ?? []).flatMap((duty) => (duty.kind === 'table' ? [duty.row] : []));
    for (let more = wanted.depth <= 0 ? draw.weighted([[5, 0], [1, 1]]) : draw.weighted([[4, 0], [4, 1], [2, 2]]); more > 0; more--) from = this.#joined(from, wanted);
    for (const row of tables) from = this.#expanded(from, row, wanted);
    if (tables.length === 0 && wanted.depth > 0 && draw.chance(0.07)) from = this.#expanded(from, draw.of(tableFunctions), wanted);
    return from;
  }

  #joined(left: From, wanted: Wanted): From {
    const draw = this.#draw;
    const lateral = draw.chance(0.15) && this.#room > 0;
    const right = lateral ? this.#derived({ outer: [...left.fields.filter(({ column }) => column === true), ...wanted.outer], depth: Math.min(1, wanted.depth - 1) }, 'LATERAL ') : this.#item(wanted, left.fields);
    const kind = lateral ? draw.of(['JOIN', 'LEFT JOIN', 'CROSS JOIN']) : draw.weighted([[4, 'JOIN'], [8, 'LEFT JOIN'], [1.5, 'RIGHT JOIN'], [2, 'FULL JOIN'], [1.4, 'CROSS JOIN']]);
    const rows = [...(kind === 'RIGHT JOIN' || kind === 'FULL JOIN' ? [] : left.rows ?? []), ...(kind === 'LEFT JOIN' || kind === 'FULL JOIN' ? [] : right.rows ?? [])];
    const nulls = (fields: readonly Expr[], missing: boolean): readonly Expr[] => (missing ? fields.map((field) => ({ ...field, values: field.values && [...field.values, null] })) : fields);
    const fields = [...nulls(left.fields, kind === 'RIGHT JOIN' || kind === 'FULL JOIN'), ...nulls(right.fields, kind === 'LEFT JOIN' || kind === 'FULL JOIN')];
    if (kind === 'CROSS JOIN') return { fields, rows, node: sql`${left.node} CROSS JOIN ${right.node}` };
    return { fields, rows, node: sql`${left.node} ${kind} ${right.node} ON ${this.#on(left.fields, right.fields, wanted, kind === 'FULL JOIN')}` };
  }

  #on(left: readonly Expr[], right: readonly Expr[], wanted: Wanted, equalityOnly: boolean): Sql {
    const draw = this.#draw;
    const pairs = left.flatMap((a) => right.filter((b) => a.oid === b.oid && comparable(a.oid) && isOrdered(a.oid)).map((b) => [a, b] as const));
    const keys = pairs.filter(([a]) => a.oid === Oid.int4);
    // Postgres wants FULL JOIN conditions that it can hash or merge.
    if (pairs.length === 0) return equalityOnly ? '1 = 1' : 'true';
    const equality = (): SqlNode => {
      const [a, b] = draw.of(keys.length > 0 && draw.chance(0.85) ? keys : pairs);
      return sql`${a.node}${!equalityOnly && draw.chance(0.1) ? ' IS NOT DISTINCT FROM ' : ' = '}${b.node}`;
    };
    const conditions: SqlNode[] = [equality()];
    if (draw.chance(0.15)) conditions.push(equality());
    if (!equalityOnly && draw.chance(0.25)) conditions.push(this.#expressions.condition({ fields: [...left, ...right], outer: wanted.outer }, draw.of([0, 0, 1])).node);
    return list(conditions, ' AND ');
  }

  #item(wanted: Wanted, _left: readonly Expr[]): From {
    const draw = this.#draw;
    return draw.weighted<() => From>([
      [8, () => this.#table()],
      [wanted.depth > 0 && this.#room > 0 ? 2 : 0, () => this.#derived({ outer: [], depth: wanted.depth - 1 }, '')],
      [0.6, () => this.#values()],
      [0.8, () => this.#sharing()],
      [0.4, () => this.#functions()],
      [wanted.depth > 0 && this.#room > 0 ? 0.6 : 0, () => this.#nested(wanted)],
    ])();
  }
  #table(): From {
    const relation = this.#common.length > 0 && this.#draw.chance(0.6) ? this.#draw.of(this.#common) : this.#draw.of(this.#relations);
    const alias = `a${this.#names++}`;
    return { node: sql`${relation.name} ${alias}`, fields: fieldsOf(alias, relation.columns), rows: [{ alias, columns: relation.columns }] };
  }
  #derived(wanted: Wanted, lateral: string): From {
    const alias = `q${this.#names++}`;
    const inner = this.#query(wanted);
    return { node: sql`${lateral}(${inner.node}) ${alias}`, fields: fieldsOf(alias, inner.columns) };
  }
  #nested(wanted: Wanted): From {
    const inner = this.#joined(this.#table(), { ...wanted, depth: 0 });
    return { node: sql`(${inner.node})`, fields: inner.fields, rows: inner.rows ?? [] };
  }
  /** NATURAL and USING: two tables whose columns of these names become one. */
  #sharing(): From {
    const draw = this.#draw;
    const [left, right] = [draw.of(this.#relations), draw.of(this.#relations)];
    const pairs = left.columns.flatMap((a) => right.columns.filter((b) => a.oid === b.oid && comparable(a.oid) && isOrdered(a.oid)).map((b) => [a, b] as const));
    const shared = draw.shuffled(pairs).slice(0, draw.weighted([[4, 1], [1, 2]])).map(([a, b]) => ({ a, b, name: `u${this.#names++}` }));
    if (shared.length === 0) return this.#table();
    const side = (relation: Relation, own: readonly { readonly column: Column; readonly name: string }[]): { readonly alias: string; readonly node: SqlNode; readonly columns: readonly Column[] } => {
      const alias = `s${this.#names++}`;
      const columns = [...own, ...draw.shuffled(relation.columns).slice(0, 2).map((column) => ({ column, name: `u${this.#names++}` }))];
      return { alias, node: sql`(SELECT ${columns.map(({ column, name }) => `${column.name} AS ${name}`).join(', ')} FROM ${relation.name}) ${alias}`, columns: columns.map(({ column, name }) => ({ ...column, name, values: column.values && [...column.values, null] })) };
    };
    const [one, other] = [side(left, shared.map(({ a, name }) => ({ column: a, name }))), side(right, shared.map(({ b, name }) => ({ column: b, name })))];
    const word = draw.of(['', 'LEFT ', 'RIGHT ', 'FULL ']);
    const node = draw.chance(0.4) ? sql`(${one.node} NATURAL ${word}JOIN ${other.node})` : sql`(${one.node} ${word}JOIN ${other.node} USING (${shared.map(({ name }) => name).join(', ')}))`;
    const merged = shared.map(({ a, b, name }) => field(name, a.oid, both(a.values, both(b.values, [null]))));
    return { node, fields: [...merged, ...fieldsOf(one.alias, one.columns), ...fieldsOf(other.alias, other.columns)] };
  }

  /** ROWS FROM: functions of rows side by side. */
  #functions(): From {
    const draw = this.#draw;
    const alias = `f${this.#names++}`;
    const calls = draw.list(draw.int(1, 3), () => this.#tableCall(draw.of(tableFunctions), NOTHING)).filter((call) => call !== undefined);
    if (calls.length === 0) return this.#table();
    const ordinality = draw.chance(0.4);
    const columns = [...calls.flatMap((call) => call.columns), ...(ordinality ? [Oid.int8] : [])].map((oid, at): Column => ({ name: `c${at}`, oid, values: undefined }));
    return { node: sql`ROWS FROM (${list(calls.map(({ node }) => node), ', ', calls.length)})${ordinality ? ' WITH ORDINALITY' : ''} ${alias}(${columns.map(({ name }) => name).join(', ')})`, fields: fieldsOf(alias, columns) };
  }

  #values(): From {
    const draw = this.#draw;
    const alias = `v${this.#names++}`;
    const oids = draw.list(draw.int(1, 2), () => draw.of([Oid.int4, Oid.int4, draw.of(columnTypes)]));
    const rows = draw.list(draw.int(1, 4), () => oids.map((oid) => this.#expressions.of(oid, NOTHING, 0)));
    const columns = oids.map((oid, at): Column => ({ name: `c${at}`, oid, values: rows.flatMap((row) => row[at]!.values ?? []) }));
    return { node: sql`(VALUES ${list(rows.map((row) => sql`(${list(row.map(({ node }) => node), ', ', row.length)})`))}) ${alias}(${columns.map(({ name }) => name).join(', ')})`, fields: fieldsOf(alias, columns) };
  }

  /** A table function beside what it takes its arguments of. */
  #expanded(from: From, row: TableFunctionRow, wanted: Wanted): From {
    const draw = this.#draw;
    const call = this.#tableCall(row, { fields: from.fields.filter(({ column }) => column === true), outer: wanted.outer });
    if (call === undefined) return from;
    const alias = `f${this.#names++}`;
    const ordinality = draw.chance(0.3);
    const outer = draw.chance(0.4);
    const columns = [...call.columns.map((oid, at): Column => ({ name: `c${at}`, oid, values: undefined })), ...(ordinality ? [{ name: 'n', oid: Oid.int8, values: undefined }] : [])];
    const node = sql`${from.node} ${outer ? 'LEFT JOIN' : 'CROSS JOIN'} LATERAL ${call.node}${ordinality ? ' WITH ORDINALITY' : ''} ${alias}(${columns.map(({ name }) => name).join(', ')})${outer ? ' ON true' : ''}`;
    return { node, fields: [...from.fields, ...fieldsOf(alias, columns)], rows: from.rows ?? [] };
  }

  #tableCall(row: TableFunctionRow, scope: Scope): { readonly node: SqlNode; readonly columns: readonly number[] } | undefined {
    const draw = this.#draw;
    const binding = bind(draw, row.args, row.columns[0]!.type);
    const columns = row.columns.map(({ type }) => binding?.(type) ?? 0);
    if (binding === undefined || columns.some((oid) => findType(oid) === undefined)) return undefined;
    const counting = seriesArguments(row, draw);
    if (counting !== undefined) return { columns, node: { ...sql`"${row.name}"(${counting})`, calls: row.id } };
    for (let attempt = 0; attempt < 8; attempt++) {
      const args = row.args.map((declared, index) => {
        const oid = binding(declared);
        if ((oid === Oid.int4 || oid === Oid.int8 || oid === Oid.numeric) && (attempt > 2 || index > 0 || draw.chance(0.5))) return literal(domainOf(Oid.int4)[draw.int(0, 4)]!, Oid.int4);
        return attempt > 1 || this.#room <= 0 ? literal(draw.of([...domainOf(oid), null]), oid) : this.#expressions.of(oid, scope, 1);
      });
      if (this.#works(row, args)) return { columns, node: { ...sql`"${row.name}"(${list(args.map(({ node, oid }, index) => (oid === binding(row.args[index]!) ? node : sql`${node}${castTo(binding(row.args[index]!))}`)), ', ', args.length)})`, calls: row.id } };
    }
    return undefined;
  }
  /** Whether it answers for a value of each argument, with few rows. Dates make short series too seldom to be tried. */
  #works(row: TableFunctionRow, args: readonly Expr[]): boolean {
    if (args.some(({ values }) => values === undefined)) return /^unnest|^generate_subscripts/.test(row.id) && args.length === 1;
    const product = args.reduce<readonly (readonly unknown[])[]>((made, { values }) => made.flatMap((before) => values!.map((value) => [...before, value])).slice(0, 300), [[]]);
    return product.every((values) => {
      if (row.strict && values.includes(null)) return true;
      try {
        let count = 0;
        for (const _ of tableFunctionById(row.id)!.evaluate(...values, environment)) if (++count > 60) return false;
        return true;
      } catch {
        return false;
      }
    });
  }
  /** A function of rows in the select list. */
  #series(scope: Scope): Expr {
    const draw = this.#draw;
    if (draw.chance(0.5)) return expression(Oid.int4, [`generate_series(1, ${draw.int(0, 3)})`]);
    return expression(Oid.text, ['unnest(', this.#expressions.of(Oid.textArray, scope, 1).node, ')']);
  }

  #where(scope: Scope, often: number): Sql {
    if (!this.#draw.chance(often)) return '';
    return optional(sql` WHERE ${list([this.#expressions.condition(scope, this.#draw.of([0, 1, 1])).node, ...(this.#draw.chance(0.2) ? [this.#expressions.condition(scope, 1).node] : [])], ' AND ')}`);
  }
  #total(values: readonly Expr[]): Sql {
    return list(values.flatMap(({ node, oid }) => (isOrdered(oid) ? [sql`${node}${direction(this.#draw)}`, sql`${node}::text`] : [sql`${node}::text`])), ', ', 2);
  }
}

/** Literals for a series of few rows of a type whose other values lie far apart. */
function seriesArguments({ id, args }: TableFunctionRow, draw: Draw): string | undefined {
  if (!/^generate_series\((timestamp|numeric|int8)/.test(id)) return undefined;
  const type = castTo(args[0]!);
  if (/timestamp/.test(id)) {
    const texts = [`'2020-02-28'${type}`, `'2020-03-0${draw.int(1, 3)} 12:00'${type}`, `'${draw.of(['1 day', '36 hours', '1 mon'])}'::interval`, "'UTC'"];
    return texts.slice(0, args.length).join(', ');
  }
  return [`${draw.int(-2, 2)}${type}`, `${draw.int(0, 4)}${type}`, `${draw.int(1, 2)}${type}`].slice(0, args.length).join(', ');
}

/** The last digits of doubles that are computed over rows must not choose a row. */
const inOrder = ({ name, oid, values }: Column): string => (values === undefined && (oid === Oid.float8 || oid === Oid.float4) ? `round(${name}::numeric, 9)` : name);
const direction = (draw: Draw): string => draw.of(['', '', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST']);
const inGroupBy = ({ node, column }: Expr): SqlNode => (column === true ? node : sql`(${node})`);
const field = (name: string, oid: number, values: Expr['values']): Expr => ({ oid, values, column: true, node: { kind: 'expression', shape: String(oid), nothing: `NULL${castTo(oid)}`, parts: [name] } });
const fieldsOf = (alias: string, columns: readonly Column[]): Expr[] => columns.map(({ name, oid, values }) => field(`${alias}.${name}`, oid, values));
const named = (outputs: readonly Expr[]): Column[] => outputs.map(({ oid, values }, index) => ({ name: `c${index}`, oid, values }));
const shownAs = (outputs: readonly Expr[], columns: readonly Column[]): SqlNode => list(outputs.map(({ node }, index) => sql`${node} AS ${columns[index]!.name}`), ', ', 1);
const query = (columns: readonly { readonly oid: number }[], parts: readonly Sql[]): SqlNode => ({ kind: 'query', shape: columns.map(({ oid }) => oid).join(' '), parts });

function select(outputs: readonly Expr[], from: SqlNode, rest: Sql, distinct: Sql, top = false): Select {
  const columns = named(outputs);
  const shown = shownAs(outputs, columns);
  return { columns, node: query(columns, [sql`SELECT ${distinct}${top ? { ...shown, role: 'outputs' } : shown} FROM ${from}${rest}`]) };
}
const inRole = (expr: Expr, role: 'key' | 'exact'): Expr => ({ ...expr, node: { kind: 'text', shape: '', parts: [expr.node], role } });
function both(a: Expr['values'], b: Expr['values']): Expr['values'] {
  return a === undefined || b === undefined || a.length + b.length > 40 ? undefined : [...a, ...b];
}
function unique(keys: readonly Expr[]): Expr[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key.node), key])).values()];
}
