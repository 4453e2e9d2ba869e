import { quoteIdentifier } from '../ir/index.ts';
import type { TableItem } from './items.ts';

/** A table with a column of another name, in the texts of its conditions and generated columns too. Of views see present-query. */
export function withColumnRenamed(table: TableItem, column: number, to: string): TableItem {
  const from = table.columns[column]!.name;
  const text = (sql: string): string => renamedIn(sql, from, to);
  return {
    ...table,
    columns: table.columns.map((each, index) => ({
      ...each, ...(index === column && { name: to }), ...(each.generated !== undefined && each.defaultSql !== undefined && { defaultSql: text(each.defaultSql) }),
    })),
    ...(table.checks && { checks: table.checks.map((check) => ({ ...check, sql: text(check.sql) })) }),
  };
}

/** strings, quoted and plain names, `::`, and anything else, a character each */
const PIECES = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|::|[^]/gu;
/** what names of types of several words go on with */
const typeWords = new Set(['varying', 'precision', 'without', 'with', 'time', 'zone']);

/** An expression as `expressionTexts` writes it, with a column of another name. A name before a bracket is a function's, one behind `::` a type's. */
function renamedIn(sql: string, from: string, to: string): string {
  const written = quoteIdentifier(from);
  const pieces = sql.match(PIECES) ?? [];
  let inType = false;
  let before = '';
  return pieces.map((piece, index) => {
    if (/^\s$/.test(piece)) return piece;
    inType = before === '::' || (inType && typeWords.has(piece));
    const isColumn = piece === written && !inType && before !== '.' && pieces[index + 1] !== '(' && pieces[index + 1] !== '.';
    before = piece;
    return isColumn ? quoteIdentifier(to) : piece;
  }).join('');
}
