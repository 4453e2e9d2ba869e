import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SqlError, SystemClock } from '../core/index.ts';
import { terminalLog } from './log.ts';
import type { LogLevel } from './log.ts';
import { logNodeWarnings } from './node-warnings.ts';
import { serve } from './serve.ts';

export interface StartOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly user: string;
  readonly password?: string;
  readonly insecure: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly logLevel: LogLevel;
}

/** `millrace start`: serves until SIGINT or SIGTERM, then closes in order. An engine that ended by itself ends the server, with an error. */
export async function runStart(options: StartOptions): Promise<void> {
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    throw new SqlError('F0000', '--tls-cert and --tls-key go together', { hint: 'A certificate is of no use without its key.' });
  }
  const clock = new SystemClock();
  const log = terminalLog(clock, options.logLevel);
  logNodeWarnings(log);
  const tls = options.tlsCert !== undefined && options.tlsKey !== undefined
    ? { cert: readOptionFile('--tls-cert', options.tlsCert), key: readOptionFile('--tls-key', options.tlsKey) }
    : undefined;
  let fail = (_error: Error): void => {};
  const stopping = new Promise<void>((resolveStop, rejectStop) => {
    fail = (error) => rejectStop(new Error(`the engine stopped: ${error.message}`, { cause: error }));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolveStop());
  });
  stopping.catch(() => {});
  const running = await serve({
    clock, host: options.host, port: options.port, dataDirectory: resolve(options.data), log, onFailure: fail,
    user: options.user, insecure: options.insecure,
    ...(options.password === undefined || options.password === '' ? {} : { password: options.password }),
    ...(tls === undefined ? {} : { tls }),
  });
  const { host, port } = running.server.address;
  console.log(`millrace is ready: psql -h ${host} -p ${port} -U ${options.user} materialize`);
  try {
    await stopping;
  } finally {
    await running.close();
  }
}

function readOptionFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SqlError('F0000', `could not read the file of ${option}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
