import { SqlError, typeInfo } from '../../core/index.ts';
import type { Datum, SqlArray } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import { comparisonOperators, comparisons } from './comparison.ts';
import type { Comparisons } from './comparison.ts';
import { defineFunctions, unbound } from './define.ts';
import type { Definition } from './define.ts';

/** Enums. What asks for their labels is stable, as in Postgres: labels may be added. Comparing is comparing codes (`EnumLabel`). */

const order: Comparisons = { type: 'anyenum', prefix: 'enum_', cmp: 'enum_cmp', larger: 'enum_larger', smaller: 'enum_smaller' };

const words: Readonly<Record<string, string>> = { enum_eq: '===', enum_ne: '!==', enum_lt: '<', enum_le: '<=', enum_gt: '>', enum_ge: '>=' };

const inlined = comparisons(order).map(([signature, evaluate, more]): Definition => {
  const operator = words[signature.slice(0, signature.indexOf('('))];
  return operator === undefined ? [signature, evaluate, more] : [signature, evaluate, { ...more, inline: (a, b) => `(${a} ${operator} ${b})` }];
});

/** The codes of the labels of the enum that the first argument, which may be NULL, is a value of. */
const codesOf = ([first]: readonly Scalar[]): (() => readonly number[]) => {
  const { oid } = first!.type;
  return () => {
    const { kind, labels } = typeInfo(oid);
    if (kind !== 'e') throw new SqlError('22023', 'could not determine actual enum type');
    return (labels ?? []).map(({ code }) => code);
  };
};

const end = (name: string, place: 0 | -1): Definition => [`${name}(anyenum) anyenum stable null`, unbound, {
  bind: (args) => {
    const codes = codesOf(args);
    return () => {
      const code = codes().at(place);
      if (code === undefined) throw new SqlError('55000', `enum ${typeInfo(args[0]!.type.oid).sqlName} contains no values`);
      return code;
    };
  },
}];

const range = (signature: string, two: boolean): Definition => [signature, unbound, {
  bind: (args) => {
    const codes = codesOf(args);
    const element = args[0]!.type.oid;
    return (lower: Datum, upper: Datum): SqlArray => {
      const items = codes().filter((code) => (!two || lower === null || code >= (lower as number)) && (!two || upper === null || code <= (upper as number)));
      return { kind: 'array', element, dims: items.length === 0 ? [] : [items.length], lowerBounds: items.length === 0 ? [] : [1], items };
    };
  },
}];

export const enumFunctions = defineFunctions([
  ...inlined, end('enum_first', 0), end('enum_last', -1), range('enum_range(anyenum) anyarray stable null total', false), range('enum_range(anyenum,anyenum) anyarray stable null total', true),
]);

export const enumOperators = comparisonOperators(order);
