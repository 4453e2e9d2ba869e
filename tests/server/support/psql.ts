import { spawn, spawnSync } from 'node:child_process';

export const psqlMissing = spawnSync('psql', ['--version']).status !== 0;

export interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs psql against a server in this process. */
export function psql(port: number, args: readonly string[], options: { env?: Record<string, string>; input?: string; onStart?: (interrupt: () => void) => void } = {}): Promise<Run> {
  const child = spawn('psql', ['-X', '-h', '127.0.0.1', '-p', String(port), '-U', 'materialize', '-d', 'materialize', ...args], {
    env: { PATH: process.env['PATH'], PGCONNECT_TIMEOUT: '5', LC_ALL: 'C.UTF-8', ...options.env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk));
  child.stdin.end(options.input ?? '');
  options.onStart?.(() => child.kill('SIGINT'));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}
