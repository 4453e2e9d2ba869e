import type { ColumnSpec, Kind, TableSpec } from './history.ts';
import { startMs } from './history.ts';
import type { Draw } from './random.ts';

interface Field {
  readonly sql: string;
  readonly kind: Kind;
}
interface Select {
  readonly sql: string;
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[];
}

const moment = (offsetMs: number): string => `timestamp '${new Date(startMs + offsetMs).toISOString().replace('T', ' ').replace('Z', '')}'`;

/** Random queries of the kinds the engine maintains, in SQL that Postgres answers too. Nothing in them raises an error or leaves the answer open. */
export class QueryDraw {
  readonly #draw: Draw;
  readonly #tables: readonly TableSpec[];
  #names = 0;

  constructor(draw: Draw, tables: readonly TableSpec[]) {
    this.#draw = draw;
    this.#tables = tables;
  }

  /** A query whose columns are c0, c1, ... */
  query(depth = 2): Select {
    const draw = this.#draw;
    const plain = (): Select => draw.weighted<() => Select>([
      [5, () => this.#flat()], [5, () => this.#grouped()], [1, () => this.#latest()], [1, () => this.#lateral()],
    ])();
    if (depth <= 0) return plain();
    return draw.weighted<() => Select>([
      [10, plain],
      [2, () => this.#combined(depth - 1)],
      [2, () => this.#limited(depth - 1)],
      [2, () => this.#over(depth - 1)],
    ])();
  }

  #alias(): string {
    return `a${this.#names++}`;
  }
  #fields(alias: string, columns: readonly { readonly name: string; readonly kind: Kind }[]): Field[] {
    return columns.map(({ name, kind }) => ({ sql: `${alias}.${name}`, kind }));
  }

  // FROM

  #occurrence(): { readonly sql: string; readonly fields: readonly Field[] } {
    const alias = this.#alias();
    if (this.#draw.chance(0.12)) {
      const inner = this.#grouped(false);
      return { sql: `(${inner.sql}) ${alias}`, fields: this.#fields(alias, inner.columns) };
    }
    const table = this.#draw.of(this.#tables);
    return { sql: `${table.name} ${alias}`, fields: this.#fields(alias, table.columns) };
  }

  #from(): { readonly sql: string; readonly fields: readonly Field[] } {
    const draw = this.#draw;
    let from = this.#occurrence();
    for (let more = draw.weighted([[4, 0], [4, 1], [2, 2], [1, 3]]); more > 0; more--) {
      let next = this.#occurrence();
      if (more > 1 && draw.chance(0.4)) {
        more--;
        const inner = this.#occurrence();
        next = { sql: `(${next.sql} ${draw.of(['JOIN', 'LEFT JOIN', 'LEFT JOIN'])} ${inner.sql} ON ${this.#on(next.fields, inner.fields)})`, fields: [...next.fields, ...inner.fields] };
      }
      const kind = draw.weighted([[5, 'JOIN'], [6, 'LEFT JOIN'], [0.7, 'RIGHT JOIN'], [0.7, 'FULL JOIN']]);
      // Postgres wants FULL JOIN conditions that it can hash or merge.
      from = { sql: `${from.sql} ${kind} ${next.sql} ON ${kind === 'FULL JOIN' ? this.#equality(from.fields, next.fields, false) : this.#on(from.fields, next.fields)}`, fields: [...from.fields, ...next.fields] };
    }
    return from;
  }

  #equality(left: readonly Field[], right: readonly Field[], free = true): string {
    const draw = this.#draw;
    const pairs = left.flatMap((a) => right.filter((b) => a.kind === b.kind).map((b) => [a, b] as const));
    if (pairs.length === 0) return free ? 'true' : '1 = 1';
    const [a, b] = draw.of(pairs);
    if (free && draw.chance(0.12)) return `${a.sql} IS NOT DISTINCT FROM ${b.sql}`;
    if (free && a.kind === 'int' && draw.chance(0.15)) return `coalesce(${a.sql}, 0) = ${b.sql}`;
    if (free && a.kind === 'int' && draw.chance(0.1)) return `${a.sql} = ${b.sql} + 1`;
    return `${a.sql} = ${b.sql}`;
  }

  #on(left: readonly Field[], right: readonly Field[]): string {
    const draw = this.#draw;
    const conditions = draw.list(draw.weighted([[0.4, 0], [6, 1], [2, 2]]), () => this.#equality(left, right));
    if (draw.chance(0.2)) conditions.push(this.#predicate(draw.chance(0.5) ? right : [...left, ...right], 1));
    return conditions.length === 0 ? 'true' : conditions.join(' AND ');
  }

  // Expressions

  #expression(fields: readonly Field[], kind: Kind, depth: number): string {
    const draw = this.#draw;
    const own = fields.filter((field) => field.kind === kind);
    const leaf = (): string => (own.length > 0 && draw.chance(0.85) ? draw.of(own).sql : this.#literal(kind));
    if (depth <= 0 || draw.chance(0.4)) return leaf();
    const inner = (of: Kind = kind): string => this.#expression(fields, of, depth - 1);
    const choose = (): string => `CASE WHEN ${this.#predicate(fields, depth - 1)} THEN ${inner()} ${draw.chance(0.7) ? `ELSE ${inner()} ` : ''}END`;
    const fill = (): string => `coalesce(${inner()}, ${this.#literal(kind)})`;
    switch (kind) {
      case 'int':
        return draw.of([() => `(${inner()} + ${inner()})`, () => `(${inner()} - ${leaf()})`, () => `(${inner()} * 2)`, () => `length(${inner('text')})`, () => `nullif(${inner()}, 1)`, () => `greatest(${inner()}, ${leaf()})`, choose, fill])();
      case 'num':
        return draw.of([() => `(${inner()} + 1.5)`, () => `(${inner()} - ${leaf()})`, () => `(${inner()} * ${this.#expression(fields, 'int', 0)})`, choose, fill])();
      case 'text':
        return draw.of([() => `(${inner()} || '-')`, () => `upper(${inner()})`, () => `(${inner('int')})::text`, choose, fill])();
      case 'ts':
        return draw.of([() => `(${leaf()} + interval '1 second')`, choose, fill])();
      case 'bool':
        return draw.of([() => `(${this.#predicate(fields, depth - 1)})`, choose, fill])();
      case 'float':
        return draw.of([choose, fill])();
    }
  }

  #literal(kind: Kind): string {
    const draw = this.#draw;
    switch (kind) {
      case 'int':
        return String(draw.int(0, 3));
      case 'num':
        return draw.of(['0.00', '1.50', '7.00']);
      case 'text':
        return draw.of(["''", "'a'", "'b'"]);
      case 'ts':
        return moment(draw.of([0, 1000, 2000, 3000]));
      case 'bool':
        return draw.of(['true', 'false']);
      case 'float':
        return draw.of(["'0'::float8", "'0.5'::float8"]);
    }
  }

  #predicate(fields: readonly Field[], depth: number): string {
    const draw = this.#draw;
    const field = draw.of(fields);
    const same = fields.filter((other) => other.kind === field.kind);
    const comparison = (): string => `${field.sql} ${draw.of(['=', '<>', '<', '<=', '>', '>='])} ${draw.chance(0.5) ? draw.of(same).sql : this.#literal(field.kind)}`;
    const simple = (): string => draw.weighted<() => string>([
      [6, comparison],
      [1, () => `${field.sql} IS ${draw.of(['', 'NOT '])}NULL`],
      [1, () => `${field.sql} IN (${this.#literal(field.kind)}, ${this.#literal(field.kind)})`],
      [0.5, () => `${field.sql} IS DISTINCT FROM ${this.#literal(field.kind)}`],
    ])();
    if (depth <= 0) return simple();
    const inner = (): string => this.#predicate(fields, depth - 1);
    return draw.weighted<() => string>([[4, simple], [1, () => `(${inner()} OR ${inner()})`], [1, () => `(${inner()} AND ${inner()})`], [1, () => `NOT (${inner()})`]])();
  }

