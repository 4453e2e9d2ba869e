import { codecOf, defaultTextSettings, findTypeByName } from '../../../src/core/index.ts';
import type { Outcome } from './outcomes.ts';

/** A difference that docs/sql.md lists among the departures from Postgres, in these words. */
export interface Departure {
  readonly documented: string;
  licenses(id: string, sql: string, ours: Outcome, theirs: Outcome): boolean;
}

const canonical = ({ type, text }: { readonly type: string; readonly text: string | null }): string | null => {
  const oid = findTypeByName(type)?.oid;
  if (oid === undefined || text === null) return text;
  const codec = codecOf(oid);
  const value = codec.parse(text, defaultTextSettings, -1);
  return codec.print(codec.canonical?.(value) ?? value, defaultTextSettings).trimEnd();
};

export const departures: readonly Departure[] = [
  {
    documented: 'they do not overflow where a sum, or a sum of squares, on Postgres',
    licenses: (id, _, ours, theirs) => /^aggregate (sum\(float[48]\)|(avg|stddev\w*|var\w*)\(float8\)|(corr|covar_\w+|regr_\w+)\()/.test(id) && ours.kind === 'value' && theirs.kind === 'error' && theirs.message === 'value out of range: overflow',
  },
  {
    documented: 'Of equal values that print differently',
    licenses: (id, _, ours, theirs) => /^aggregate (max|min)\(/.test(id) && ours.kind === 'value' && theirs.kind === 'value' && ours.type === theirs.type && canonical(ours) === canonical(theirs),
  },
  {
    documented: 'The least amount of money divided by -1',
    licenses: (_, sql, ours, theirs) => /money/.test(sql) && ours.kind === 'error' && theirs.kind === 'error' && theirs.code === '22P01',
  },
];
