/** A place in the write-ahead log, as a number for comparing and as `pg_lsn` text for keeping. */
export type Lsn = bigint;

export function parseLsn(text: string): Lsn {
  const [high, low] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

export const formatLsn = (lsn: Lsn): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;

export const maxLsn = (a: Lsn, b: Lsn): Lsn => (a > b ? a : b);
