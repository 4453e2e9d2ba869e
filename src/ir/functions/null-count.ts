import type { Datum } from '../../core/index.ts';
import { defineFunctions, unbound } from './define.ts';
import { spreading } from './variadic.ts';
import type { Scalar } from '../scalar.ts';

const counting = (wanted: (value: Datum) => boolean) => (args: readonly Scalar[]) => (...values: any[]): Datum => values.slice(0, args.length).filter(wanted).length;

/** How many of the arguments are NULL, or are not. */
export const nullCountFunctions = defineFunctions([
  ['num_nulls(any) int4 null variadic total', unbound, { bind: spreading(counting((value) => value === null)) }],
  ['num_nonnulls(any) int4 null variadic total', unbound, { bind: spreading(counting((value) => value !== null)) }],
]);
