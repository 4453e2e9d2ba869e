import type { Random } from '../../../src/core/index.ts';
import { Draw, insert, numbers } from '../draw.ts';

/**
 * Small TPC-H tables as statements: first what does not change, then rounds of inserts, updates and deletes. The domains are narrower than the
 * specification's, so that every query finds rows among a few hundred orders.
 */
export interface History {
  readonly fixed: readonly string[];
  readonly rounds: readonly (readonly string[])[];
}

const regions = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'];
/** Each nation with its region. */
const nations: readonly (readonly [string, number])[] = [
  ['BRAZIL', 1], ['CANADA', 1], ['EGYPT', 0], ['FRANCE', 3], ['GERMANY', 3], ['INDIA', 2], ['JAPAN', 2], ['KENYA', 0], ['SAUDI ARABIA', 4], ['UNITED STATES', 1],
];
const types = ['STANDARD POLISHED BRASS', 'ECONOMY ANODIZED STEEL', 'PROMO BURNISHED BRASS', 'MEDIUM POLISHED TIN', 'PROMO PLATED COPPER'];
const containers = ['SM CASE', 'SM BOX', 'MED BOX', 'MED BAG', 'LG CASE', 'LG BOX'];
const brands = ['Brand#12', 'Brand#23', 'Brand#34', 'Brand#45'];
const sizes = [3, 9, 14, 15, 19, 23, 36, 45, 49];
const colours = ['forest', 'green', 'ivory', 'linen'];
const segments = ['BUILDING', 'AUTOMOBILE', 'MACHINERY'];
const priorities = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'];
const modes = ['AIR', 'AIR REG', 'MAIL', 'SHIP', 'RAIL'];
const instructions = ['DELIVER IN PERSON', 'COLLECT COD', 'NONE'];
const phoneCodes = [13, 17, 18, 23, 29, 30, 31, 40];
const PARTS = 40;
const SUPPLIERS = 20;
const CUSTOMERS = 50;

const phone = (draw: Draw): string => `${draw.of(phoneCodes)}-${draw.int(100, 999)}-${draw.int(100, 999)}`;
const FIRST_DAY_MS = Date.UTC(1993, 0, 1);
const day = (number: number): string => `'${new Date(FIRST_DAY_MS + number * 86_400_000).toISOString().slice(0, 10)}'`;
export function drawHistory(random: Random, rounds: number, ordersPerRound: number): History {
  const draw = new Draw(random);
  const history = new Orders(draw);
  return { fixed: fixedTables(draw), rounds: numbers(rounds).map(() => history.round(ordersPerRound)) };
}

function fixedTables(draw: Draw): string[] {
  const customer = (key: number): string =>
    `${key}, 'Customer#${key}', 'street ${key}', ${draw.int(0, nations.length - 1)}, '${phone(draw)}', ${draw.money(-500, 9000)}, '${draw.of(segments)}', 'comment ${key}'`;
  const supplier = (key: number): string =>
    `${key}, 'Supplier#${key}', 'lane ${key}', ${draw.int(0, nations.length - 1)}, '${phone(draw)}', ${draw.money(-500, 9000)}, '${draw.chance(0.2) ? 'slow Customer service, Complaints' : 'reliable'}'`;
  const part = (key: number): string =>
    `${key}, '${draw.of(colours)} ${draw.of(colours)}', 'Manufacturer#${draw.int(1, 3)}', '${draw.of(brands)}', '${draw.of(types)}', ${draw.of(sizes)}, '${draw.of(containers)}', ${draw.money(900, 2000)}, 'part'`;
  const partSuppliers = (part_: number): string[] =>
    [0, 1, 2, 3].map((step) => `${part_}, ${1 + ((part_ + step * 5) % SUPPLIERS)}, ${draw.int(1, 200)}, ${draw.money(1, 1000)}, 'offer'`);
  return [
    insert('region', regions.map((name, key) => `${key}, '${name}', 'region'`)),
    insert('nation', nations.map(([name, region], key) => `${key}, '${name}', ${region}, 'nation'`)),
    insert('part', numbers(PARTS).map(part)),
    insert('supplier', numbers(SUPPLIERS).map(supplier)),
    insert('partsupp', numbers(PARTS).flatMap(partSuppliers)),
    insert('customer', numbers(CUSTOMERS).map(customer)),
  ];
}

/** The refresh functions of the benchmark, and updates besides: orders come, change and go. */
class Orders {
  readonly #draw: Draw;
  #last = 0;
  constructor(draw: Draw) {
    this.#draw = draw;
  }

  round(count: number): string[] {
    const draw = this.#draw;
    const orders: string[] = [];
    const lines: string[] = [];
    for (let i = 0; i < count; i++) {
      const key = ++this.#last;
      const ordered = draw.int(0, 1000);
      // A fifth of the customers never order.
      orders.push(`${key}, ${draw.int(1, Math.floor(CUSTOMERS * 0.8))}, '${draw.of(['F', 'O', 'P'])}', ${draw.money(1000, 400_000)}, ${day(ordered)}, '${draw.of(priorities)}', 'Clerk#${draw.int(1, 9)}', 0, '${draw.chance(0.2) ? 'special delivery requests' : 'plain'}'`);
      for (let line = 1; line <= draw.int(1, 6); line++) lines.push(this.#line(key, line, ordered));
    }
    const old = (): number => draw.int(1, this.#last);
    return [
      insert('orders', orders), insert('lineitem', lines),
      `update lineitem set l_quantity = l_quantity + 1, l_discount = 0.06 where l_orderkey in (${old()}, ${old()})`,
      `update orders set o_orderstatus = 'F', o_totalprice = o_totalprice + 100 where o_orderkey in (${old()}, ${old()}, ${old()})`,
      `update customer set c_acctbal = c_acctbal * 1.5, c_mktsegment = '${draw.of(segments)}' where c_custkey = ${draw.int(1, CUSTOMERS)}`,
      `update partsupp set ps_supplycost = ${draw.money(1, 1000)}, ps_availqty = ${draw.int(1, 200)} where ps_partkey = ${draw.int(1, PARTS)}`,
      `update supplier set s_nationkey = ${draw.int(0, nations.length - 1)} where s_suppkey = ${draw.int(1, SUPPLIERS)}`,
      `update part set p_type = '${draw.of(types)}', p_brand = '${draw.of(brands)}' where p_partkey = ${draw.int(1, PARTS)}`,
      ...[old(), old()].flatMap((key) => [`delete from lineitem where l_orderkey = ${key}`, `delete from orders where o_orderkey = ${key}`]),
    ];
  }

  #line(order: number, line: number, ordered: number): string {
    const draw = this.#draw;
    const part = draw.int(1, PARTS);
    const supplier = 1 + ((part + draw.int(0, 3) * 5) % SUPPLIERS);
    const shipped = ordered + draw.int(1, 120);
    const quantity = draw.int(1, 50);
    return `${order}, ${part}, ${supplier}, ${line}, ${quantity}, ${draw.money(900 * quantity, 2000 * quantity)}, 0.0${draw.int(0, 9)}, 0.0${draw.int(0, 8)}, '${draw.of(['R', 'A', 'N'])}', '${draw.of(['O', 'F'])}', `
      + `${day(shipped)}, ${day(ordered + draw.int(30, 90))}, ${day(shipped + draw.int(1, 30))}, '${draw.of(instructions)}', '${draw.of(modes)}', 'line'`;
  }
}
