import { describe, expect, it } from 'vitest';
import { bindParameters, explainQuery, explainRelation } from '../../src/ir/index.ts';
import { planQuery } from '../../src/planner/plan-query.ts';
import { catalogOf, contextOver, plan, selectOf, view, withForeignKey, withView } from './support.ts';

const catalog = catalogOf(
  {
    leads: 'id int8 not null, created_at timestamp, converted_at timestamp, amount int4', coupons: 'id int8 not null, lead_id int8, amount int4',
    t: 'a int4, b int4, s text', u: 'a int4, b int4', messages: 'data bytea',
  },
  { leads: ['id'], coupons: ['id'] },
);
const nameOf = (id: string): string => {
  for (const item of catalog.items.values()) if ('id' in item && item.id === id) return item.name;
  return id;
};
const explained = (sql: string): string => explainQuery(plan(catalog, sql), nameOf);

describe('plans', () => {
  it('puts filters where their rows come from, and reads only the columns needed', () => {
    expect(explained('select l.id, c.amount from leads l left join coupons c on c.lead_id = l.id and c.amount > 5 where l.amount = 3 order by 1 limit 2')).toMatchInlineSnapshot(`
      "Finish order=[#0 asc nulls last] limit=2
        Map (#0, #2)
          Join [left 0-1: #0 = #0]
            Map (#0)
              Filter int4eq(#3, 3)
                Get leads
            Map (#1, #2)
              Filter int4gt(#2, 5)
                Get coupons"
    `);
  });
  it('makes one join of a chain of them', () => {
    expect(explained('select t.s from t, u, leads where t.a = u.a and leads.amount = u.b')).toMatchInlineSnapshot(`
      "Map (#1)
        Join [0-1: #0 = #0] [1-2: #1 = #0]
          Map (#0, #2)
            Get t
          Get u
          Map (#3)
            Get leads"
    `);
  });
  it('begins a join at the input with most rows, and goes on with those that have few', () => {
    const sizes = new Map([['t', 10], ['u', 1_000_000], ['leads', 1000]]);
    const sql = 'select t.s from t join u on t.a = u.a join leads on leads.amount = u.b';
    const sized = explainQuery(planQuery(selectOf(sql), sql, { ...contextOver(catalog), rowsIn: (id) => sizes.get(nameOf(id)) }), nameOf);
    expect(sized).toMatchInlineSnapshot(`
      "Map (#3)
        Join [0-1: #0 = #0] [0-2: #1 = #0]
          Get u
          Map (#0, #2)
            Get t
          Map (#3)
            Get leads"
    `);
    // What a key finds goes before what is large.
    const keyed = 'select u.b from leads join u on leads.id = u.a';
    expect(explainQuery(planQuery(selectOf(keyed), keyed, { ...contextOver(catalog), rowsIn: (id) => (nameOf(id) === 'leads' ? 1_000_000 : 10) }), nameOf)).toBe(explained(keyed));
  });
  it('makes an inner join of a left join whose missing side is filtered away', () => {
    expect(explained('select t.a from t left join u on t.a = u.a where u.b > 1')).toMatchInlineSnapshot(`
      "Map (#0)
        Join [0-1: #0 = #0]
          Map (#0)
            Get t
          Map (#0)
            Filter int4gt(#1, 1)
              Get u"
    `);
  });
  it('keeps a left join whose missing side is asked for', () => {
    expect(explained('select t.a from t left join u on t.a = u.a where u.b is null')).toMatchInlineSnapshot(`
      "Map (#0)
        Filter #2 IS NULL
          Join [left 0-1: #0 = #0]
            Map (#0)
              Get t
            Get u"
    `);
  });
  it('unnests a scalar subquery by its equality', () => {
    expect(explained('select a, (select max(u.b) from u where u.a = t.a) from t')).toMatchInlineSnapshot(`
      "Map (#0, #2)
        Join [left 0-1: #0 = #0]
          Map (#0)
            Get t
          Reduce by=[#0] aggregates=[max(#1)]
            Get u"
    `);
  });
  it('makes a semi join of EXISTS and IN', () => {
    expect(explained('select s from t where exists (select 1 from u where u.a = t.a) and b in (select b from u)')).toMatchInlineSnapshot(`
      "Map (#2)
        Join [0-1: #0 = #0] [0-2: #1 = #0]
          Get t
          Distinct
            Map (#0)
              Get u
          Distinct
            Map (#1)
              Get u"
    `);
  });
  it('expands a function over the rows it stands with', () => {
    expect(explained('select a, generate_series(1, a) from t')).toMatchInlineSnapshot(`
      "FlatMap generate_series(1, #0)
        Map (#0)
          Get t"
    `);
  });
  it('pushes a filter on a group key below the grouping', () => {
    expect(explained('select * from (select a, count(*) as n from t group by a) x where a = 1 and n > 2')).toMatchInlineSnapshot(`
      "Filter int84gt(#1, 2)
        Reduce by=[#0] aggregates=[count(*)]
          Map (#0)
            Filter int4eq(#0, 1)
              Get t"
    `);
  });
  it('does not evaluate ahead of a guard', () => {
    expect(explained('select 1 from t join u on t.a = u.a where t.b <> 0 and 1 / t.b > 1')).toMatchInlineSnapshot(`
      "Map (1)
        Filter int4gt(int4div(1, #2), 1)
          Join [0-1: #0 = #0]
            Map (#0)
              Get u
            Map (#0, #1)
              Filter int4ne(#1, 0)
                Get t"
    `);
  });
  it('folds constants, but not those that raise', () => {
    expect(explained('select a + (1 + 2), case when a = 0 then 0 else 1 / 0 end from t where 1 = 1')).toMatchInlineSnapshot(`
      "Map (int4pl(#0, 3), CASE WHEN int4eq(#0, 0) THEN 0 ELSE int4div(1, 0) END)
        Get t"
    `);
  });
});

