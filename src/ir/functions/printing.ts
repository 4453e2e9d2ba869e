import { codecOf, Oid, parseAddress, printAddress } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { Environment } from './contract.ts';

export type Printer = (value: Datum, environment: Environment) => string;

/** The text form of a non-null value of this type, as its output function writes it. A literal that found no type is text. */
export function printerOf(oid: number): Printer {
  const codec = codecOf(oid === Oid.unknown ? Oid.text : oid);
  return (value, environment) => codec.print(value, environment.settings);
}

/** The text a cast to text makes, where that is not the output function's. */
export function castPrinterOf(oid: number): Printer {
  if (oid === Oid.bool) return (value) => (value === true ? 'true' : 'false');
  if (oid === Oid.bpchar) return (value) => (value as string).replace(/ +$/, '');
  if (oid === Oid.inet) return (value) => printAddress(parseAddress(value as string, false), true);
  return printerOf(oid);
}

export const printersOf = (args: readonly Scalar[]): readonly Printer[] => args.map((arg) => printerOf(arg.type.oid));

export { codecOf };
