import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SystemClock } from '../../src/core/index.ts';
import { provisionMetabase, questions } from '../../examples/dtc-coupons/metabase.ts';

// An imitation of the part of Metabase's HTTP API (0.50) that the example uses: it refuses what Metabase refuses.

interface State {
  users: { email: string; password: string }[];
  databases: Record<string, unknown>[];
  cards: Record<string, unknown>[];
  dashboards: { id: number; name: string; dashcards: Record<string, unknown>[] }[];
}
let state: State;
const SESSION = 'f2a1c0de-0000-4000-8000-000000000000';
const TOKEN = '5c2e0de0-0000-4000-8000-000000000000';

async function answer(request: IncomingMessage): Promise<[number, unknown]> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = (text === '' ? {} : JSON.parse(text)) as Record<string, never>;
  const route = `${request.method} ${request.url}`;
  if (route === 'GET /api/health') return [200, { status: 'ok' }];
  if (route === 'GET /api/session/properties') return [200, { 'setup-token': TOKEN, 'has-user-setup': state.users.length > 0 }];
  if (route === 'POST /api/setup') {
    if (body.token !== TOKEN || state.users.length > 0) return [403, 'The /api/setup route can only be used to create the first user'];
    state.users.push(body.user);
    return [200, { id: SESSION }];
  }
  if (route === 'POST /api/session') {
    return state.users.some(({ email, password }) => email === body.username && password === body.password) ? [200, { id: SESSION }] : [401, { errors: { password: 'did not match stored password' } }];
  }
  if (request.headers['x-metabase-session'] !== SESSION) return [401, 'Unauthenticated'];
  if (route === 'GET /api/dashboard') return [200, state.dashboards];
  if (route === 'GET /api/database') return [200, { data: state.databases, total: state.databases.length }];
  if (route === 'POST /api/database') return [200, added(state.databases, body)];
  if (route === 'POST /api/card') return [200, added(state.cards, body)];
  if (route === 'POST /api/dashboard') return [200, added(state.dashboards, { ...body, dashcards: [] })];
  const dashboard = state.dashboards.find(({ id }) => route === `PUT /api/dashboard/${id}`);
  if (dashboard) return [200, Object.assign(dashboard, body)];
  return [404, 'API endpoint does not exist.'];
}

function added<T extends object>(list: T[], entry: object): T {
  const made = { ...entry, id: list.length + 1 } as unknown as T;
  list.push(made);
  return made;
}

const server = createServer((request, response) => {
  void answer(request).then(([status, body]) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});
let metabaseUrl: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  metabaseUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
beforeEach(() => {
  state = { users: [], databases: [], cards: [], dashboards: [] };
});
afterAll(() => void server.close());

const provision = (password = 'coupons-2022'): Promise<string> =>
  provisionMetabase({ metabaseUrl, email: 'demo@example.com', password, millraceUrl: 'postgres://materialize:secret@millrace:6875/materialize', clock: new SystemClock() });

test('a new Metabase gets an account, the connection, the questions and the dashboard', async () => {
  expect(await provision()).toBe(`${metabaseUrl}/dashboard/1#refresh=1`);
  expect(state.databases).toMatchObject([{ engine: 'postgres', details: { host: 'millrace', port: 6875, dbname: 'materialize', user: 'materialize', password: 'secret' } }]);
  expect(state.cards.map(({ name }) => name)).toEqual(questions.map(({ name }) => name));
  expect(state.cards[3]).toMatchObject({ display: 'line', visualization_settings: { 'graph.metrics': ['recall'] }, dataset_query: { database: 1, type: 'native' } });
  const places = state.dashboards[0]!.dashcards;
  expect(places.map(({ card_id }) => card_id)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(new Set(places.map(({ row, col }) => `${row} ${col}`)).size).toBe(6);
  expect(new Set(places.map(({ id }) => id)).size).toBe(6);
});

test('a second run changes nothing', async () => {
  await provision();
  const before = structuredClone(state);
  expect(await provision()).toBe(`${metabaseUrl}/dashboard/1#refresh=1`);
  expect(state).toEqual(before);
});

test('a wrong password is told', async () => {
  await provision();
  await expect(provision('wrong')).rejects.toThrow('Metabase answered 401 to POST /api/session');
});
