import type { Datum, SqlArray, SqlRecord } from '../core/index.ts';
import { InvariantError, Oid, sized, SqlError, sqlErrorOf, codecOf, findType, typeInfo, normalLong, numericFromBigint, POSTGRES_EPOCH_MS } from '../core/index.ts';
import type { Environment } from './functions/contract.ts';
import { toBitLength, toVarbitLength } from './functions/bit.ts';
import { evaluatorOf, functionById } from './functions/index.ts';
import { recordNames } from './record-names.ts';
import type { Scalar } from './scalar.ts';

/**
 * The value of a scalar over one row: the reference reading of what every operator of `Scalar` means, used to fold constants.
 * Raises what evaluation raises, with the scalar's position where it has one.
 */
export function evaluateScalar(scalar: Scalar, row: readonly Datum[], environment: Environment): Datum {
  const value = (inner: Scalar): Datum => evaluateScalar(inner, row, environment);
  switch (scalar.op) {
    case 'column':
      return row[scalar.index] ?? null;
    case 'literal':
      return scalar.value;
    case 'parameter':
      throw new InvariantError(`parameter $${scalar.index} is not bound`);
    case 'currentTime':
      return currentTime(scalar.type.oid, environment);
    case 'call': {
      const args = scalar.args.map(value);
      return located(scalar.position, () => call(scalar.function, args, scalar.args, environment));
    }
    case 'and': {
      let result: Datum = true;
      for (const arg of scalar.args) {
        const part = value(arg);
        if (part === false) return false;
        if (part === null) result = null;
      }
      return result;
    }
    case 'or': {
      let result: Datum = false;
      for (const arg of scalar.args) {
        const part = value(arg);
        if (part === true) return true;
        if (part === null) result = null;
      }
      return result;
    }
    case 'not': {
      const arg = value(scalar.arg);
      return arg === null ? null : arg !== true;
    }
    case 'isNull':
      return value(scalar.arg) === null;
    case 'isTrue':
      return value(scalar.arg) === true;
    case 'isFalse':
      return value(scalar.arg) === false;
    case 'same': {
      const left = value(scalar.left);
      const right = value(scalar.right);
      return left === null || right === null ? left === right : codecOf(scalar.left.type.oid).compare(left, right) === 0;
    }
    case 'case': {
      for (const branch of scalar.branches) if (value(branch.when) === true) return value(branch.then);
      return value(scalar.otherwise);
    }
    case 'coalesce': {
      for (const arg of scalar.args) {
        const result = value(arg);
        if (result !== null) return result;
      }
      return null;
    }
    case 'nullIf': {
      const left = value(scalar.left);
      const right = value(scalar.right);
      const equal = located(scalar.position, () => call(scalar.function, [left, right], [scalar.left, scalar.right], environment));
      return equal === true ? null : left;
    }
    case 'greatest':
    case 'least': {
      const sign = scalar.op === 'greatest' ? 1 : -1;
      let best: Datum = null;
      for (const arg of scalar.args) {
        const candidate = value(arg);
        if (candidate !== null && (best === null || codecOf(scalar.type.oid).compare(candidate, best) * sign > 0)) best = candidate;
      }
      return best;
    }
    case 'array':
      return arrayOf(scalar.elements.map(value), scalar.nested, findType(scalar.type.oid)?.element ?? 0);
    case 'row':
      return withNames({ kind: 'record', types: scalar.fields.map((field) => field.type.oid), fields: scalar.fields.map(value) }, recordNames(scalar));
    case 'field': {
      const record = value(scalar.arg);
      return isRecord(record) ? record.fields[scalar.index] ?? null : null;
    }
    case 'subscript':
      return subscript(value(scalar.arg), scalar.lower.map((bound) => (bound === null ? undefined : value(bound))), scalar.upper?.map((bound) => (bound === null ? undefined : value(bound))));
    case 'anyOf':
    case 'allOf': {
      const left = value(scalar.left);
      const array = value(scalar.array);
      return located(scalar.position, () => overElements(scalar, left, array, environment));
    }
    case 'coerceTypmod': {
      const arg = value(scalar.arg);
      return arg === null ? null : located(scalar.position, () => coerceTypmod(arg, scalar, environment));
    }
    case 'toText': {
      const arg = value(scalar.arg);
      return arg === null ? null : codecOf(scalar.arg.type.oid).print(arg, environment.settings);
    }
    case 'fromText': {
      const text = value(scalar.arg);
      return text === null ? null : located(scalar.position, () => codecOf(scalar.type.oid).parse(String(text), environment.settings, scalar.type.typmod));
    }
    case 'relabel':
      return relabel(value(scalar.arg), scalar.arg.type.oid, scalar.type.oid);
    case 'orNull':
      return orNull(() => value(scalar.arg));
    case 'raise':
      throw new SqlError(scalar.code, scalar.message, scalar.position === undefined ? {} : { position: scalar.position });
  }
}

