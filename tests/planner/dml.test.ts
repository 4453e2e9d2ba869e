import { describe, expect, it } from 'vitest';
import { explainQuery } from '../../src/ir/index.ts';
import type { Query } from '../../src/ir/index.ts';
import { planDelete, planInsert, planUpdate } from '../../src/planner/query.ts';
import { catalogOf, contextOver, nodeOf } from './support.ts';

const catalog = catalogOf({ t: 'a int4 not null, b varchar(3), c numeric(5,1)', u: 'a int4, b text' });
const nameOf = (id: string): string => {
  for (const item of catalog.items.values()) if ('id' in item && item.id === id) return item.name;
  return id;
};

function queryOf(plan: ReturnType<typeof planInsert>): Query {
  if (plan.kind === 'withWrites') throw new Error('several statements');
  return plan.kind === 'insert' ? plan.source : plan.target;
}

function explained(sql: string): string {
  const node = nodeOf(sql);
  const context = contextOver(catalog);
  if ('InsertStmt' in node) return explainQuery(queryOf(planInsert(node.InsertStmt, sql, context)), nameOf);
  if ('UpdateStmt' in node) return explainQuery(queryOf(planUpdate(node.UpdateStmt, sql, context)), nameOf);
  if ('DeleteStmt' in node) return explainQuery(queryOf(planDelete(node.DeleteStmt, sql, context)), nameOf);
  throw new Error(`no INSERT, UPDATE or DELETE: ${sql}`);
}

describe('rows to write', () => {
  it('are what is given, converted to the columns it is for', () => {
    expect(explained("insert into t (c, a) values ('1.25', 1), (2, '3')")).toMatchInlineSnapshot(`"Constant (1.3, 1) (2.0, 3)"`);
    expect(explained('insert into t select a, b from u')).toMatchInlineSnapshot(`
      "Map (#0, #1::character varying::character varying)
        Get u"
    `);
    expect(explained('insert into t (a) select 1 union all select 2')).toMatchInlineSnapshot(`
      "Union
        Map (1)
          Constant ()
        Map (2)
          Constant ()"
    `);
  });
  it('of UPDATE are old and new side by side', () => {
    expect(explained("update t set b = 'x', c = c + 1 where a = 3")).toMatchInlineSnapshot(`
      "Map (#0, #1, #2, #0, 'x', numeric_add(#2, 1)::numeric)
        Filter int4eq(#0, 3)
          Get t"
    `);
    expect(explained('update t set b = u.b from u where u.a = t.a')).toMatchInlineSnapshot(`
      "Map (#0, #1, #2, #3, #5, #4)
        Join [0-1: #0 is #0, #2 is #1]
          Get t
          TopK by=[#0, #1] order=[] limit=1
            Map (#0, #1, #3::character varying::character varying)
              Join [0-1: #0 = #0]
                Distinct
                  Map (#0, #2)
                    Get t
                Get u"
    `);
  });
  it('of DELETE are whole', () => {
    expect(explained('delete from t where a > 3')).toMatchInlineSnapshot(`
      "Filter int4gt(#0, 3)
        Get t"
    `);
    expect(explained('delete from t using u where u.a = t.a')).toMatchInlineSnapshot(`
      "Map (#0, #1, #2)
        Join [0-1: #0 = #0]
          Get t
          Distinct
            Map (#0)
              Get u"
    `);
  });
});

describe('refusals', () => {
  it.each([
    ['insert into nosuch values (1)', '42P01', 13], ['insert into t values (1, 2, 3, 4)', '42601', 32], ['insert into t (a, b) values (1)', '42601', 19], ['insert into t (a, a) values (1, 2)', '42701', 19],
    ['insert into t (z) values (1)', '42703', 16], ["insert into t values ('x')", '22P02', 23], ['insert into t values (true)', '42804', 23], ['update t set z = 1', '42703', 14], ['update t set a = true', '42804', 18],
    ['delete from t where b', '42804', 21], ['insert into t values (1) on conflict (c) do nothing', '42P10', undefined], ['update t set a = 1, a = 2', '42601', undefined], ['update t set a = count(*)', '42803', 18],
  ])('%s', (sql, code, position) => {
    expect(() => explained(sql)).toThrowError(expect.objectContaining({ code, fields: position === undefined ? expect.not.objectContaining({ position: expect.anything() }) : expect.objectContaining({ position }) }));
  });
});
