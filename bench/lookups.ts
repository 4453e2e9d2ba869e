/**
 * The part `lookups` of bench/sql.ts by itself.
 *
 *     npm run bench lookups [rows] [seconds a reading]        default 1000000 4
 */
import { readLookups } from './support/lookups.ts';

console.log(JSON.stringify({ bench: 'lookups', ...(await readLookups(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 4))) }));
