import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/core/index.ts';
import { queriesOf } from '../queries.ts';
import { viewsAgree } from '../views-agree.ts';
import { drawHistory } from './data.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const queries = read('queries.sql');

/** `TPCH_SEED=n` draws another history. */
const history = drawHistory(new SeededRandom(Number(process.env.TPCH_SEED ?? 1)), 8, 40);

describe('the TPC-H queries as materialized views equal Postgres after every round of inserts, updates and deletes', () => {
  it('all 22', () => expect(queriesOf(queries).map(({ name }) => name)).toEqual(Array.from({ length: 22 }, (_, index) => `q${index + 1}`)));
  viewsAgree({ schema: read('schema.sql'), queries, ...history });
});
