import { Oid } from '../../src/core/index.ts';
import type { Draw } from '../laws/support/random.ts';
import { Expressions } from './expressions.ts';
import type { Column, Relation } from './queries.ts';
import { print } from './tree.ts';
import { castTo, domainOf, isOrdered, printDatum } from './values.ts';
import type { Expr } from './values.ts';

export interface Table extends Relation {
  /** `id` is its primary key */
  readonly hasKey: boolean;
}

/** Ids that MERGE makes of a source's keys lie apart from those that INSERT counts up. */
const MERGED_IDS = 1000;
const NO_SUBQUERY = (oids: readonly number[]): { readonly kind: 'text'; readonly shape: string; readonly parts: readonly string[] } => ({ kind: 'text', shape: '', parts: [`SELECT ${oids.map((oid) => `NULL${castTo(oid)}`).join(', ')}`] });

/** What happens to the rows of a case: statements whose outcome does not depend on the order of rows. */
export class Changes {
  readonly #draw: Draw;
  readonly #tables: readonly Table[];
  readonly #expressions: Expressions;
  readonly #nextId = new Map<string, number>();
  #merges = 0;

  constructor(draw: Draw, tables: readonly Table[]) {
    this.#draw = draw;
    this.#tables = tables;
    this.#expressions = new Expressions(draw, { scalar: (oid) => NO_SUBQUERY([oid]), rows: NO_SUBQUERY }, 0);
  }

  /** First rows for every table, then batches of changes. */
  batches(): string[][] {
    const draw = this.#draw;
    return [this.#tables.map((table) => this.#insert(table, draw.int(3, 6))), ...draw.list(2, () => draw.list(draw.int(1, 3), () => this.#statement()))];
  }

  #statement(): string {
    const draw = this.#draw;
    const table = draw.of(this.#tables);
    const keyed = table.hasKey;
    return draw.weighted<() => string>([
      [keyed && this.#idsOf(table) > 9 ? 0 : 3, () => this.#insert(table, draw.int(1, 2))],
      [3, () => this.#update(table)],
      [2, () => `DELETE FROM ${table.name} WHERE ${this.#condition(table)}${this.#returning(table)}`],
      [keyed ? 0 : 0.7, () => `INSERT INTO ${table.name} SELECT * FROM ${table.name} WHERE ${this.#condition(table)}`],
      [keyed ? 0 : 1, () => this.#insertOfFunction(table)],
      [keyed ? 2 : 0, () => this.#upsert(table)],
      [1, () => this.#updateFrom(table)],
      [1, () => this.#deleteUsing(table)],
      [1, () => this.#merge(table)],
      [0.3, () => `TRUNCATE ${table.name}`],
    ])();
  }

  // Values

  #idsOf(table: Table): number {
    return this.#nextId.get(table.name) ?? 1;
  }
  #free(table: Table): readonly Column[] {
    return table.columns.filter(({ name }) => name !== 'id');
  }
  #value({ name, oid }: Column): string {
    return this.#draw.chance(0.12) ? 'NULL' : printDatum(this.#draw.of(name === 'k' ? domainOf(oid).slice(0, 5) : domainOf(oid)), oid);
  }
  #typed(column: Column): string {
    const value = this.#value(column);
    return `${value}${castTo(column.oid)}`;
  }
  #row(table: Table, id: () => number): string {
    return `(${table.columns.map((column) => (table.hasKey && column.name === 'id' ? String(id()) : this.#value(column))).join(', ')})`;
  }
  #condition(table: Table, alias = ''): string {
    return print(this.#expressions.condition({ fields: this.#fields(table, alias), outer: [] }, 0).node);
  }
  #fields(table: Table, alias: string): Expr[] {
    return this.#free(table).map(({ name, oid, values }) => ({ oid, values, column: true, node: { kind: 'expression', shape: String(oid), parts: [`${alias}${name}`] } as const }));
  }
  #returning(table: Table): string {
    return this.#draw.chance(0.3) ? ` RETURNING ${this.#draw.of(['*', this.#draw.of(table.columns).name])}` : '';
  }

  // Statements

  #insert(table: Table, rows: number): string {
    const counted = (): number => {
      const id = this.#idsOf(table);
      this.#nextId.set(table.name, id + 1);
      return id;
    };
    return `INSERT INTO ${table.name} VALUES ${this.#draw.list(rows, () => this.#row(table, counted)).join(', ')}`;
  }

