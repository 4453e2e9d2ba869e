import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrayTypeOf, decodeChange, dropPlan, emptyCatalog, encodeChange, firstUserOid, OidAllocator } from '../../src/catalog/index.ts';
import type { CatalogChange, SourceItem, TableItem } from '../../src/catalog/index.ts';
import { builtinTypes, SqlError } from '../../src/core/index.ts';
import { create, family, makeTable, makeView } from './fixtures.ts';

const path = ['public'];

function errorOf(run: () => unknown): SqlError {
  try {
    run();
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error('nothing was raised');
}

describe('snapshot', () => {
  test('apply makes a new snapshot and leaves the old one as it was', () => {
    const empty = emptyCatalog();
    const next = create(empty, makeTable(new OidAllocator(empty.nextOid), 't'));
    expect(empty.find(undefined, 't', path)).toBeUndefined();
    expect(next.find(undefined, 't', path)?.name).toBe('t');
    expect(next.version).toBe(empty.version + 1);
  });

  test('an OID is never given twice, not even after a drop', () => {
    const empty = emptyCatalog();
    const oids = new OidAllocator(empty.nextOid);
    const table = makeTable(oids, 't');
    const made = create(empty, table);
    expect(made.nextOid).toBe(new OidAllocator(oids.plain()).plain());
    expect(made.apply([{ kind: 'drop', oid: table.oid }]).nextOid).toBe(made.nextOid);
  });

  test('names are found along the search path, system schemas first unless named', () => {
    const empty = emptyCatalog();
    const snapshot = create(empty, makeTable(new OidAllocator(empty.nextOid), 'pg_class'));
    expect(snapshot.find(undefined, 'pg_class', path)?.oid).toBe(1259);
    expect(snapshot.find(undefined, 'pg_class', ['public', 'pg_catalog'])?.kind).toBe('table');
    expect(snapshot.find('public', 'pg_class', [])?.kind).toBe('table');
    expect(snapshot.find('nowhere', 'pg_class', path)).toBeUndefined();
  });

  test('a name that is taken is refused as Postgres refuses it', () => {
    const { snapshot } = family();
    const again = makeTable(new OidAllocator(snapshot.nextOid), 't');
    expect(errorOf(() => create(snapshot, again))).toMatchObject({ code: '42P07', message: 'relation "t" already exists' });
    const schema = { kind: 'schema', oid: snapshot.nextOid, name: 'public', schema: 0, sql: '', dependsOn: [] } as const;
    expect(errorOf(() => create(snapshot, schema))).toMatchObject({ code: '42P06', message: 'schema "public" already exists' });
  });

  test('a rename frees the old name', () => {
    const { snapshot } = family();
    const item = snapshot.find('public', 'v2', [])!;
    const renamed = snapshot.apply([{ kind: 'replace', item: { ...item, name: 'w' } }]);
    expect(renamed.find('public', 'v2', [])).toBeUndefined();
    expect(create(renamed, makeView(new OidAllocator(renamed.nextOid), 'v2', renamed.find('public', 't', [])!)).find('public', 'v2', [])).toBeDefined();
  });
});

describe('changes as text', () => {
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 }, fc.constant(null), fc.boolean(), fc.string(), fc.bigInt(), fc.double(), fc.uint8Array(), fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', '$', 'v'), tie('value'), { noNullPrototype: true }),
      fc.array(fc.tuple(fc.oneof(fc.string(), fc.integer()), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    ),
  })).value;

  test('decode(encode(change)) is the change, whatever values it holds', () => {
    fc.assert(fc.property(value, (payload) => {
      const change = { kind: 'create', item: { payload } } as unknown as CatalogChange;
      expect(decodeChange(encodeChange(change))).toEqual(change);
    }));
  });

  test('a catalog replayed from encoded changes is the same catalog', () => {
    const { snapshot } = family();
    const changes = [...snapshot.items.values()].filter((item) => item.oid >= 16384).map((item): CatalogChange => ({ kind: 'create', item }));
    const replayed = emptyCatalog().apply(changes.map((change) => decodeChange(encodeChange(change))));
    expect([...replayed.items]).toEqual([...snapshot.items]);
    expect(replayed.nextOid).toBe(snapshot.nextOid);
  });
});

describe('drop', () => {
  test('refuses while others depend on it, and names them in Postgres\' order', () => {
    const { snapshot, oid } = family();
    expect(errorOf(() => dropPlan(snapshot, [oid('t')], false, path))).toMatchObject({
      code: '2BP01', message: 'cannot drop table t because other objects depend on it',
      fields: {
        detail: 'view v1 depends on table t\nview v3 depends on view v1\nmaterialized view m depends on view v3\nview v2 depends on table t',
        hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
      },
    });
    expect(errorOf(() => dropPlan(snapshot, [oid('v1'), oid('v2')], false, path)).message)
      .toBe('cannot drop desired object(s) because other objects depend on them');
    expect(errorOf(() => dropPlan(snapshot, [oid('v3')], false, [])).message).toBe('cannot drop view public.v3 because other objects depend on it');
  });

  test('CASCADE takes them along, dependents first, and says so', () => {
    const { snapshot, oid } = family();
    const plan = dropPlan(snapshot, [oid('t')], true, path);
    expect(plan.notices).toEqual([{
      severity: 'NOTICE', code: '00000', message: 'drop cascades to 4 other objects',
      detail: 'drop cascades to view v1\ndrop cascades to view v3\ndrop cascades to materialized view m\ndrop cascades to view v2',
    }]);
    expect(snapshot.apply(plan.changes).items.size).toBe(emptyCatalog().items.size);
    expect(dropPlan(snapshot, [oid('v3')], true, path).notices[0]!.message).toBe('drop cascades to materialized view m');
  });

  test('an index goes with its table, and dependents that are dropped too are no obstacle', () => {
    const { snapshot, oid } = family();
    const plan = dropPlan(snapshot, ['t', 'v1', 'v2', 'v3', 'm'].map(oid), false, path);
    expect(plan.notices).toEqual([]);
    expect(plan.changes).toHaveLength(6);
  });

  test('a source takes its relation of errors along without a word, and no other table of it', () => {
    const oids = new OidAllocator(emptyCatalog().nextOid);
    const ids = oids.relation();
    const of = (name: string): TableItem => ({ ...makeTable(oids, name), dependsOn: [ids.oid], origin: { kind: 'source', source: ids.oid, upstream: { schema: '', name } } });
    const [errors, table] = [of('s_errors'), of('t')];
    const source: SourceItem = {
      ...ids, kind: 'source', schema: errors.schema, name: 's', sql: '', dependsOn: [], columns: [], type: { columns: [], keys: [] }, errors: errors.id,
      origin: { kind: 'webhook', format: { kind: 'bytes' }, included: [], secrets: [] },
    };
    expect(dropPlan(create(emptyCatalog(), source, errors), [source.oid], false, path)).toMatchObject({ notices: [], changes: [{ oid: errors.oid }, { oid: source.oid }] });
    expect(errorOf(() => dropPlan(create(emptyCatalog(), source, errors, table), [source.oid], false, path)).fields.detail).toBe('table t depends on source s');
  });
});

test('no object gets the OID of a built-in type, though some lie among the users\' own', () => {
  const oids = new OidAllocator(firstUserOid);
  const given = new Set<number>();
  for (let i = 0; i < 100; i++) {
    const { oid, rowType } = oids.relation();
    for (const one of [oid, rowType, arrayTypeOf(rowType), oids.plain()]) given.add(one);
  }
  expect(given.size).toBe(400);
  expect(builtinTypes.filter(({ oid }) => given.has(oid))).toEqual([]);
});
