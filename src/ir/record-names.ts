import { Oid } from '../core/index.ts';
import type { Scalar } from './scalar.ts';

/** The names that a row carries with it: of no named type, and not called f1, f2, ... anyway. */
export const recordNames = ({ names, type }: Scalar & { readonly op: 'row' }): readonly string[] | undefined =>
  (type.oid !== Oid.record || names.every((name, index) => name === `f${index + 1}`) ? undefined : names);
