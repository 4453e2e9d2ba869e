/**
 * Gives a Postgres `mz_now()` and `mz_logical_timestamp()`: the time is what `set_config('millrace.now', ...)` says, in Unix milliseconds.
 * They compare with numbers and with moments (a timestamp without time zone is read as UTC), and can be cast to one, as in Millrace. Run it once in a database;
 * `set millrace.now = '1654741509139'` then holds the clock of the session.
 */
const comparisons = [['<', '>'], ['<=', '>='], ['=', '='], ['<>', '<>'], ['>=', '<='], ['>', '<']] as const;

const operators = (type: 'timestamptz' | 'timestamp' | 'date'): string[] =>
  comparisons.flatMap(([operator, commutator], index) => {
    const right = type === 'timestamptz' ? 'b' : "b at time zone 'UTC'";
    const name = `mz_now_${type}_${index}`;
    return [
      `create function ${name}(a numeric, b ${type}) returns bool language sql stable as $$ select a ${operator} extract(epoch from ${right}) * 1000 $$`,
      `create function ${name}_turned(b ${type}, a numeric) returns bool language sql stable as $$ select a ${commutator} extract(epoch from ${right}) * 1000 $$`,
      `create operator ${operator} (leftarg = numeric, rightarg = ${type}, function = ${name})`,
      `create operator ${operator} (leftarg = ${type}, rightarg = numeric, function = ${name}_turned)`,
    ];
  });

export const mzNowOnPostgres: string = [
  "create function mz_now() returns numeric language sql stable as $$ select current_setting('millrace.now')::numeric $$",
  'create function mz_logical_timestamp() returns numeric language sql stable as $$ select mz_now() $$',
  "create function mz_moment(numeric) returns timestamp language sql immutable as $$ select to_timestamp($1 / 1000) at time zone 'UTC' $$",
  'create cast (numeric as timestamp) with function mz_moment(numeric)',
  ...operators('timestamptz'),
  ...operators('timestamp'),
].join(';\n');

/** The statements of a Millrace script as Postgres takes them: every view a plain one, so that it is computed when it is read. */
export const viewsForPostgres = (statements: readonly string[]): string[] =>
  statements.map((statement) => statement.replace(/^CREATE (MATERIALIZED )?VIEW (IF NOT EXISTS )?/i, 'CREATE VIEW '));
