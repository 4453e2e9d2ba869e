/**
 * SQL as its users write it: what a change costs in each operator with little and with much state, what queries cost beside Postgres, and what maintaining the views of TPC-H costs beside computing them anew.
 *
 *     npm run bench sql [operators | lookups | tpch]        default: all three
 */
import { readLookups } from './support/lookups.ts';
import { readOperators } from './support/operators.ts';
import { readTpch } from './support/tpch.ts';

const SECONDS = 2;
const parts = {
  operators: () => readOperators([10_000, 1_000_000]),
  lookups: () => readLookups(1_000_000, SECONDS),
  tpch: () => readTpch(),
};
const isPart = (name: string): name is keyof typeof parts => name in parts;

const [asked] = process.argv.slice(2);
if (asked !== undefined && !isPart(asked)) throw new Error(`there is no part ${asked}: ${Object.keys(parts).join(', ')}`);
const figures: Record<string, unknown> = { bench: 'sql' };
for (const [name, read] of Object.entries(parts)) if (asked === undefined || asked === name) figures[name] = await read();
console.log(JSON.stringify(figures));
