import { DuckDBInstance } from '@duckdb/node-api';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFile } from '../../src/batch/index.ts';
import { Oid, sqlType } from '../../src/core/index.ts';
import type { Column } from '../../src/core/index.ts';
import { textRows } from '../ingest/rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
const at = (name: string): string => join(folder, name);

async function read(name: string, columns?: readonly Column[]): Promise<{ columns: string[]; rows: (string | null)[][] }> {
  const file = await openFile(at(name), columns);
  try {
    const rows: (string | null)[][] = [];
    for await (const batch of file.rows()) rows.push(...textRows(batch));
    return { columns: file.columns.map((column) => `${column.name} ${column.type.oid} ${column.type.typmod}`), rows };
  } finally {
    file.close();
  }
}
const column = (name: string, oid: number, nullable = true): Column => ({ name, type: sqlType(oid), nullable });

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const duck = await instance.connect();
  await duck.run(`COPY (SELECT true b, 1::TINYINT i1, 2::SMALLINT i2, 3::INT i4, 9007199254740993::BIGINT i8, 18446744073709551615::UBIGINT u8, 170141183460469231731687303715884105727::HUGEINT hu, 1.1::FLOAT f4, 1e300::DOUBLE f8,
    1.50::DECIMAL(10,2) n, 'ä' t, '\\x00\\xFF'::BLOB bin, DATE '2024-02-29' d, TIMESTAMP '1999-12-31 23:59:59.999999' ts, TIMESTAMPTZ '2022-07-19 12:00:00+02' tz, TIMESTAMP_NS '2022-01-01 00:00:00.123456789' ns,
    TIME '01:02:03.5' ti, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID u, 'x'::ENUM('x', 'y') e, NULL::INT missing) TO '${at('types.parquet')}'`);
  await duck.run(`COPY (SELECT i AS id, i / 2 AS half FROM range(100000) t(i)) TO '${at('long.parquet')}'`);
  await duck.run(`COPY (SELECT {'a': 1} AS point) TO '${at('nested.parquet')}'`);
  duck.closeSync();
  instance.closeSync();
  writeFileSync(at('leads.csv'), 'id,score,at,ok\n1,0.5,2022-01-01 00:00:00,true\n2,,2022-01-01 00:00:01.5,false\n');
  writeFileSync(at('broken.parquet'), 'no');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the types of Parquet become those of Postgres', async () => {
  const { columns, rows } = await read('types.parquet');
  expect(columns).toEqual([
    'b 16 -1', 'i1 21 -1', 'i2 21 -1', 'i4 23 -1', 'i8 20 -1', 'u8 1700 -1', expect.stringMatching(/^hu /), 'f4 700 -1', 'f8 701 -1', `n 1700 ${((10 << 16) | 2) + 4}`, 't 25 -1', 'bin 17 -1', 'd 1082 -1',
    'ts 1114 -1', 'tz 1184 -1', 'ns 1114 -1', 'ti 1083 -1', 'u 2950 -1', 'e 25 -1', 'missing 23 -1',
  ]);
  expect(rows).toEqual([[
    't', '1', '2', '3', '9007199254740993', '18446744073709551615', expect.any(String), '1.1', '1e+300', '1.50', 'ä', '\\x00ff', '2024-02-29', '1999-12-31 23:59:59.999999', '2022-07-19 10:00:00+00',
    '2022-01-01 00:00:00.123456', '01:02:03.5', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'x', null,
  ]]);
});

test('a long file comes in bounded batches, whole and in order', async () => {
  const file = await openFile(at('long.parquet'));
  let next = 0;
  for await (const batch of file.rows()) {
    expect(batch.rowCount).toBeLessThanOrEqual(16_384);
    for (let row = 0; row < batch.rowCount; row++) expect(batch.long(row, 0) === next++).toBe(true);
  }
  expect(next).toBe(100_000);
  file.close();
});

test('CSV: types from the file, or as declared', async () => {
  expect(await read('leads.csv')).toEqual({
    columns: ['id 20 -1', 'score 701 -1', 'at 1114 -1', 'ok 16 -1'],
    rows: [['1', '0.5', '2022-01-01 00:00:00', 't'], ['2', null, '2022-01-01 00:00:01.5', 'f']],
  });
  expect((await read('leads.csv', [column('score', Oid.numeric), column('id', Oid.text)])).rows).toEqual([['0.5', '1'], [null, '2']]);
});

test('what does not fit is an error that names it', async () => {
  await expect(read('leads.csv', [column('score', Oid.int4)])).rejects.toMatchObject({ code: '22P02', message: 'file column "score": invalid input syntax for type integer: "0.5"' });
  await expect(read('leads.csv', [column('score', Oid.float8, false)])).rejects.toMatchObject({ code: '23502' });
  await expect(read('leads.csv', [column('nope', Oid.text)])).rejects.toMatchObject({ code: '42703' });
  await expect(read('nested.parquet')).rejects.toMatchObject({ code: '0A000', message: expect.stringContaining('file column "point"') });
  await expect(read('broken.parquet')).rejects.toMatchObject({ code: '22P04' });
  await expect(read('missing.parquet')).rejects.toMatchObject({ code: '58P01', message: `could not open file "${at('missing.parquet')}": No such file or directory` });
  await expect(read('leads.xls')).rejects.toMatchObject({ code: '0A000' });
});
