import { Oid, findType } from '../core/index.ts';
import type { SqlType } from '../core/index.ts';
import { functionById } from './functions/index.ts';
import type { Scalar } from './scalar.ts';

/** Whether evaluating this operator can raise an error, whatever its operands are. `raise`, and what is not known to be total, may. */
export function mayRaise(scalar: Scalar): boolean {
  switch (scalar.op) {
    case 'raise':
    case 'fromText':
      return true;
    case 'coerceTypmod':
      return !scalar.explicit || !truncated.has(scalar.type.oid);
    case 'array':
      return scalar.nested;
    case 'call':
      return !isTotal(scalar.function, scalar.args[0]?.type);
    case 'anyOf':
    case 'allOf':
    case 'nullIf':
      return !isTotal(scalar.function, scalar.left.type);
    case 'same':
      return holdsRecords(scalar.left.type);
    case 'greatest':
    case 'least':
      return holdsRecords(scalar.type);
    default:
      return false;
  }
}

/** Types whose values an explicit cast to a length cuts off; those of others may not fit. */
const truncated: ReadonlySet<number> = new Set([Oid.varchar, Oid.bpchar, Oid.bit, Oid.varbit]);

function isTotal(id: string, operand: SqlType | undefined): boolean {
  const row = functionById(id);
  return row !== undefined && row.volatility !== 'volatile' && (row.total === true || row.inline !== undefined || (isComparison(row.name) && !(operand !== undefined && holdsRecords(operand))));
}

/** Records are compared field by field: it raises where they have not as many, or of other types. */
const holdsRecords = ({ oid }: SqlType): boolean => oid === Oid.record || findType(oid)?.element === Oid.record;

/** Comparisons of values that are no records never raise, whether or not their table says so. */
const isComparison = (name: string): boolean => /(^|[a-z0-9])_?(eq|ne|lt|le|gt|ge)$/.test(name) || /^(text|name|bpchar)(eq|ne|lt|le|gt|ge|like|nlike|regexeq|regexne)/.test(name);