describe('plans of realistic queries', () => {
  const shop = withForeignKey(withForeignKey(catalogOf(
    {
      customer: 'id int8 not null, name text, region int4', orders: 'id int8 not null, customer int8 not null, placed date, status text', line: 'order_id int8 not null, number int4 not null, product int8, amount numeric',
      product: 'id int8 not null, name text, price numeric', review: 'product int8, stars int4',
    },
    { customer: ['id'], orders: ['id'], line: ['order_id', 'number'], product: ['id'] },
  ), ['orders', 'customer'], ['customer', 'id']), ['line', 'product'], ['product', 'id']);
  const names = (id: string): string => [...shop.items.values()].find((item) => 'id' in item && item.id === id)?.name ?? id;
  const plans = (sql: string): string => explainRelation(view(shop, 'v', sql).relation, names);

  it('begins a join where the others are found by their keys, whatever order they are written in', () => {
    expect(plans('select c.name, p.name as product from product p, customer c, orders o, line l where c.id = o.customer and l.order_id = o.id and l.product = p.id and p.price > 5')).toMatchInlineSnapshot(`
      "Map (#7, #3)
        Join [0-1: #1 = #0] [0-2: #0 = #0] [2-3: #1 = #0]
          Map (#0, #2)
            Get line
          Map (#0, #1)
            Filter numeric_gt(#2, 5)
              Get product
          Map (#0, #1)
            Get orders
          Map (#0, #1)
            Get customer"
    `);
  });
  it('hangs an input on the one that finds it by a key, and makes a condition of what closes the circle', () => {
    expect(plans('select l.amount from customer c join orders o on o.customer = c.id join line l on l.order_id = o.id join product p on p.id = l.product and p.name = c.name')).toMatchInlineSnapshot(`
      "Map (#2)
        Filter texteq(#6, #8)
          Join [0-1: #0 = #0] [1-2: #1 = #0] [0-3: #1 = #0]
            Map (#0, #2, #3)
              Get line
            Map (#0, #1)
              Get orders
            Map (#0, #1)
              Get customer
            Map (#0, #1)
              Get product"
    `);
  });
  it('leaves out a join that a foreign key makes sure of', () => {
    expect(plans('select o.id, o.placed, c.id as customer from orders o join customer c on c.id = o.customer')).toMatchInlineSnapshot(`
      "Map (#0, #2, #1)
        Get orders"
    `);
  });
  it('says which rows have no partner where a foreign key may be NULL', () => {
    expect(plans('select sum(l.amount) from line l, product p where p.id = l.product')).toMatchInlineSnapshot(`
      "Reduce by=[] aggregates=[sum(#0)]
        Map (#3)
          Filter NOT #2 IS NULL
            Get line"
    `);
  });
  it('leaves out a left join of which nothing is read', () => {
    expect(plans('select o.id, r.n from orders o left join customer c on c.id = o.customer left join (select product, count(*) as n from review group by product) r on r.product = o.id')).toMatchInlineSnapshot(`
      "Map (#0, #2)
        Join [left 0-1: #0 = #0]
          Map (#0)
            Get orders
          Reduce by=[#0] aggregates=[count(*)]
            Map (#0)
              Get review"
    `);
  });
  it('reads a row once that is joined with itself', () => {
    expect(plans('select a.name from product a where exists (select 1 from product b where b.id = a.id and b.price > 3)')).toMatchInlineSnapshot(`
      "Map (#1)
        Filter numeric_gt(#2, 3)
          Get product"
    `);
  });
  it('groups by what tells groups apart', () => {
    expect(plans('select sum(l.amount) as total from customer c join orders o on o.customer = c.id join line l on l.order_id = o.id group by o.id, o.placed, c.name')).toMatchInlineSnapshot(`
      "Map (#1)
        Reduce by=[#0] aggregates=[sum(#1)]
          Map (#2, #1)
            Join [0-1: #0 = #0]
              Map (#0, #3)
                Get line
              Map (#0)
                Get orders"
    `);
  });
  it('keeps no groups of one row', () => {
    expect(plans('select id, max(price) as price, count(*) as n, count(name) as names from product group by id')).toMatchInlineSnapshot(`
      "Map (#0, #2, 1, CASE WHEN #1 IS NULL THEN 0 ELSE 1 END)
        Get product"
    `);
  });
  it('keeps no first row of one', () => {
    expect(plans('select distinct on (o.id) o.id, c.name from orders o join customer c on c.id = o.customer order by o.id, c.name')).toMatchInlineSnapshot(`
      "Map (#0, #3)
        Join [0-1: #1 = #0]
          Map (#0, #1)
            Get orders
          Map (#0, #1)
            Get customer"
    `);
  });
  it('makes rows distinct once', () => {
    expect(plans('select distinct o.id, c.name from orders o join customer c on c.id = o.customer')).toMatchInlineSnapshot(`
      "Map (#0, #3)
        Join [0-1: #1 = #0]
          Map (#0, #1)
            Get orders
          Map (#0, #1)
            Get customer"
    `);
    expect(plans('select name from (select distinct name, price from product) p union select name from customer')).toMatchInlineSnapshot(`
      "Distinct
        Union
          Map (#1)
            Get product
          Map (#1)
            Get customer"
    `);
  });
  it('tells a subquery what is known of the rows that it is joined with', () => {
    expect(plans('select p.name, r.n from product p left join (select product, count(*) as n from review group by product) r on r.product = p.id where p.id = 7')).toMatchInlineSnapshot(`
      "Map (#1, #3)
        Join [left 0-1: #0 = #0]
          Map (#0, #1)
            Filter int84eq(#0, 7)
              Get product
          Reduce by=[#0] aggregates=[count(*)]
            Map (#0)
              Filter int84eq(#0, 7)
                Get review"
    `);
  });
  it('computes once what stands in two places', () => {
    expect(plans('select a.product, a.n from (select product, count(*) as n from review group by product) a where a.n = (select max(b.n) from (select product, count(*) as n from review group by product) b)')).toMatchInlineSnapshot(`
      "Let shared1
        Reduce by=[#0] aggregates=[count(*)]
          Map (#0)
            Get review
      In
        Map (#0, #1)
          Join [0-1: #1 = #0]
            Get shared1
            Reduce by=[] aggregates=[max(#0)]
              Map (#1)
                Get shared1"
    `);
  });
  it('computes a WITH query that is named twice once, with the columns that are read', () => {
    expect(plans('with w as (select product, count(*) as n, max(stars) as best, min(stars) as worst from review group by product) select a.product, a.best from w a join w b on a.n = b.n + 1')).toMatchInlineSnapshot(`
      "Map (#0, #2)
        Let w_1
          Reduce by=[#0] aggregates=[count(*), max(#1)]
            Get review
        In
          Join [0-1: #1 = int84pl(#0, 1)]
            Get w_1
            Map (#1)
              Get w_1"
    `);
  });
  it('does not share what is not the same each time', () => {
    const sql = 'select (select max(random()) from review) as a, (select max(random()) from review) as b';
    expect(explainRelation(plan(shop, sql).relation, names)).not.toContain('Let');
  });
  it('reads nothing where no row can be', () => {
    expect(plans('select o.id from orders o join customer c on c.id = o.customer where 1 = 0')).toMatchInlineSnapshot(`"Constant"`);
  });
  it('joins nothing to a side that is always missing', () => {
    expect(explained('select t.a, u.b, l.id from t left join u on false left join leads l on l.id = u.a')).toMatchInlineSnapshot(`
      "Map (#0, #2, #3)
        Join [left 0-1: int8(#1) = #0]
          Map (#0, NULL, NULL)
            Get t
          Map (#0)
            Get leads"
    `);
    expect(explained('select t.a, u.b from t full join u on null::bool')).toMatchInlineSnapshot(`
      "Union
        Map (#0, NULL)
          Get t
        Map (NULL, #1)
          Get u"
    `);
  });
  it('pushes filters below EXCEPT', () => {
    expect(plans('select * from (select id, customer from orders except all select product, product from review) x where customer = 3')).toMatchInlineSnapshot(`
      "Threshold
        Union
          Map (#0, #1)
            Filter int84eq(#1, 3)
              Get orders
          Negate
            Map (#0, #0)
              Filter int84eq(#0, 3)
                Get review"
    `);
  });
});

