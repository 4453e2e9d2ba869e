/**
 * Files in bulk, through DuckDB: Parquet and CSV to typed batches. DuckDB reads files here; it never answers a SELECT.
 * What comes out has Postgres types and values: a column that has none is refused by name before the first row.
 */
export { openFile } from './file.ts';
export type { OpenedFile } from './file.ts';
