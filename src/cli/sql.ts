import { findType } from '../core/index.ts';
import { ServerClient } from './client.ts';
import type { TextAnswer } from './client.ts';
import { drawTable } from './table.ts';

/** `millrace sql`: the rows of every statement as a table, its tag where it has none. */
export async function runSql(statements: string, url: string): Promise<void> {
  const client = await ServerClient.connect(url, (notice) => console.error(notice));
  try {
    for (const answer of await client.query(statements)) console.log(drawAnswer(answer));
  } finally {
    await client.close();
  }
}

export function drawAnswer({ command, fields, rows, rowCount }: TextAnswer): string {
  if (fields.length === 0) return rowCount === null ? command : `${command} ${rowCount}`;
  const right = fields.map(({ oid }) => findType(oid)?.category === 'N');
  return `${drawTable(fields.map(({ name }) => name), rows, right)}\n(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})\n`;
}
