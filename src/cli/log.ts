import type { Clock } from '../core/index.ts';
import type { ServerLog } from '../server/index.ts';

/** What can be told, the most urgent first. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The log of server and database. */
export interface Log extends ServerLog {
  debug(fields: object, message: string): void;
}

/** A log on stderr of what is at least as urgent as `level`: one line an event, time, level, message, then fields as JSON. */
export function terminalLog(clock: Clock, level: LogLevel): Log {
  const write = (of: LogLevel): Log['info'] => (fields, message) => {
    if (logLevels.indexOf(of) > logLevels.indexOf(level)) return;
    const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields, errorsAsText)}`;
    process.stderr.write(`${new Date(clock.now()).toISOString()} ${of} ${message}${rest}\n`);
  };
  return { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') };
}

const errorsAsText = (_: string, value: unknown): unknown =>
  value instanceof Error ? (value.stack ?? value.message) : typeof value === 'bigint' ? String(value) : value;
