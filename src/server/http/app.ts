import express from 'express';
import type { ErrorRequestHandler, Express, RequestHandler, Response } from 'express';
import type { Database } from '../../database/index.ts';
import type { ServerLog } from '../log.ts';
import type { ErrorAnswer, HealthAnswer, WebhookAccepted } from './contract.ts';

/** Materialize's bounds: a body of 2 MB, and 500 requests under way. */
export const LONGEST_WEBHOOK_BODY_BYTES = 2 * 1024 * 1024;
export const MOST_CONCURRENT_WEBHOOKS = 500;

/** The HTTP side of the server: health, metrics, webhooks. */
export function httpApp(database: Database, log: ServerLog, connections: () => number): Express {
  const app = express();
  app.disable('x-powered-by');
  const webhooks = { underWay: 0, total: 0 };
  app.get(['/', '/health'], health(database));
  app.get('/metrics', metrics(database, connections, webhooks));
  app.post(
    '/api/webhook/:database/:schema/:name',
    bounded(webhooks),
    express.raw({ type: () => true, limit: LONGEST_WEBHOOK_BODY_BYTES, inflate: true }),
    webhook(database),
  );
  app.use((request, response) => refuse(response, 404, 'not found', `There is nothing at ${request.method} ${request.path}.`));
  app.use(errorHandler(log));
  return app;
}

function refuse(response: Response, status: number, error: string, detail?: string): void {
  const answer: ErrorAnswer = detail === undefined ? { error } : { error, detail };
  response.status(status).json(answer);
}

const health = (database: Database): RequestHandler => (_request, response) => {
  const answer: HealthAnswer = { status: database.ready ? 'ready' : 'starting' };
  response.status(database.ready ? 200 : 503).json(answer);
};

/** Prometheus' text format. */
const metrics = (database: Database, connections: () => number, webhooks: { underWay: number; total: number }): RequestHandler => (_request, response) => {
  const lines = [
    '# TYPE millrace_ready gauge', `millrace_ready ${database.ready ? 1 : 0}`,
    '# TYPE millrace_connections gauge', `millrace_connections ${connections()}`,
    '# TYPE millrace_webhook_requests_total counter', `millrace_webhook_requests_total ${webhooks.total}`,
    '# TYPE millrace_webhook_requests_under_way gauge', `millrace_webhook_requests_under_way ${webhooks.underWay}`,
  ];
  response.type('text/plain; version=0.0.4').send(`${lines.join('\n')}\n`);
};

/** Refuses a request while too many are under way; their bodies would lie in memory. */
const bounded = (webhooks: { underWay: number; total: number }): RequestHandler => (_request, response, next) => {
  webhooks.total++;
  if (webhooks.underWay >= MOST_CONCURRENT_WEBHOOKS) {
    return refuse(response, 429, 'too many requests', `At most ${MOST_CONCURRENT_WEBHOOKS} webhook requests may be under way.`);
  }
  webhooks.underWay++;
  response.once('close', () => webhooks.underWay--);
  next();
};

const webhook = (database: Database): RequestHandler<{ database: string; schema: string; name: string }> => async (request, response) => {
  const headers = pairs(request.rawHeaders);
  const repeated = firstRepeated(headers.map(([name]) => name));
  if (repeated !== undefined) return refuse(response, 401, 'duplicate header', `The header "${repeated}" is given more than once.`);
  if (!database.ready) return refuse(response, 503, 'the database system is starting up');
  const body: unknown = request.body;
  const answer = await database.webhook({
    ...request.params,
    body: body instanceof Uint8Array ? body : new Uint8Array(0),
    headers,
  });
  if (answer.status !== 200) return refuse(response, answer.status, answer.message);
  const accepted: WebhookAccepted = { message: answer.message };
  response.status(200).json(accepted);
};

/** Header names in lower case, as HTTP compares them. */
const pairs = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i]!.toLowerCase(), raw[2 * i + 1]!]);

function firstRepeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

/** Errors of body-parser carry their status; anything else is a mistake of ours. */
const errorHandler = (log: ServerLog): ErrorRequestHandler => (error: unknown, request, response, next) => {
  if (response.headersSent) return next(error);
  const status = statusOf(error);
  if (status === 413) return refuse(response, 413, 'request body too large', `A webhook body may have at most ${LONGEST_WEBHOOK_BODY_BYTES} bytes.`);
  if (status !== undefined && status < 500) return refuse(response, status, error instanceof Error ? error.message : 'bad request');
  log.error({ err: error, path: request.path }, 'an HTTP request failed');
  refuse(response, 500, 'internal error');
};

const statusOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : undefined;
