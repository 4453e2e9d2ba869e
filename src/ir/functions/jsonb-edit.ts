import { jsonObject, SqlError } from '../../core/index.ts';
import type { Datum, JsonValue } from '../../core/index.ts';
import { invalidParameter } from './define.ts';
import { isArray, isContainer, isObject } from './json-values.ts';

/** What happens at the end of a path. `create`: also where nothing is; `before`/`after`: only where nothing is, in an object, or beside, in an array. */
export type Edit =
  | { readonly kind: 'delete' }
  | { readonly kind: 'set'; readonly value: JsonValue; readonly create: boolean }
  | { readonly kind: 'insert'; readonly value: JsonValue; readonly after: boolean };

/** jsonb's own decimal integers: what `strtoint` reads. */
export function pathIndex(step: string): number | undefined {
  if (!/^\s*[+-]?\d+$/.test(step)) return undefined;
  const index = Number(step);
  return index < -2147483648 || index > 2147483647 ? undefined : index;
}

/** The document with the value at `path` changed; the document itself where the path leads nowhere. Manual: `jsonb_set`, `jsonb_insert`, `#-`. */
export function editAt(document: JsonValue, path: readonly Datum[], edit: Edit, depth = 0): JsonValue {
  if (depth >= path.length) return document;
  const step = path[depth];
  if (step === null || step === undefined) throw new SqlError('22004', `path element at position ${depth + 1} is null`);
  if (!isContainer(document)) return document;
  return isObject(document) ? editObject(document, String(step), path, edit, depth) : editArray(document, String(step), path, edit, depth);
}

function editObject(object: ReadonlyMap<string, JsonValue>, key: string, path: readonly Datum[], edit: Edit, depth: number): JsonValue {
  const found = object.get(key);
  const last = depth === path.length - 1;
  if (found === undefined) {
    const adds = last && (edit.kind === 'insert' || (edit.kind === 'set' && edit.create));
    return adds ? jsonObject([...object, [key, edit.value]]) : object;
  }
  if (!last) return replaceMember(object, key, editAt(found, path, edit, depth + 1));
  if (edit.kind === 'insert') throw invalidKeyReplacement();
  if (edit.kind === 'delete') return new Map([...object].filter(([name]) => name !== key));
  return replaceMember(object, key, edit.value);
}

const invalidKeyReplacement = (): SqlError =>
  new SqlError('22023', 'cannot replace existing key', { hint: 'Try using the function jsonb_set to replace key value.' });

const replaceMember = (object: ReadonlyMap<string, JsonValue>, key: string, value: JsonValue): ReadonlyMap<string, JsonValue> =>
  new Map([...object].map(([name, old]) => [name, name === key ? value : old]));

function editArray(array: readonly JsonValue[], step: string, path: readonly Datum[], edit: Edit, depth: number): JsonValue {
  const given = pathIndex(step);
  if (given === undefined) throw new SqlError('22P02', `path element at position ${depth + 1} is not an integer: "${step}"`);
  const index = given < 0 ? array.length + given : given;
  const last = depth === path.length - 1;
  if (index < 0 || index >= array.length) {
    if (!last || edit.kind === 'delete' || (edit.kind === 'set' && !edit.create)) return array;
    return index < 0 ? [edit.value, ...array] : [...array, edit.value];
  }
  if (!last) return array.with(index, editAt(array[index]!, path, edit, depth + 1));
  if (edit.kind === 'delete') return array.toSpliced(index, 1);
  if (edit.kind === 'set') return array.with(index, edit.value);
  return array.toSpliced(edit.after ? index + 1 : index, 0, edit.value);
}

/** `document - key`, `document - keys`. */
export function withoutKeys(document: JsonValue, keys: readonly Datum[]): JsonValue {
  if (!isContainer(document)) throw invalidParameter('cannot delete from scalar');
  const gone = new Set(keys);
  if (isArray(document)) return document.filter((item) => typeof item !== 'string' || !gone.has(item));
  return new Map([...document].filter(([key]) => !gone.has(key)));
}

/** `document - index`; from the end when negative. */
export function withoutIndex(document: JsonValue, index: number): JsonValue {
  if (!isContainer(document)) throw invalidParameter('cannot delete from scalar');
  if (isObject(document)) throw invalidParameter('cannot delete from object using integer index');
  const at = index < 0 ? document.length + index : index;
  return at < 0 || at >= document.length ? document : document.toSpliced(at, 1);
}

/** `a || b`: objects merge, the right one winning; anything else becomes an array of both. */
export function concatenated(a: JsonValue, b: JsonValue): JsonValue {
  if (isObject(a) && isObject(b)) return jsonObject([...a, ...b]);
  return [...(isArray(a) ? a : [a]), ...(isArray(b) ? b : [b])];
}

export function withoutNulls(document: JsonValue, inArrays: boolean): JsonValue {
  if (isObject(document)) return new Map([...document].flatMap(([key, value]) => (value === null ? [] : [[key, withoutNulls(value, inArrays)] as const])));
  if (isArray(document)) return document.filter((item) => !inArrays || item !== null).map((item) => withoutNulls(item, inArrays));
  return document;
}
