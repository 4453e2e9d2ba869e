/** Units of a fixed length; months and days differ in length, so windows do not come in them. */
const unitMs: Readonly<Record<string, number>> = { millisecond: 1, second: 1000, minute: 60_000, hour: 3_600_000 };

/** The length of e.g. '30 seconds'; undefined where the text is not a positive number and a unit of fixed length. */
export function intervalMs(text: string): number | undefined {
  const parts = /^\s*(\d+)\s*(millisecond|second|minute|hour)s?\s*$/i.exec(text);
  const length = parts ? Number(parts[1]) * unitMs[parts[2]!.toLowerCase()]! : 0;
  return length > 0 ? length : undefined;
}
