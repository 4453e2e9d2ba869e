import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { SeededRandom } from '../../../src/core/index.ts';
import { viewsAgree } from '../views-agree.ts';
import { drawEvents } from './data.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');

/** `NEXMARK_SEED=n` draws other events. */
const events = drawEvents(new SeededRandom(Number(process.env.NEXMARK_SEED ?? 1)), 8);

describe('the Nexmark queries as materialized views equal Postgres after every round of events', () => {
  viewsAgree({ schema: read('schema.sql'), queries: read('queries.sql'), ...events });
});