  // WHERE

  /** A condition with a subquery over `fields`. */
  #subquery(fields: readonly Field[]): string {
    const draw = this.#draw;
    const table = draw.of(this.#tables);
    const alias = this.#alias();
    const inner = this.#fields(alias, table.columns);
    const link = (): string => `${inner[0]!.sql} = ${this.#expression(fields, 'int', 0)}`;
    const also = draw.chance(0.4) ? ` AND ${this.#predicate(inner, 0)}` : '';
    const field = draw.of(fields);
    const matching = inner.filter((candidate) => candidate.kind === field.kind);
    return draw.weighted<() => string>([
      [3, () => `${draw.of(['', 'NOT '])}EXISTS (SELECT FROM ${table.name} ${alias} WHERE ${link()}${also})`],
      [3, () => matching.length === 0 ? 'true' : `${field.sql} ${draw.of(['', 'NOT '])}IN (SELECT ${draw.of(matching).sql} FROM ${table.name} ${alias} WHERE ${this.#predicate(inner, 0)})`],
      [2, () => `${this.#expression(fields, 'int', 1)} ${draw.of(['<', '>=', '='])} (SELECT ${draw.of(['max', 'min', 'count'])}(${inner[1]!.sql}) FROM ${table.name} ${alias}${draw.chance(0.6) ? ` WHERE ${link()}` : ''})`],
    ])();
  }

