import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Store } from '../../src/storage/index.ts';
import { open } from './support.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-directory-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

test.skipIf(process.platform !== 'linux').each(['/proc/x', '/proc/x/y', '/proc/self'])('%s cannot hold data, which is said at once', async (directory) => {
  expect(() => new Store(directory)).toThrow(new RegExp(`^(could not make the )?[^:]*data directory ${directory}[^:]*: EN`));
  await expect(open({ directory })).rejects.toMatchObject({ code: '58030', fields: { hint: expect.stringContaining('--data') } });
});

test('a file is no place for data', () => {
  writeFileSync(join(folder, 'file'), '');
  for (const directory of [join(folder, 'file'), join(folder, 'file', 'below')]) expect(() => new Store(directory)).toThrow(`could not make the data directory ${directory}: `);
});

test('what is missing above the directory is made with it, for its owner alone', async () => {
  const directory = join(folder, 'a', 'b', 'c');
  await new Store(directory).close();
  for (const made of [directory, join(folder, 'a')]) expect(statSync(made).mode & 0o777).toBe(0o700);
  await new Store(directory).close();
});
