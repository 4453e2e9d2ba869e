import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { SqlError } from '../core/index.ts';

/** When a process began, as the system tells (Linux: field 22 of /proc/PID/stat), so that a reused process number is not taken for the old process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined; // no such process, or a system without /proc
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Takes the directory for this process: a file `lock` with the process number and start time. A lock whose process is gone is taken over.
 * Returns what gives it back. Throws 55006 where another process holds it, 58030 where nothing can be written there.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const own = `${process.pid} ${startOf(process.pid) ?? ''}`;
  for (let attempt = 0; ; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, own);
      closeSync(file);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) {
        const message = `the data directory ${directory} cannot be written to: ${error instanceof Error ? error.message : String(error)}`;
        throw new SqlError('58030', message, { hint: 'Start with another --data directory, or as the user it belongs to.', cause: error });
      }
    }
    const [pid, start] = readFileSync(path, 'utf8').split(' ');
    const holder = Number(pid);
    if (Number.isInteger(holder) && holder > 0 && isAlive(holder) && (start === '' || start === undefined || startOf(holder) === start)) {
      throw new SqlError('55006', `the data directory ${directory} is in use by process ${holder}`, {
        hint: 'Stop that server, or start this one with another --data directory.',
      });
    }
    rmSync(path, { force: true });
  }
}
