// npm run bench NAME [arguments]: one benchmark, in a process of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [name, ...rest] = process.argv.slice(2);
const file = join(import.meta.dirname, `${name}.ts`);
if (name === undefined || !existsSync(file)) {
  const names = readdirSync(import.meta.dirname).filter((entry) => entry.endsWith('.ts')).map((entry) => entry.slice(0, -3));
  console.error(`usage: npm run bench NAME, where NAME is one of ${names.join(', ')}`);
  process.exit(1);
}
process.exit(spawnSync(process.execPath, ['--expose-gc', file, ...rest], { stdio: 'inherit' }).status ?? 1);
