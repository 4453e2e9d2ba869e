import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalogQuestions, systemRelations, systemRows, systemViews } from '../../src/catalog/index.ts';
import type { CatalogSnapshot } from '../../src/catalog/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { family, quietState } from './fixtures.ts';

type Row = Readonly<Record<string, Datum>>;

function rowsOf(snapshot: CatalogSnapshot, name: string): Row[] {
  const relation = systemRelations.find((candidate) => candidate.item.name === name)!;
  return systemRows(relation.item.id, snapshot, quietState)!.map((values) => Object.fromEntries(relation.item.columns.map((column, index) => [column.name, values[index]!])));
}

const { snapshot, oid } = family();
const oidsIn = (name: string): Set<Datum> => new Set(rowsOf(snapshot, name).map((row) => row['oid']!));

describe('system relations', () => {
  test('no OID stands for two things of one catalog', () => {
    for (const name of ['pg_class', 'pg_type', 'pg_proc', 'pg_operator', 'pg_constraint', 'pg_namespace', 'pg_cast', 'pg_opclass', 'pg_rewrite', 'pg_attrdef']) {
      const rows = rowsOf(snapshot, name);
      expect(new Set(rows.map((row) => row['oid'])).size, name).toBe(rows.length);
    }
  });

  test('every reference from one catalog to another is met', () => {
    const references: readonly (readonly [from: string, column: string, to: string])[] = [
      ['pg_class', 'relnamespace', 'pg_namespace'], ['pg_class', 'reltype', 'pg_type'], ['pg_class', 'relam', 'pg_am'], ['pg_class', 'relowner', 'pg_authid'],
      ['pg_attribute', 'attrelid', 'pg_class'], ['pg_attribute', 'atttypid', 'pg_type'], ['pg_attribute', 'attcollation', 'pg_collation'],
      ['pg_type', 'typnamespace', 'pg_namespace'], ['pg_type', 'typrelid', 'pg_class'], ['pg_type', 'typelem', 'pg_type'], ['pg_type', 'typarray', 'pg_type'],
      ['pg_index', 'indexrelid', 'pg_class'], ['pg_index', 'indrelid', 'pg_class'], ['pg_constraint', 'conrelid', 'pg_class'], ['pg_constraint', 'conindid', 'pg_class'],
      ['pg_attrdef', 'adrelid', 'pg_class'], ['pg_rewrite', 'ev_class', 'pg_class'], ['pg_proc', 'prorettype', 'pg_type'], ['pg_proc', 'prolang', 'pg_language'],
      ['pg_operator', 'oprleft', 'pg_type'], ['pg_operator', 'oprright', 'pg_type'], ['pg_operator', 'oprcode', 'pg_proc'], ['pg_operator', 'oprcom', 'pg_operator'],
      ['pg_cast', 'castsource', 'pg_type'], ['pg_cast', 'casttarget', 'pg_type'], ['pg_aggregate', 'aggfnoid', 'pg_proc'], ['pg_opclass', 'opcfamily', 'pg_opfamily'],
      ['pg_opclass', 'opcmethod', 'pg_am'], ['pg_range', 'rngtypid', 'pg_type'], ['pg_range', 'rngsubopc', 'pg_opclass'],
    ];
    for (const [from, column, to] of references) {
      const known = oidsIn(to);
      const broken = rowsOf(snapshot, from).filter((row) => row[column] !== 0 && !known.has(row[column]!));
      expect(broken.slice(0, 3), `${from}.${column} -> ${to}`).toEqual([]);
    }
  });

  test('each relation has a row type, which has an array type, and both point back', () => {
    const types = new Map(rowsOf(snapshot, 'pg_type').map((row) => [row['oid'], row]));
    for (const relation of rowsOf(snapshot, 'pg_class')) {
      if (relation['relkind'] === 'i') continue;
      const type = types.get(relation['reltype'])!;
      expect(type).toMatchObject({ typtype: 'c', typrelid: relation['oid'], typname: relation['relname'] });
      expect(types.get(type['typarray'])).toMatchObject({ typelem: type['oid'], typcategory: 'A' });
    }
  });

  test('relations show their kind, columns, index, key, default and rule', () => {
    const kinds = Object.fromEntries(rowsOf(snapshot, 'pg_class').filter((row) => row['relnamespace'] === 2200).map((row) => [row['relname'], row['relkind']]));
    expect(kinds).toEqual({ t: 'r', v1: 'v', v2: 'v', v3: 'v', m: 'm', ti: 'i', t_pkey: 'i' });
    const columns = rowsOf(snapshot, 'pg_attribute').filter((row) => row['attrelid'] === oid('t'));
    expect(columns.map((row) => [row['attnum'], row['attname'], row['attnotnull'], row['atthasdef'], row['attndims']]))
      .toEqual([[1, 'id', true, false, 0], [2, 'note', false, true, 0], [3, 'tags', false, false, 1]]);
    expect(rowsOf(snapshot, 'pg_attrdef')).toMatchObject([{ adrelid: oid('t'), adnum: 2, adbin: `'none'::text` }]);
    expect(rowsOf(snapshot, 'pg_constraint')).toMatchObject([{ conname: 't_pkey', contype: 'p', conrelid: oid('t') }]);
    expect(rowsOf(snapshot, 'pg_index').map((row) => (row['indkey'] as { items: unknown }).items)).toEqual([[1], [2, 1]]);
    const rules = new Map(rowsOf(snapshot, 'pg_rewrite').map((row) => [row['oid'], row['ev_class']]));
    const edges = rowsOf(snapshot, 'pg_depend').filter((row) => row['deptype'] === 'n' && rules.has(row['objid']!)).map((row) => [rules.get(row['objid']!), row['refobjid']]);
    expect(edges).toEqual([[oid('v1'), oid('t')], [oid('v2'), oid('t')], [oid('v3'), oid('v1')], [oid('m'), oid('v3')]]);
  });

  test('every view of the manifest has its file and every file its place in the manifest', () => {
    const folder = new URL('../../sql/system/', import.meta.url);
    expect(readdirSync(folder).sort()).toEqual(systemViews.map((view) => view.file).sort());
    for (const view of systemViews) expect(existsSync(new URL(view.file, folder)), view.file).toBe(true);
  });
});

describe('questions', () => {
  const questions = catalogQuestions(snapshot, ['public']);

  test('names and OIDs lead to each other', () => {
    expect(questions.relationByName(undefined, 't')).toBe(oid('t'));
    expect(questions.relationName(oid('m'))).toEqual({ schema: 'public', name: 'm', visible: true });
    expect(catalogQuestions(snapshot, []).relationName(oid('m'))).toEqual({ schema: 'public', name: 'm', visible: false });
    const key = questions.relationByName('public', 't_pkey')!;
    expect(questions.relationName(key)).toEqual({ schema: 'public', name: 't_pkey', visible: true });
    expect(questions.indexDefinition(key, 0)).toBe('CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)');
    expect(questions.indexDefinition(oid('ti'), 0)).toBe('CREATE INDEX ti ON public.t USING btree (note, id)');
    expect(questions.indexDefinition(oid('ti'), 1)).toBe('note');
    expect(questions.constraintDefinition(key - 1, false)).toBe('PRIMARY KEY (id)');
    expect(questions.viewDefinition(oid('v1'))).toBe('SELECT * FROM t;');
    expect(questions.viewDefinition(oid('t'))).toBeUndefined();
    expect(questions.columnByName(oid('t'), 'note')).toBe(2);
  });
});
