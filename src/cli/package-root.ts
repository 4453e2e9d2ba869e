import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: the checkout, or where npm installed it. It holds sql/, templates/ and examples/. */
export function packageRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
