import { fileURLToPath } from 'node:url';
import { SystemClock, sleep } from '../../src/core/index.ts';
import type { Clock } from '../../src/core/index.ts';

/** How to reach Metabase, and how Metabase reaches Millrace. */
export interface MetabaseOptions {
  readonly metabaseUrl: string;
  readonly email: string;
  readonly password: string;
  /** as seen from Metabase */
  readonly millraceUrl: string;
  readonly clock: Clock;
  readonly onProgress?: (line: string) => void;
}

const DATABASE = 'Millrace';
const DASHBOARD = 'Coupon model, live';

interface Question {
  readonly name: string;
  readonly display: 'line' | 'table';
  readonly sql: string;
  /** the column along the axis, and the one that tells lines apart */
  readonly dimensions: readonly string[];
  readonly metrics: readonly string[];
}

const overTime = (name: string, metric: string): Question => ({
  name,
  display: 'line',
  sql: `SELECT timestamp_second, experiment_bucket, ${metric} FROM classifier_metrics WHERE experiment_bucket <> 'not yet predicted' ORDER BY timestamp_second`,
  dimensions: ['timestamp_second', 'experiment_bucket'],
  metrics: [metric],
});

/** What the dashboard shows, in the order of its places. */
export const questions: readonly Question[] = [
  overTime('Leads a second', 'num_leads'),
  overTime('Net revenue, dollars', 'net_conversion_revenue_dollars'),
  overTime('Precision', 'precision'),
  overTime('Recall', 'recall'),
  overTime('F1', 'f1_score'),
  { name: 'Buckets, matured leads', display: 'table', sql: 'SELECT * FROM bucket_metrics WHERE matured ORDER BY experiment_bucket', dimensions: [], metrics: [] },
];

/** Makes the account, the connection, the questions and the dashboard; returns its address, which renews itself each second. Does nothing where it is there. */
export async function provisionMetabase(options: MetabaseOptions): Promise<string> {
  const say = options.onProgress ?? ((): void => {});
  const api = new MetabaseApi(options.metabaseUrl);
  await untilHealthy(api, options.clock, say);
  await signIn(api, options);
  const known = (await api.get<{ id: number; name: string }[]>('/api/dashboard')).find(({ name }) => name === DASHBOARD);
  const dashboard = known?.id ?? (await createDashboard(api, await connectDatabase(api, options.millraceUrl)));
  return `${options.metabaseUrl}/dashboard/${dashboard}#refresh=1`;
}

/** One session of Metabase's HTTP API. */
class MetabaseApi {
  session: string | undefined;
  readonly #url: string;
  constructor(url: string) {
    this.#url = url;
  }
  get<T>(path: string): Promise<T> {
    return this.#call<T>('GET', path);
  }
  post<T>(path: string, body: object): Promise<T> {
    return this.#call<T>('POST', path, body);
  }
  put<T>(path: string, body: object): Promise<T> {
    return this.#call<T>('PUT', path, body);
  }
  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: { 'content-type': 'application/json', ...(this.session === undefined ? {} : { 'x-metabase-session': this.session }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`Metabase answered ${answer.status} to ${method} ${path}: ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
  }
}

/** Metabase needs a minute or two when it starts for the first time. */
async function untilHealthy(api: MetabaseApi, clock: Clock, say: (line: string) => void): Promise<void> {
  const deadline = clock.monotonic() + 300_000;
  for (;;) {
    const health = await api.get<{ status: string }>('/api/health').catch(() => undefined);
    if (health?.status === 'ok') return;
    if (clock.monotonic() > deadline) throw new Error('Metabase was not ready within five minutes');
    say('waiting for Metabase');
    await sleep(clock, 5_000);
  }
}

/** The first visitor of a new Metabase sets it up with a token; later ones sign in. */
async function signIn(api: MetabaseApi, { email, password }: MetabaseOptions): Promise<void> {
  const properties = await api.get<{ 'setup-token': string | null; 'has-user-setup'?: boolean }>('/api/session/properties');
  const token = properties['setup-token'];
  const { id } = token === null || properties['has-user-setup'] === true
    ? await api.post<{ id: string }>('/api/session', { username: email, password })
    : await api.post<{ id: string }>('/api/setup', {
        token,
        user: { email, password, first_name: 'Coupon', last_name: 'Demo', site_name: 'Millrace' },
        prefs: { site_name: 'Millrace', allow_tracking: false },
      });
  api.session = id;
}

async function connectDatabase(api: MetabaseApi, millraceUrl: string): Promise<number> {
  const { data } = await api.get<{ data: { id: number; name: string }[] }>('/api/database');
  const known = data.find(({ name }) => name === DATABASE);
  if (known) return known.id;
  const url = new URL(millraceUrl);
  const { id } = await api.post<{ id: number }>('/api/database', {
    name: DATABASE,
    engine: 'postgres',
    details: {
      host: url.hostname, port: Number(url.port || 6875), dbname: decodeURIComponent(url.pathname.slice(1)),
      user: decodeURIComponent(url.username), password: decodeURIComponent(url.password), ssl: false,
    },
  });
  return id;
}

/** Metabase's grid is 24 wide; two questions a row. */
const WIDTH = 12;
const HEIGHT = 6;

async function createDashboard(api: MetabaseApi, database: number): Promise<number> {
  const cards: number[] = [];
  for (const { name, display, sql, dimensions, metrics } of questions) {
    const card = await api.post<{ id: number }>('/api/card', {
      name, display,
      dataset_query: { type: 'native', database, native: { query: sql } },
      visualization_settings: display === 'line' ? { 'graph.dimensions': dimensions, 'graph.metrics': metrics } : {},
    });
    cards.push(card.id);
  }
  const { id } = await api.post<{ id: number }>('/api/dashboard', { name: DASHBOARD });
  // Cards that are new on a dashboard have negative ids.
  await api.put(`/api/dashboard/${id}`, {
    dashcards: cards.map((card, index) => ({
      id: -1 - index, card_id: card, row: Math.floor(index / 2) * HEIGHT, col: (index % 2) * WIDTH, size_x: WIDTH, size_y: HEIGHT,
    })),
  });
  return id;
}

async function main(): Promise<void> {
  const { METABASE_URL, METABASE_EMAIL, METABASE_PASSWORD, MILLRACE_URL } = process.env;
  if (!METABASE_URL || !METABASE_EMAIL || !METABASE_PASSWORD || !MILLRACE_URL) throw new Error('METABASE_URL, METABASE_EMAIL, METABASE_PASSWORD and MILLRACE_URL are needed');
  const address = await provisionMetabase({
    metabaseUrl: METABASE_URL, email: METABASE_EMAIL, password: METABASE_PASSWORD, millraceUrl: MILLRACE_URL, clock: new SystemClock(), onProgress: (line) => console.log(line),
  });
  console.log(`the dashboard: ${address}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
