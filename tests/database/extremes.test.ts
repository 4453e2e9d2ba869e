import { expect, test } from 'vitest';
import { open } from './support.ts';

/** Values of each type in no order, with the ends of the type, NULL, and some twice. */
const values: Readonly<Record<string, readonly (string | null)[]>> = {
  int2: ['5', '-32768', null, '32767', '5'], int4: ['0', '2147483647', '-2147483648', null], date: ['2020-01-01', 'infinity', '-infinity', '0044-03-15 BC', null],
  int8: ['4294967296', '-1', '0', '4294967295', '-9223372036854775808', '9223372036854775807', null, '-4294967296', '-4294967297'],
  float8: ['0.5', 'NaN', '-Infinity', 'Infinity', null, '1e300', '-1e-300'], timestamp: ['2020-01-01', 'infinity', null, '1969-12-31 23:59:59.999999', '-infinity'],
  timestamptz: ['2020-01-01 00:00:00+00', '2020-01-01 00:00:00+01', null], numeric: ['1.5', 'NaN', '-2'], text: ['b', '', null, 'a'],
};

test('min and max asked once are those of a view, for every prefix of the rows', async () => {
  const opened = await open();
  try {
    const client = await opened.connect();
    for (const [type, all] of Object.entries(values)) {
      await client.query(`CREATE TABLE ${type}s (g int, x ${type})`);
      const extremes = `min(x) AS a, max(x) AS b, min(x) FILTER (WHERE g = 1) AS c, max(DISTINCT x) AS d FROM ${type}s`;
      await client.query(`CREATE MATERIALIZED VIEW of_${type} AS SELECT ${extremes}`);
      await client.query(`CREATE MATERIALIZED VIEW groups_${type} AS SELECT g, ${extremes} GROUP BY g`);
      for (const [i, value] of [undefined, ...all].entries()) {
        if (value !== undefined) await client.query(`INSERT INTO ${type}s VALUES (${i % 2}, ${value === null ? 'NULL' : `'${value}'`})`);
        expect(await client.query(`SELECT ${extremes}`), `${type} after ${i}`).toEqual(await client.query(`SELECT * FROM of_${type}`));
        expect(await client.query(`SELECT g, ${extremes} GROUP BY g ORDER BY g`), `${type} after ${i}`).toEqual(await client.query(`SELECT * FROM groups_${type} ORDER BY g`));
      }
      // What a transaction takes away is gone for it.
      await client.query('BEGIN');
      await client.query(`DELETE FROM ${type}s WHERE x = (SELECT max(x) FROM ${type}s)`);
      const [row] = await client.query(`SELECT max(x) = (SELECT x FROM ${type}s WHERE x IS NOT NULL ORDER BY x DESC LIMIT 1) FROM ${type}s`);
      expect(row, type).toEqual(['t']);
      await client.query('ROLLBACK');
    }
  } finally {
    await opened.close();
  }
});
