import { classes } from './arguments.ts';
import { isEmpty } from './matrix.ts';
import type { Matrix } from './matrix.ts';

/** A line for each family: its rows, and for each class the calls compared; behind a slash the cells that are licensed by a reason, behind an exclamation mark those that are empty. */
export function matrixTable({ rows }: Matrix): string {
  const families = [...new Set(rows.map(({ row }) => row.family))].sort();
  const line = (cells: readonly string[]): string => cells.map((text, index) => (index === 0 ? text.padEnd(34) : text.padStart(18))).join('');
  return [line(['calls compared/licensed!empty', 'rows', ...classes]), ...families.map((family) => {
    const own = rows.filter(({ row }) => row.family === family);
    const cells = classes.map((name) => {
      const all = own.map(({ cells: found }) => found[name]);
      const [licensed, empty] = [all.filter(({ reason }) => reason !== undefined).length, all.filter(isEmpty).length];
      return `${all.reduce((sum, { compared }) => sum + compared, 0)}${licensed > 0 ? `/${licensed}` : ''}${empty > 0 ? `!${empty}` : ''}`;
    });
    return line([family, String(own.length), ...cells]);
  })].join('\n');
}
