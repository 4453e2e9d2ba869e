/** Rows under their names, columns aligned, as psql draws them; numbers to the right. */
export function drawTable(names: readonly string[], rows: readonly (readonly (string | null)[])[], rightAligned: readonly boolean[] = []): string {
  const cells = rows.map((row) => row.map((value) => (value ?? '').replaceAll('\n', '\\n')));
  const widths = names.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]!.length)));
  const place = (text: string, column: number): string => (rightAligned[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!));
  const line = (row: readonly string[]): string => ` ${row.map(place).join(' | ')}`.trimEnd();
  return [line(names), widths.map((width) => '-'.repeat(width + 2)).join('+'), ...cells.map(line)].join('\n');
}
