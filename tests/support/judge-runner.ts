import { findType } from '../../src/core/index.ts';
import { firstUserOid } from '../../src/catalog/index.ts';
import type { Judge } from './judge.ts';
import type { SqlRunner } from './slt.ts';

/** The judge as a reader of golden files. */
export const judgeRunner = (judge: Judge): SqlRunner => ({
  async execute(sql) {
    const { fields, rows } = await judge.query(sql);
    const types = await Promise.all(fields.map(({ dataTypeID }) => typeName(judge, dataTypeID)));
    return { names: fields.map(({ name }) => name), types, rows };
  },
});

async function typeName(judge: Judge, oid: number): Promise<string> {
  if (oid < firstUserOid) return findType(oid)?.name ?? String(oid);
  const { rows } = await judge.query(`select typname from pg_type where oid = ${oid}`);
  return rows[0]?.[0] ?? String(oid);
}