  #temporal(fields: readonly Field[]): string[] {
    const draw = this.#draw;
    const stamps = fields.filter((field) => field.kind === 'ts');
    if (stamps.length === 0) return [];
    const bound = (): string => {
      const stamp = draw.of(stamps).sql;
      const shifted = draw.chance(0.7) ? `${stamp} + interval '${draw.int(1, 6) * 500} milliseconds'` : stamp;
      return draw.weighted<() => string>([
        [8, () => `mz_now() ${draw.weighted([[3, '<'], [3, '<='], [3, '>='], [2, '>'], [0.3, '='], [0.3, '<>']])} ${shifted}`],
        [2, () => `${shifted} ${draw.of(['<', '<=', '>', '>='])} mz_now()`],
        [1, () => `mz_now()::timestamp - ${stamp} ${draw.of(['<', '<=', '>', '>='])} interval '${draw.int(1, 6) * 500} milliseconds'`],
      ])();
    };
    const condition = (): string => draw.weighted<() => string>([
      [8, bound],
      [1, () => `NOT (${bound()})`],
      [3, () => `(${bound()} OR ${bound()})`],
      [2, () => `(${bound()} AND ${bound()} OR ${bound()})`],
      [1, () => `(${this.#predicate(fields, 0)} OR ${bound()})`],
      [1, () => `NOT (${bound()} OR ${this.#predicate(fields, 0)} AND ${bound()})`],
    ])();
    return draw.list(draw.weighted([[3, 1], [2, 2]]), condition);
  }

  #where(fields: readonly Field[]): string {
    const draw = this.#draw;
    const conditions: string[] = [];
    if (draw.chance(0.5)) conditions.push(this.#predicate(fields, 2));
    if (draw.chance(0.25)) conditions.push(this.#subquery(fields));
    if (draw.chance(0.3)) conditions.push(...this.#temporal(fields));
    return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  }

  // SELECT

  #flat(): Select {
    const draw = this.#draw;
    const from = this.#from();
    const outputs = draw.list(draw.int(1, 4), () => this.#output(from.fields));
    const scalar = draw.chance(0.12) ? this.#scalar(from.fields) : undefined;
    const all = scalar === undefined ? outputs : [...outputs, scalar];
    return { sql: `SELECT ${draw.chance(0.25) ? 'DISTINCT ' : ''}${listed(all)} FROM ${from.sql}${this.#where(from.fields)}`, columns: named(all) };
  }

  #output(fields: readonly Field[]): Field {
    const { kind } = this.#draw.of(fields);
    return { sql: this.#expression(fields, kind, 2), kind };
  }

  #scalar(fields: readonly Field[]): Field {
    const table = this.#draw.of(this.#tables);
    const alias = this.#alias();
    const outer = this.#expression(fields, 'int', 0);
    return { kind: 'int', sql: `(SELECT ${this.#draw.of(['count(*)', `max(${alias}.i)`, `sum(${alias}.k)`])} FROM ${table.name} ${alias} WHERE ${alias}.k = ${outer})` };
  }

  #aggregate(fields: readonly Field[]): Field {
    const draw = this.#draw;
    const arg = (kind: Kind): string => this.#expression(fields, kind, 1);
    const kinds = [...new Set(fields.map((field) => field.kind))];
    const any = draw.of(kinds.some((kind) => kind !== 'bool') ? kinds.filter((kind) => kind !== 'bool') : ['int' as const]);
    const made = draw.weighted<() => Field>([
      [2, () => ({ sql: 'count(*)', kind: 'int' })],
      [2, () => ({ sql: `count(${arg(draw.of(kinds))})`, kind: 'int' })],
      [2, () => ({ sql: `count(DISTINCT ${arg(draw.of(kinds))})`, kind: 'int' })],
      [2, () => ({ sql: `sum(${arg('int')})::int8`, kind: 'int' })],
      [1, () => ({ sql: `sum(DISTINCT ${arg('int')})::int8`, kind: 'int' })],
      [2, () => ({ sql: `sum(${arg('num')})`, kind: 'num' })],
      [1, () => ({ sql: `avg(${arg('int')})`, kind: 'num' })],
      [1, () => ({ sql: `avg(${arg('num')})`, kind: 'num' })],
      [4, () => ({ sql: `${draw.of(['min', 'max'])}(${arg(any)})`, kind: any })],
      [3, () => ({ sql: `${draw.of(['bool_and', 'bool_or', 'every'])}(${arg('bool')})`, kind: 'bool' })],
      [1, () => {
        const text = arg('text');
        return { sql: `string_agg(${text}, ',' ORDER BY ${text}${draw.of(['', ' DESC'])})`, kind: 'text' };
      }],
    ])();
    if (!draw.chance(0.3)) return made;
    const filter = ` FILTER (WHERE ${this.#predicate(fields, 1)})`;
    return { ...made, sql: made.sql.endsWith('::int8') ? `(${made.sql.slice(0, -6)}${filter})::int8` : made.sql + filter };
  }

  #grouped(temporal = true): Select {
    const draw = this.#draw;
    const from = temporal ? this.#from() : this.#table();
    // Mostly few groups of several rows: an aggregate over single rows tells little.
    const coarse = from.fields.filter(({ kind }) => kind === 'int' || kind === 'bool');
    const key = (): Field => (coarse.length > 0 && draw.chance(0.5) ? draw.of(coarse) : this.#output(from.fields));
    const keys = draw.list(draw.weighted([[1, 0], [4, 1], [1, 2]]), key);
    const aggregates = draw.list(draw.int(1, 3), () => this.#aggregate(from.fields));
    // A key that is a literal would be read as the number of a column.
    const grouping = keys.length === 0 ? '' : ` GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`;
    const having = draw.chance(0.15) ? ` HAVING ${draw.of(['count(*) > 1', 'count(*) < 3', 'bool_or(true)'])}` : '';
    const all = [...keys, ...aggregates];
    return { sql: `SELECT ${listed(all)} FROM ${from.sql}${temporal ? this.#where(from.fields) : ''}${grouping}${having}`, columns: named(all) };
  }

  #table(): { readonly sql: string; readonly fields: readonly Field[] } {
    const table = this.#draw.of(this.#tables);
    const alias = this.#alias();
    return { sql: `${table.name} ${alias}`, fields: this.#fields(alias, table.columns) };
  }

  /** DISTINCT ON */
  #latest(): Select {
    const from = this.#table();
    const all = this.#draw.shuffled(from.fields);
    return { sql: `SELECT DISTINCT ON (${all[0]!.sql}) ${listed(all)} FROM ${from.sql} ORDER BY ${this.#order(all.map(({ sql }) => sql))}`, columns: named(all) };
  }

  /** The first rows of each group. */
  #lateral(): Select {
    const draw = this.#draw;
    const groups = this.#table();
    const table = draw.of(this.#tables);
    const inner = this.#alias();
    const alias = this.#alias();
    const columns = this.#fields(inner, table.columns);
    const lateral = `(SELECT ${inner}.* FROM ${table.name} ${inner} WHERE ${inner}.k = ${groups.fields[0]!.sql} ORDER BY ${this.#order(draw.shuffled(columns).map(({ sql }) => sql))} LIMIT ${draw.int(1, 2)}) ${alias}`;
    const fields = this.#fields(alias, table.columns);
    const outputs = [groups.fields[0]!, ...draw.list(draw.int(1, 3), () => draw.of([...groups.fields, ...fields]))];
    return { sql: `SELECT ${listed(outputs)} FROM ${groups.sql} ${draw.of([`CROSS JOIN LATERAL ${lateral}`, `LEFT JOIN LATERAL ${lateral} ON true`])}`, columns: named(outputs) };
  }

  #order(columns: readonly string[]): string {
    return columns.map((column) => `${column}${this.#draw.of(['', ' DESC', ' ASC NULLS FIRST', ' DESC NULLS LAST'])}`).join(', ');
  }

  /** UNION, EXCEPT, INTERSECT of two queries of the same columns. */
  #combined(depth: number): Select {
    const draw = this.#draw;
    const [left, right] = [this.query(depth), this.query(depth)];
    const from = (select: Select): string => `(${select.sql}) ${this.#alias()}`;
    const columns = left.columns.filter(({ kind }) => right.columns.some((other) => other.kind === kind));
    if (columns.length === 0) return left;
    const taken = columns.map(({ name, kind }) => ({ left: name, right: draw.of(right.columns.filter((other) => other.kind === kind)).name, kind }));
    const operator = draw.weighted([[5, 'UNION ALL'], [2, 'UNION'], [1, 'EXCEPT'], [1, 'EXCEPT ALL'], [1, 'INTERSECT'], [0.5, 'INTERSECT ALL']]);
    const cast = (name: string, kind: Kind): string => (kind === 'int' ? `${name}::int8` : kind === 'ts' ? `${name}::timestamp` : kind === 'num' ? `${name}::numeric` : name);
    return {
      sql: `SELECT ${taken.map((column, index) => `${cast(column.left, column.kind)} AS c${index}`).join(', ')} FROM ${from(left)} ${operator} SELECT ${taken.map((column) => cast(column.right, column.kind)).join(', ')} FROM ${from(right)}`,
      columns: taken.map(({ kind }, index) => ({ name: `c${index}`, kind })),
    };
  }

  #limited(depth: number): Select {
    const draw = this.#draw;
    const inner = this.query(depth);
    const alias = this.#alias();
    const order = this.#order(draw.shuffled(inner.columns).map(({ name }) => name));
    const offset = draw.chance(0.3) ? ` OFFSET ${draw.int(1, 2)}` : '';
    return { sql: `SELECT * FROM (${inner.sql}) ${alias} ORDER BY ${order} LIMIT ${draw.int(1, 4)}${offset}`, columns: inner.columns };
  }

  /** A query over a query. */
  #over(depth: number): Select {
    const draw = this.#draw;
    const inner = this.query(depth);
    const alias = this.#alias();
    const fields = this.#fields(alias, inner.columns);
    const int = fields.some(({ kind }) => kind === 'int');
    const [output, total] = [this.#output(fields), draw.of(['count(*)', ...(int ? [`max(${fields.find(({ kind }) => kind === 'int')!.sql})`] : [])])];
    const all: Field[] = [output, { sql: total, kind: 'int' }];
    return { sql: `SELECT ${listed(all)} FROM (${inner.sql}) ${alias} GROUP BY 1`, columns: named(all) };
  }
}

const listed = (fields: readonly Field[]): string => fields.map(({ sql }, index) => `${sql} AS c${index}`).join(', ');
const named = (fields: readonly Field[]): { readonly name: string; readonly kind: Kind }[] => fields.map(({ kind }, index) => ({ name: `c${index}`, kind }));

export type { Select, ColumnSpec };
