/** A query of a benchmark's file. */
export interface Named {
  readonly name: string;
  readonly title: string;
  readonly sql: string;
}

/** The queries of a file, each behind a line `-- name: title` and ended by a semicolon. */
export const queriesOf = (text: string): Named[] => [...text.matchAll(/^-- (q\d+): (.*)\n([^;]*);/gm)].map(([, name, title, sql]) => ({ name: name!, title: title!, sql: sql! }));
