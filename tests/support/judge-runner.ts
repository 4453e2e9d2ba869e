import { findType } from '../../src/core/index.ts';
import type { Judge } from './judge.ts';
import type { SqlRunner } from './slt.ts';

/** The judge as a reader of golden files. */
export const judgeRunner = (judge: Judge): SqlRunner => ({
  async execute(sql) {
    const { fields, rows } = await judge.query(sql);
    return { names: fields.map(({ name }) => name), types: fields.map((field) => findType(field.dataTypeID)?.name ?? String(field.dataTypeID)), rows };
  },
});
