import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** ends it, and what it started */
  readonly signal?: AbortSignal;
}

/**
 * Runs a command to its end and returns what it wrote; rejects with that when it fails. Like our children (child.ts) it has a session of its own:
 * a Ctrl-C in the terminal reaches us alone.
 */
export function runCommand(command: string, args: readonly string[], { signal, ...options }: CommandOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (chunk: Buffer): void => void (said += chunk.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    // It leads a group of its own; and only when all of it has ended may its folder be removed.
    const end = (): void => void (child.pid !== undefined && process.kill(-child.pid, 'SIGTERM'));
    signal?.addEventListener('abort', end, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', end);
      if (code === 0) resolve(said);
      else reject(signal?.aborted ? signal.reason : new Error(said.slice(-2000)));
    });
  });
}
