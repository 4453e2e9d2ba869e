import { startEngine } from '../../support/engine.ts';
import type { Engine } from '../../support/engine.ts';
import type { Judge } from '../../support/judge.ts';
import { EMPTY_ENUM, ENUM, ROW } from './arguments.ts';
import { prepareAttempts } from './outcomes.ts';

const types = [`create type ${ENUM} as enum ('low', 'sad', 'ok', 'happy')`, `create type ${EMPTY_ENUM} as enum ()`, `create type ${ROW} as (a int4, b text, c jsonb)`];

/** Ours beside the judge, both in UTC; whatever would take minutes ends instead. */
export async function openJudgedPair(judge: Judge): Promise<Engine> {
  const engine = await startEngine();
  await engine.execute("set statement_timeout = '30s'");
  for (const statement of types) {
    await engine.execute(statement);
    await judge.query(statement);
  }
  await judge.query("set statement_timeout = '120s'; set client_min_messages = 'error'");
  await prepareAttempts(judge);
  return engine;
}