  /** Rows that a function of rows gives. */
  #insertOfFunction(table: Table): string {
    const draw = this.#draw;
    const keys = draw.list(draw.int(1, 3), () => draw.int(0, 3));
    const rest = this.#free(table).filter(({ name }) => name !== 'k');
    const columns = `k${rest.map(({ name }) => `, ${name}`).join('')}`;
    const source = draw.of([
      `generate_series(${Math.min(...keys)}, ${Math.max(...keys)}) AS s(k)`, `unnest(ARRAY[${keys.join(', ')}]) AS s(k)`,
      `jsonb_to_recordset('${JSON.stringify(keys.map((k) => ({ k })))}') AS s(k int4)`, `(SELECT value::text::int4 FROM json_array_elements('[${keys.join(', ')}]')) AS s(k)`,
    ]);
    return `INSERT INTO ${table.name} (${columns}) SELECT s.k${rest.map((column) => `, ${this.#typed(column)}`).join('')} FROM ${source}`;
  }

  #update(table: Table): string {
    const target = this.#draw.of(this.#free(table));
    return `UPDATE ${table.name} SET ${target.name} = ${this.#draw.chance(0.2) ? 'NULL' : this.#typed(target)} WHERE ${this.#condition(table)}${this.#returning(table)}`;
  }

  #upsert(table: Table): string {
    const draw = this.#draw;
    const ids = draw.shuffled([1, 2, 3, 4, 5, 6]);
    const rows = draw.list(draw.int(1, 3), (index) => this.#row(table, () => ids[index]!));
    const target = draw.of(this.#free(table));
    for (const id of ids) this.#nextId.set(table.name, Math.max(this.#idsOf(table), id + 1));
    const action = draw.weighted<() => string>([
      [1, () => 'ON CONFLICT DO NOTHING'],
      [1, () => 'ON CONFLICT (id) DO NOTHING'],
      [2, () => `ON CONFLICT (id) DO UPDATE SET ${target.name} = excluded.${target.name}`],
      [1, () => `ON CONFLICT (id) DO UPDATE SET ${target.name} = ${this.#typed(target)}, k = excluded.k WHERE ${this.#condition(table, `${table.name}.`)}`.replace('k = excluded.k', target.name === 'k' ? 'j = excluded.j' : 'k = excluded.k')],
    ])();
    return `INSERT INTO ${table.name} VALUES ${rows.join(', ')} ${action}${this.#returning(table)}`;
  }

  /** One row for each key of another table, always the same one. */
  #byKey(source: Table): string {
    return `(SELECT DISTINCT ON (k) * FROM ${source.name} ORDER BY k${source.columns.map(({ name }) => `, ${name}::text`).join('')}) s`;
  }
  /** A value of the source's that fits the column, or a literal. */
  #fitting(source: Table, target: Column): string {
    const fitting = this.#free(source).filter(({ oid }) => oid === target.oid);
    return fitting.length > 0 && this.#draw.chance(0.8) ? `s.${this.#draw.of(fitting).name}` : this.#typed(target);
  }

  #updateFrom(table: Table): string {
    const source = this.#draw.of(this.#tables);
    const target = this.#draw.of(this.#free(table));
    const also = this.#draw.chance(0.4) ? ` AND ${this.#condition(table, 't.')}` : '';
    return `UPDATE ${table.name} t SET ${target.name} = ${this.#fitting(source, target)} FROM ${this.#byKey(source)} WHERE s.k = t.k${also}`;
  }
  #deleteUsing(table: Table): string {
    const source = this.#draw.of(this.#tables);
    return `DELETE FROM ${table.name} t USING ${source.name} s WHERE s.k = t.k AND ${this.#draw.chance(0.5) ? this.#condition(source, 's.') : this.#condition(table, 't.')}`;
  }

  #merge(table: Table): string {
    const draw = this.#draw;
    const source = draw.of(this.#tables);
    const target = draw.of(this.#free(table));
    const base = MERGED_IDS * ++this.#merges;
    const written = table.columns.map((column) => (column.name === 'id' ? `${base} + coalesce(s.k, 500)` : column.name === 'k' ? 's.k' : this.#fitting(source, column)));
    const matched = draw.of([() => `UPDATE SET ${target.name} = ${this.#fitting(source, target)}`, () => 'DELETE', () => 'DO NOTHING'])();
    const guard = draw.chance(0.4) ? ` AND ${this.#condition(table, 't.')}` : '';
    const otherwise = draw.weighted<() => string>([
      [3, () => ` WHEN NOT MATCHED THEN INSERT VALUES (${written.join(', ')})`],
      [1, () => ` WHEN NOT MATCHED BY SOURCE AND ${this.#condition(table, 't.')} THEN DELETE`],
      [1, () => ''],
    ])();
    return `MERGE INTO ${table.name} t USING ${this.#byKey(source)} ON t.k = s.k WHEN MATCHED${guard} THEN ${matched}${otherwise}`;
  }
}

/** Types whose columns may be looked for by an index. */
export const mayIndex = ({ oid, name }: Column): boolean => name !== 'id' && oid !== Oid.json && isOrdered(oid);
