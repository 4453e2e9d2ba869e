import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SqlError } from '../core/index.ts';

/** Makes the data directory, and what is missing above it, for its owner alone. Throws 58030 with what stands in the way. */
export function makeDirectory(directory: string): void {
  try {
    make(directory);
  } catch (cause) {
    throw new SqlError('58030', `could not make the data directory ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: 'Start with another --data directory, one whose parent may be written to.', cause,
    });
  }
}

/** Not mkdir's own `recursive`, which tries without end where a file system (/proc) says of a directory that is there that it is not. */
function make(directory: string): void {
  if (isDirectory(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) make(parent);
  mkdirSync(directory, { mode: 0o700 });
}

const isDirectory = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
