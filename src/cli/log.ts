import type { Clock } from '../core/index.ts';
import type { ServerLog } from '../server/index.ts';

/** The server's log on stderr: one line an event, time, level, message, then fields as JSON. */
export function terminalLog(clock: Clock): ServerLog {
  const write = (level: string) => (fields: object, message: string): void => {
    const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields, errorsAsText)}`;
    process.stderr.write(`${new Date(clock.now()).toISOString()} ${level} ${message}${rest}\n`);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

const errorsAsText = (_: string, value: unknown): unknown =>
  value instanceof Error ? (value.stack ?? value.message) : typeof value === 'bigint' ? String(value) : value;

/** Only what somebody must act on. */
export const quietLog = (clock: Clock): ServerLog => ({ ...terminalLog(clock), info: () => {} });
