import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * A child process that never outlives us, however we die.
 *
 * The program runs under a small shell that holds one end of a pipe. Saying a line on it stops the program in order, "remove" with its folder; the end of
 * the pipe (our process is gone, even by SIGKILL) does so too. The child has a session of its own, so that a Ctrl-C
 * in the terminal reaches us alone and children are stopped in the order we choose.
 */
export interface Child {
  readonly pid: number;
  /** Resolves when the program has ended, with what it last wrote. */
  readonly exited: Promise<void>;
  readonly running: boolean;
  /** The last lines of its output, for an error message. */
  recentOutput(): string;
  /** Asks it to stop (after ten seconds, urgently; after fifteen, kills it) and waits for the end. Its folder is removed even where we do not live to see that. */
  stop(folder: 'keep' | 'remove'): Promise<void>;
}

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The signal that asks this program to stop. */
  readonly stopSignal: 'INT' | 'TERM';
  /** Removed when we die without having stopped the child. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

const WATCHDOG = `
exec 3<&0
signal=$1; folder=$2; shift 2
"$@" </dev/null 3<&- &
child=$!
(
  read -r word <&3 || word=remove
  kill -s "$signal" "$child" 2>/dev/null
  tries=0
  while kill -0 "$child" 2>/dev/null && [ $tries -lt 150 ]; do
    # Postgres then ends its own processes at once; killed, it would leave them behind for a moment.
    [ $tries -eq 100 ] && kill -s QUIT "$child" 2>/dev/null
    sleep 0.1; tries=$((tries + 1))
  done
  kill -s KILL "$child" 2>/dev/null
  [ "$word" = keep ] || rm -rf "$folder"
) >/dev/null 2>&1 &
exec 3<&-
wait "$child"
`;

const RECENT_LIMIT = 16_384;

export function startChild(options: ChildOptions): Child {
  const child: ChildProcess = spawn('/bin/sh', ['-c', WATCHDOG, 'watchdog', options.stopSignal, options.folder, options.command, ...options.args], {
    cwd: options.folder,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    uid: options.uid,
    gid: options.gid,
  });
  let recent = '';
  let running = true;
  const hear = (chunk: Buffer): void => {
    recent = (recent + chunk.toString('utf8')).slice(-RECENT_LIMIT);
  };
  child.stdout!.on('data', hear);
  child.stderr!.on('data', hear);
  // The pipe breaks when the shell has ended first; `exited` tells.
  child.stdin!.on('error', () => {});
  const exited = new Promise<void>((resolve) => {
    const end = (): void => {
      running = false;
      child.stdin!.destroy();
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      recent += String(error);
      end();
    });
  });
  return {
    pid: child.pid ?? 0,
    exited,
    get running() {
      return running;
    },
    recentOutput: () => recent,
    async stop(folder) {
      if (running) child.stdin!.end(`${folder}\n`);
      await exited;
    },
  };
}
