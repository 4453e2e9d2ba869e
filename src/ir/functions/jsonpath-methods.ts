import { codecOf, defaultTextSettings, numericAbs, numericAdd, numericApplyTypmod, numericCeil, numericFloor, numericParse, numericPrint, numericToNumber, numericTrunc, Oid, printFloat8, SqlError } from '../../core/index.ts';
import type { Datum, Numeric, PathItem } from '../../core/index.ts';
import { readDatetime } from './jsonpath-datetime.ts';
import type { ZoneUse } from './jsonpath-datetime.ts';
import { datetimeText, isDatetime, isNumber, PathError, textOf } from './jsonpath-items.ts';
import type { Item } from './jsonpath-items.ts';

/** The methods of paths that make one item of one: conversions and rounding. */

const methodName = (name: string): string => `jsonpath item method .${name}()`;

export function applyMethod({ name, args }: Extract<PathItem, { op: 'method' }>, item: Item, zones: ZoneUse): Item {
  switch (name) {
    case 'abs':
    case 'floor':
    case 'ceiling': {
      if (!isNumber(item)) throw new PathError('22036', `${methodName(name)} can only be applied to a numeric value`);
      return name === 'abs' ? numericAbs(item) : name === 'floor' ? numericFloor(item) : numericCeil(item);
    }
    case 'double':
      return toDouble(item);
    case 'bigint':
    case 'integer':
      return toWhole(name, item);
    case 'decimal':
    case 'number':
      return toDecimal(name, item, args);
    case 'boolean':
      return toBoolean(item);
    case 'string':
      return toText(item);
    default:
      return readDatetime(name, args[0], item, zones);
  }
}

/** `text` as a type's input reads it; what it refuses is an error of the path. */
function readAs(oid: number, text: string, name: string, typeName: string): Datum {
  try {
    return codecOf(oid).parse(text, defaultTextSettings, -1);
  } catch (error) {
    if (error instanceof SqlError) throw new PathError('22036', `argument "${text}" of ${methodName(name)} is invalid for type ${typeName}`);
    throw error;
  }
}

function toDouble(value: Item): Numeric {
  const text = textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName('double')} can only be applied to a string or numeric value`);
  const number = readAs(Oid.float8, text, 'double', 'double precision');
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new PathError('22036', `NaN or Infinity is not allowed for ${methodName('double')}`);
  return numericParse(printFloat8(number, 1));
}

function toWhole(name: 'bigint' | 'integer', value: Item): Numeric {
  const text = isNumber(value) ? numericPrint(roundHalfUp(value)) : textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName(name)} can only be applied to a string or numeric value`);
  const whole = readAs(name === 'bigint' ? Oid.int8 : Oid.int4, text, name, name);
  return numericParse(String(whole));
}
const roundHalfUp = (value: Numeric): Numeric => (value.scale === 0 ? value : numericTrunc(numericAdd(value, { kind: 'numeric', coefficient: value.coefficient < 0n ? -5n : 5n, scale: 1 }), 0));

function toDecimal(name: 'decimal' | 'number', value: Item, args: readonly PathItem[]): Numeric {
  const text = textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName(name)} can only be applied to a string or numeric value`);
  readAs(Oid.numeric, text, name, 'numeric');
  const number = numericParse(text);
  if (number.special !== undefined) throw new PathError('22036', `NaN or Infinity is not allowed for ${methodName(name)}`);
  const [precision, scale] = args.map((arg) => (arg.op === 'number' ? numericToNumber(arg.value) : NaN));
  if (precision === undefined) return number;
  if (!(precision >= 1 && precision <= 1000)) throw new SqlError('22023', `NUMERIC precision ${precision} must be between 1 and 1000`);
  if (scale !== undefined && !(scale >= -1000 && scale <= 1000)) throw new SqlError('22023', `NUMERIC scale ${scale} must be between -1000 and 1000`);
  try {
    return numericApplyTypmod(number, (precision << 16) + (((scale ?? 0) & 0x7ff) + 4));
  } catch (error) {
    if (error instanceof SqlError) throw new PathError('22036', `argument "${text}" of ${methodName(name)} is invalid for type numeric`);
    throw error;
  }
}

function toBoolean(value: Item): boolean {
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return readAs(Oid.int4, numericPrint(value), 'boolean', 'boolean') !== 0;
  if (typeof value !== 'string') throw new PathError('22036', `${methodName('boolean')} can only be applied to a boolean, string, or numeric value`);
  return readAs(Oid.bool, value, 'boolean', 'boolean') === true;
}

function toText(value: Item): string {
  if (typeof value === 'boolean') return String(value);
  const text = isDatetime(value) ? datetimeText(value) : textOf(value);
  if (text === undefined) throw new PathError('22036', `${methodName('string')} can only be applied to a boolean, string, numeric, or datetime value`);
  return text;
}