function orNull(run: () => Datum): Datum {
  try {
    return run();
  } catch (error) {
    if (sqlErrorOf(error) !== undefined) return null;
    throw error;
  }
}

function located<T>(position: number | undefined, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw sqlErrorOf(error)?.at(position) ?? error;
  }
}

function call(id: string, args: readonly Datum[], scalars: readonly Scalar[], environment: Environment): Datum {
  const row = functionById(id);
  if (row === undefined) throw new InvariantError(`no function ${id}`);
  if (row.strict && args.includes(null)) return null;
  return sized(evaluatorOf(row, scalars)(...args, environment));
}

function currentTime(oid: number, environment: Environment): Datum {
  const micros = BigInt(environment.transactionTimeMicros);
  if (oid === Oid.timestamptz || oid === Oid.timestamp) return normalLong(micros);
  const ms = micros / 1000n + BigInt(POSTGRES_EPOCH_MS);
  return oid === Oid.numeric ? numericFromBigint(ms) : normalLong(ms);
}

const isArray = (value: Datum): value is SqlArray => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'array';
const withNames = (record: SqlRecord, names: readonly string[] | undefined): SqlRecord => (names === undefined ? record : { ...record, names });
const isRecord = (value: Datum): value is SqlRecord => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'record';

/** ARRAY[...]: plain elements, or arrays of equal dimensions side by side. */
export function arrayOf(elements: readonly Datum[], nested: boolean, element: number): SqlArray {
  if (!nested) return { kind: 'array', element, dims: elements.length === 0 ? [] : [elements.length], lowerBounds: elements.length === 0 ? [] : [1], items: elements };
  const arrays = elements.filter(isArray);
  const filled = arrays.filter((array) => array.dims.length > 0);
  if (filled.length === 0) return { kind: 'array', element, dims: [], lowerBounds: [], items: [] };
  const first = filled[0]!;
  const mismatch = filled.length !== elements.length || filled.some((array) => array.dims.length !== first.dims.length || array.dims.some((length, index) => length !== first.dims[index] || array.lowerBounds[index] !== first.lowerBounds[index]));
  if (mismatch) throw new SqlError('2202E', 'multidimensional arrays must have array expressions with matching dimensions');
  return { kind: 'array', element, dims: [filled.length, ...first.dims], lowerBounds: [1, ...first.lowerBounds], items: filled.flatMap((array) => array.items) };
}

