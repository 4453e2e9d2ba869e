import { codecOf } from './codecs/index.ts';
import { findType, storageOf } from './types.ts';
import type { SqlType } from './types.ts';

/** Whether equal values of this type always have equal bytes, so that the words of rows decide equality. Not so: 1.0 and 1.00, 0 and -0, '1 mon' and '30 days'. */
export function exactWords(type: SqlType): boolean {
  const storage = storageOf(type);
  if (storage === 'double') return false;
  if (storage !== 'symbol') return true;
  const info = findType(type.oid);
  return info !== undefined && codecOf(type.oid).canonical === undefined;
}
