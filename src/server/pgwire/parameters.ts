import { SqlError, findType, notSupported, wireCodecOf } from '../../core/index.ts';
import type { Datum, TextSettings } from '../../core/index.ts';
import { decodeUtf8 } from './utf8.ts';

/**
 * One format code for each of `count` values, from the codes of a Bind message: none means text for all, one stands for all
 * (manual, "Bind"). `complaint` words the error where the numbers do not fit.
 */
export function expandFormats(codes: readonly number[], count: number, complaint: (given: number) => string): readonly number[] {
  for (const code of codes) if (code !== 0 && code !== 1) throw new SqlError('22023', `unsupported format code: ${code}`);
  if (codes.length > 1 && codes.length !== count) throw new SqlError('08P01', complaint(codes.length));
  return Array.from({ length: count }, (_, i) => (codes.length === 1 ? codes[0]! : (codes[i] ?? 0)));
}

/** The values of a Bind message for `portal`, as datums of `types`. */
export function readParameters(
  portal: string, values: readonly (Buffer | null)[], formats: readonly number[], types: readonly number[], settings: TextSettings,
): Datum[] {
  return values.map((value, i) => {
    if (value === null) return null;
    const oid = types[i]!;
    if (findType(oid) === undefined) throw notSupported(`a parameter of type oid ${oid}`, `Cast $${i + 1} to a supported type.`);
    const codec = wireCodecOf(oid);
    const where = `${portal === '' ? 'unnamed portal' : `portal "${portal}"`} parameter $${i + 1}`;
    if (formats[i] === 1) return within(where, () => codec.decode(value));
    const text = within(where, () => decodeUtf8(value));
    return within(`${where} = '...'`, () => codec.parse(text, settings, -1));
  });
}

/** Adds to an error which parameter it is about; as in Postgres its value is not repeated. */
function within<T>(context: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof SqlError ? new SqlError(error.code, error.message, { ...error.fields, context }) : error;
  }
}
