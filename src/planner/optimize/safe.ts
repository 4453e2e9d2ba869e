import type { Scalar } from '../../ir/index.ts';
import { functionById, someScalar } from '../../ir/index.ts';

/**
 * Whether evaluating the scalar can raise no error and has no effect, so that it may be evaluated for rows that would not have reached it.
 * `raise`, and what is not known to be total, may.
 */
export function isSafe(scalar: Scalar): boolean {
  return !someScalar(scalar, (node) => {
    switch (node.op) {
      case 'raise':
      case 'fromText':
      case 'currentTime':
        return true;
      case 'coerceTypmod':
        return !node.explicit;
      case 'call':
      case 'anyOf':
      case 'allOf':
      case 'nullIf':
        return !isTotal(node.function);
      default:
        return false;
    }
  });
}

function isTotal(id: string): boolean {
  const row = functionById(id);
  return row !== undefined && row.volatility !== 'volatile' && (row.total === true || row.inline !== undefined || isComparison(row.name));
}

/** Comparisons of values never raise, whether or not their table says so. */
const isComparison = (name: string): boolean => /(^|[a-z0-9])_?(eq|ne|lt|le|gt|ge)$/.test(name) || /^(text|name|bpchar)(eq|ne|lt|le|gt|ge|like|nlike|regexeq|regexne)/.test(name);
