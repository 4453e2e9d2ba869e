import { SqlError } from '../core/index.ts';

/** One failure as psql words it: the message, then detail and hint. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return `ERROR:  ${String(error)}`;
  const fields: object = error instanceof SqlError ? error.fields : error;
  const extra = (name: 'detail' | 'hint'): string => {
    const value = name in fields ? (fields as Record<string, unknown>)[name] : undefined;
    return typeof value === 'string' ? `\n${name.toUpperCase()}:  ${value}` : '';
  };
  return `ERROR:  ${error.message}${extra('detail')}${extra('hint')}`;
}

export function reportFailure(error: unknown): void {
  console.error(describeFailure(error));
  process.exitCode = 1;
}
