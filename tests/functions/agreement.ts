/** Functions that Postgres answers with the C library's last digit, which no standard fixes: compared to 15 digits. */
export const transcendental = /^(d?cbrt|sin|cos|tan|cot|asin|acos|atan2?|a?sinh|a?cosh|a?tanh|\w+2?d|d?exp|ln|dlog\w*|log10|log|d?pow|power|erfc?|l?gamma)\(float8/;

export const near = (ours: string | null, theirs: string | null, share = 1e-15): boolean => {
  if (ours === theirs) return true;
  const [a, b] = [ours, theirs].map((text) => Number(text?.replace(/^= /, '') ?? NaN)) as [number, number];
  return Math.abs(a - b) <= Math.abs(b) * share;
};

/** Of a three-way comparison Postgres promises the sign alone. */
export const threeWay = /^\w+cmp(_\w+)?\(/;

/** Ours alone, so the judge cannot be asked. */
export const notPostgres = (id: string): boolean => /mz_timestamp|iso8601|^inet\(cidr/.test(id);

/** Repeating nothing two thousand million times is something Postgres does, one by one. */
export const tooSlow = (sql: string): boolean => /"repeat"\(''.*'2147483647'|"bpchar"\(.*'2147483647'/.test(sql) || isLongSeries(sql);

const MOST_STEPS = 1000;
/** generate_series over most of a type's values, or without an end. */
function isLongSeries(sql: string): boolean {
  const [, list] = /"generate_series"\(('.*?)\)( s\)|$)/.exec(sql) ?? [];
  if (list === undefined) return false;
  const [from, to, step = '1'] = [...list.matchAll(/'([^']*)'::|(null)::/g)].map(([, text, missing]) => text ?? missing!);
  if ([from, to, step].includes('null')) return false;
  if (/timestamp/.test(list)) return /infinity/.test(`${from}${to}`) || (from !== to && (/294276| BC/.test(`${from}${to}`) || /^(0|1 mon|-1 day.*)$/.test(step)));
  if (from === to) return false;
  return Math.abs((Number(to) - Number(from)) / Number(step)) > MOST_STEPS;
}
