import { findType, numericApplyTypmod, SqlError } from '../../core/index.ts';
import type { Numeric, SqlArray } from '../../core/index.ts';
import { defineFunctions } from './define.ts';

/** The functions behind the casts of a type to itself that apply a modifier, called by name; and the names of types by their modifiers' owner. */

function fitted(text: string, typmod: number, explicit: boolean, typeName: string): string {
  const limit = typmod - 4;
  const characters = [...text];
  if (typmod < 4 || characters.length <= limit) return text;
  if (!explicit && characters.slice(limit).some((character) => character !== ' ')) throw new SqlError('22001', `value too long for type ${typeName}(${limit})`);
  return characters.slice(0, limit).join('');
}

function padded(text: string, typmod: number, explicit: boolean): string {
  const result = fitted(text, typmod, explicit, 'character');
  const missing = typmod - 4 - [...result].length;
  if (missing > 10485760) throw new SqlError('54000', 'the text would be too long');
  return missing > 0 ? result + ' '.repeat(missing) : result;
}

export const lengthCastFunctions = defineFunctions([
  ['bpchar(bpchar,int4,bool) bpchar', padded],
  ['varchar(varchar,int4,bool) varchar', (text: string, typmod: number, explicit: boolean) => fitted(text, typmod, explicit, 'character varying')],
  ['numeric(numeric,int4) numeric', (value: Numeric, typmod: number) => (typmod < 4 ? value : numericApplyTypmod(value, typmod))],
  ['oidvectortypes(oidvector) text stable total', (oids: SqlArray) => oids.items.map((oid) => (oid === 0 ? '-' : findType(Number(oid))?.sqlName ?? '???')).join(', ')],
]);