/** `array[i]...`: NULL outside; a slice is an array of its own. Undefined bounds were left out. */
export function subscript(value: Datum, lower: readonly (Datum | undefined)[], upper: readonly (Datum | undefined)[] | undefined): Datum {
  if (value === null || !isArray(value)) return null;
  if (upper === undefined) {
    if (lower.length !== value.dims.length) return null;
    let at = 0;
    for (const [dimension, index] of lower.entries()) {
      if (typeof index !== 'number') return null;
      const offset = index - value.lowerBounds[dimension]!;
      if (offset < 0 || offset >= value.dims[dimension]!) return null;
      at = at * value.dims[dimension]! + offset;
    }
    return value.items[at] ?? null;
  }
  const empty: SqlArray = { kind: 'array', element: value.element, dims: [], lowerBounds: [], items: [] };
  if ([...lower, ...upper].some((bound) => bound === null)) return null;
  if (lower.length > value.dims.length) return empty;
  const ranges = value.dims.map((length, dimension) => {
    const first = value.lowerBounds[dimension]!;
    const from = Math.max(first, Number(lower[dimension] ?? first));
    const to = Math.min(first + length - 1, Number(upper[dimension] ?? first + length - 1));
    return { from: from - first, to: to - first };
  });
  if (ranges.some(({ from, to }) => to < from)) return empty;
  const items: Datum[] = [];
  const walk = (dimension: number, at: number): void => {
    if (dimension === ranges.length) return void items.push(value.items[at]!);
    for (let index = ranges[dimension]!.from; index <= ranges[dimension]!.to; index++) walk(dimension + 1, at * value.dims[dimension]! + index);
  };
  walk(0, 0);
  return { kind: 'array', element: value.element, dims: ranges.map(({ from, to }) => to - from + 1), lowerBounds: ranges.map(() => 1), items };
}

/** Three-valued: ANY is true if one is, ALL false if one is not; NULL decides only where nothing else does. */
function overElements(scalar: Extract<Scalar, { op: 'anyOf' | 'allOf' }>, left: Datum, array: Datum, environment: Environment): Datum {
  if (array === null || !isArray(array)) return null;
  const deciding = scalar.op === 'anyOf';
  let result: Datum = !deciding;
  for (const item of array.items) {
    const element: Scalar = { op: 'literal', value: item, type: { oid: array.element, typmod: -1 } };
    const answer = call(scalar.function, [left, item], [scalar.left, element], environment);
    if (answer === deciding) return deciding;
    if (answer === null) result = null;
  }
  return result;
}

function coerceTypmod(value: Datum, scalar: Extract<Scalar, { op: 'coerceTypmod' }>, environment: Environment): Datum {
  const { oid, typmod } = scalar.type;
  if ((oid === Oid.varchar || oid === Oid.bpchar) && typeof value === 'string') {
    const limit = typmod - 4;
    const characters = [...value];
    if (characters.length > limit) {
      if (!scalar.explicit && characters.slice(limit).some((character) => character !== ' ')) {
        throw new SqlError('22001', `value too long for type ${oid === Oid.varchar ? 'character varying' : 'character'}(${limit})`);
      }
      return characters.slice(0, limit).join('');
    }
    return oid === Oid.bpchar ? value.padEnd(value.length + limit - characters.length) : value;
  }
  if ((oid === Oid.bit || oid === Oid.varbit) && typeof value === 'string') return (oid === Oid.bit ? toBitLength : toVarbitLength)(value, typmod, scalar.explicit);
  if (isArray(value)) {
    const element = { op: 'literal' as const, value: null, type: { oid: value.element, typmod: -1 } };
    return { ...value, items: value.items.map((item) => (item === null ? null : coerceTypmod(item, { ...scalar, arg: element, type: { oid: value.element, typmod } }, environment))) };
  }
  return codecOf(oid).parse(codecOf(oid).print(value, environment.settings), environment.settings, typmod);
}

/** Most relabellings keep the datum; an array says its own type, and the bits of an integer below 0 are those of a large OID. */
export function relabel(value: Datum, from: number, to: number): Datum {
  const element = findType(to)?.element ?? 0;
  if (isArray(value) && element !== 0) return { ...value, element, items: readsBits(from, to) ? value.items.map((item) => relabel(item, value.element, element)) : value.items };
  if (typeof value !== 'number' || !readsBits(from, to)) return value;
  return typeInfo(to).storage === 'oid' ? value >>> 0 : value | 0;
}

/** Whether values of one of the types, or its elements, have a sign and those of the other have none. */
export function readsBits(from: number, to: number): boolean {
  const [a, b] = [typeInfo(from), typeInfo(to)];
  return a.element !== 0 && b.element !== 0 ? readsBits(a.element, b.element) : (a.storage === 'oid') !== (b.storage === 'oid');
}