describe('views', () => {
  const sql = 'select id, amount from leads where mz_now() >= created_at and mz_now() < created_at + interval $$30 seconds$$ and amount > 0';
  it('make temporal filters of bounds on the current time', () => {
    expect(explainRelation(view(catalog, 'v', sql).relation, nameOf)).toMatchInlineSnapshot(`
      "Map (#0, #3)
        TemporalFilter now >= #1 AND now < timestamp_pl_interval(#1, '00:00:30')
          Filter int4gt(#3, 0)
            Get leads"
    `);
  });
  it('move constant intervals away from now()', () => {
    expect(explainRelation(view(catalog, 'v', "select id from leads where created_at > now() - interval '1 minute'").relation, nameOf)).toMatchInlineSnapshot(`
      "Map (#0)
        TemporalFilter now < timestamp_pl_interval(#1, '00:01:00')
          Get leads"
    `);
  });
  const windowOf = (condition: string): string =>
    /TemporalFilter (.*)/.exec(explainRelation(view(catalog, 'v', `select id from leads where ${condition}`).relation, nameOf))?.[1] ?? 'none';
  it.each([
    ["now() - created_at < interval '2 days 1 minute'", "now < timestamptz_pl_interval(timestamptz(#1), '48:01:00')"],
    ["created_at - now()::timestamp > interval '1 mon'", "now < timestamp_mi_interval(#1, '720:00:00')"],
    ['mz_logical_timestamp() - 1000 < amount', 'now < numeric_add(numeric(#3), 1000)'],
    ['5000 - mz_logical_timestamp() < amount', 'now > numeric_sub(5000, numeric(#3))'],
    ['not (mz_now() < created_at and amount > 0)', 'now >= #1 OR NOT int4gt(#3, 0)'],
    ['mz_now() <> created_at', 'now < #1 OR now > #1'],
    ['(mz_now() < created_at or amount > 5) and (mz_now() > created_at or amount < 3)', 'now < #1 AND now > #1 OR int4lt(#3, 3) AND now < #1 OR int4gt(#3, 5) AND now > #1 OR int4gt(#3, 5) AND int4lt(#3, 3)'],
  ])('bring %s into intervals', (condition, window) => expect(windowOf(condition)).toBe(window));
  it.each([
    ["now() + interval '1 mon' < created_at", /adding months to the current time/],
    ["date_trunc('minute', now()) < created_at", /the current time is not supported here/],
    ['mz_now() < created_at or id in (select id from leads)', /a subquery beside the current time under OR/],
    [Array.from({ length: 7 }, () => '(mz_now() < created_at or amount > 0)').join(' and '), /more than 64 alternatives/],
  ])('refuse %s', (condition, message) => expect(() => windowOf(condition)).toThrow(message));
  it('are embedded where they are read', () => {
    const over = withView(catalog, 'recent', sql);
    expect(explainRelation(view(over, 'w', 'select count(*) from recent').relation, nameOf)).toMatchInlineSnapshot(`
      "Reduce by=[] aggregates=[count(*)]
        Map (#0)
          TemporalFilter now >= #1 AND now < timestamp_pl_interval(#1, '00:00:30')
            Filter int4gt(#3, 0)
              Get leads"
    `);
    expect(view(over, 'w', 'select count(*) from recent').dependsOn).toHaveLength(1);
  });
  it.each([
    'select mz_now() from leads', 'select now() from leads', 'select age(created_at) from leads', 'select age(created_at::timestamptz) from leads', 'select id from leads where coalesce(mz_now() < created_at, true)', 'select id from leads where mz_now() < created_at group by id having count(*) > 1 and now() > min(now())',
    'select id from leads where now() - created_at < id * interval $$1 day$$', "select id from leads where now() - interval '1 month' < created_at", 'select id from leads where date_trunc($$day$$, now()) = created_at',
  ])('refuse the current time elsewhere: %s', (refused) => {
    expect(() => view(catalog, 'v', refused)).toThrowError(expect.objectContaining({ code: '0A000' }));
  });
  it('notice a window that never expires, and one that never shows a row', () => {
    const never = 'select id from leads where mz_logical_timestamp() >= 2000 * (extract(epoch from created_at)::bigint * 1000 / 2000) and mz_logical_timestamp() < 30000 * (2000 + extract(epoch from created_at)::bigint * 1000 / 2000)';
    expect(view(catalog, 'v', never).notices.map((notice) => notice.message)).toEqual(['the window of view "v" never expires']);
    expect(view(catalog, 'v', 'select id from leads where mz_now() < extract(epoch from created_at)::bigint').notices.map((notice) => notice.message)).toEqual(['the window of view "v" never shows a row']);
    expect(view(catalog, 'v', sql).notices).toEqual([]);
  });
});

describe('parameters', () => {
  it('get their types from where they stand', () => {
    const types: ({ oid: number; typmod: number } | undefined)[] = [];
    const query = plan(catalog, 'select $1 || s, a + $2 from t where b = $3 and s in ($4, $5) limit $6', types);
    expect(types.map((type) => type?.oid)).toEqual([25, 23, 23, 25, 25, 20]);
    expect(explainQuery(bindParameters(query, ['x', 1, 2, 'p', 'q', 5]), nameOf)).toMatchInlineSnapshot(`
      "Finish limit=5
        Map (textcat('x', #2), int4pl(#0, 1))
          Filter int4eq(#1, 2) AND texteq(#2, any ARRAY['p', 'q'])
            Get t"
    `);
  });
  it('whose type nothing tells are text in the select list', () => {
    const types: ({ oid: number; typmod: number } | undefined)[] = [];
    plan(catalog, 'select $1', types);
    expect(types[0]?.oid).toBe(25);
  });
});

