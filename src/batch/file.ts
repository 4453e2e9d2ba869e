import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { codecOf, defaultTextSettings, InvariantError, Oid, rowLayout, RowBatchBuilder, SqlError, storageOf } from '../core/index.ts';
import type { Column, Datum, RowBatch, SqlType } from '../core/index.ts';
import { fileColumnType } from './column-types.ts';
import type { FileColumnType } from './column-types.ts';

/** A file that has been looked at. `rows` may be read once; `close` frees it, read or not. */
export interface OpenedFile {
  readonly columns: readonly Column[];
  /** Batches of at most `BATCH_ROWS` rows, each of weight 1, in the file's order. Rejects with SqlError naming the column of a value that does not fit. */
  rows(): AsyncIterable<RowBatch>;
  close(): void;
}

const BATCH_ROWS = 8192;
const BATCH_BYTES = 1 << 20;

/**
 * Opens a Parquet or CSV file, told apart by its ending. Without `columns` the file says what it has (CSV: from its first rows);
 * with them, exactly these are read, by name, and values of another type go through their text form into the type's input function.
 * A missing file is 58P01, one that cannot be read 22P04, a column the file does not have 42703.
 */
export async function openFile(path: string, columns?: readonly Column[]): Promise<OpenedFile> {
  const scan = scanExpression(path, columns !== undefined);
  // Nothing is fetched from elsewhere: no extension is installed, and so no URL opened.
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' });
  const connection = await instance.connect();
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  try {
    await connection.run("SET TimeZone = 'UTC'");
    await checkExists(connection, path);
    const found = await describe(connection, scan, path);
    const plan = columns === undefined ? found.map(ownColumn) : columns.map((column) => declaredColumn(column, found, path));
    return { columns: plan.map((one) => one.column), rows: () => readRows(connection, scan, plan, path), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** One column to read: what it becomes, and how. */
interface PlannedColumn {
  readonly column: Column;
  readonly expression: string;
  readonly toDatum: FileColumnType['toDatum'];
}
interface FoundColumn {
  readonly name: string;
  readonly duckType: string;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function scanExpression(path: string, typesDeclared: boolean): string {
  const lower = path.toLowerCase();
  if (/\.(parquet|pq)$/.test(lower)) return `read_parquet(${literal(path)})`;
  if (/\.(csv|tsv)(\.gz)?$/.test(lower)) return `read_csv(${literal(path)}${typesDeclared ? ', all_varchar = true, header = true' : ''})`;
  throw new SqlError('0A000', `file "${path}" is of no supported format`, { hint: 'Files end in .parquet, .pq, .csv, .tsv, .csv.gz or .tsv.gz.' });
}

async function checkExists(connection: DuckDBConnection, path: string): Promise<void> {
  const found = await connection.runAndReadAll(`SELECT count(*) FROM glob(${literal(path)})`);
  if (found.value(0, 0) === 0n) throw new SqlError('58P01', `could not open file "${path}": No such file or directory`);
}

async function describe(connection: DuckDBConnection, scan: string, path: string): Promise<readonly FoundColumn[]> {
  const described = await readOrExplain(path, () => connection.runAndReadAll(`DESCRIBE SELECT * FROM ${scan}`));
  return described.getRows().map(([name, duckType]) => ({ name: String(name), duckType: String(duckType) }));
}

function ownColumn({ name, duckType }: FoundColumn): PlannedColumn {
  const { type, castTo, toDatum } = fileColumnType(name, duckType);
  return { column: { name, type, nullable: true }, expression: castTo === undefined ? quote(name) : `CAST(${quote(name)} AS ${castTo})`, toDatum };
}

function declaredColumn(column: Column, found: readonly FoundColumn[], path: string): PlannedColumn {
  const inFile = found.find((one) => one.name === column.name);
  if (inFile === undefined) {
    throw new SqlError('42703', `file "${path}" has no column "${column.name}"`, { hint: `It has ${found.map((one) => `"${one.name}"`).join(', ')}.` });
  }
  const own = ownColumnOrText(inFile);
  if (own.column.type.oid === column.type.oid && column.type.typmod === -1) return { ...own, column };
  return { column, expression: `CAST(${quote(inFile.name)} AS VARCHAR)`, toDatum: parser(column.type) };
}

/** A declared column may have any type in the file: its text counts. */
function ownColumnOrText(found: FoundColumn): PlannedColumn {
  try {
    return ownColumn(found);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { column: { name: found.name, type: { oid: Oid.text, typmod: -1 }, nullable: true }, expression: `CAST(${quote(found.name)} AS VARCHAR)`, toDatum: (value) => value as Datum };
  }
}

const parser = (type: SqlType) => {
  const codec = codecOf(type.oid);
  return (value: DuckDBValue): Datum => codec.parse(String(value), defaultTextSettings, type.typmod);
};

async function* readRows(connection: DuckDBConnection, scan: string, plan: readonly PlannedColumn[], path: string): AsyncGenerator<RowBatch> {
  const builder = new RowBatchBuilder(rowLayout(plan.map((one) => one.column.type)), BATCH_ROWS);
  const setters = plan.map((one, i) => setter(one, i, builder));
  const result = await readOrExplain(path, () => connection.stream(`SELECT ${plan.map((one) => one.expression).join(', ')} FROM ${scan}`));
  for (;;) {
    const chunk = await readOrExplain(path, () => result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) break;
    for (const row of chunk.getRows()) {
      builder.begin(1);
      for (let i = 0; i < setters.length; i++) setters[i]!(row[i]!);
      builder.end();
    }
    if (builder.rowCount >= BATCH_ROWS || builder.byteLength >= BATCH_BYTES) yield builder.finish();
  }
  if (builder.rowCount > 0) yield builder.finish();
}

function setter({ column, toDatum }: PlannedColumn, index: number, builder: RowBatchBuilder): (value: DuckDBValue) => void {
  const codec = codecOf(column.type.oid);
  const storage = storageOf(column.type);
  const store = (value: Datum): void => {
    if (storage === 'symbol') builder.setBytes(index, codec.encode(value));
    else if (typeof value === 'boolean') builder.setWord(index, value ? 1 : 0);
    else if (typeof value !== 'number' && typeof value !== 'bigint') throw new InvariantError(`column "${column.name}" has a value of another kind`);
    else if (storage === 'long') builder.setLong(index, value);
    else if (storage === 'double') builder.setDouble(index, Number(value));
    else builder.setWord(index, Number(value));
  };
  return (value) => {
    try {
      if (value !== null) store(toDatum(value));
      else if (!column.nullable) throw new SqlError('23502', `null value in column "${column.name}" violates not-null constraint`);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      throw new SqlError(error.code, `file column "${column.name}": ${error.message}`, { ...error.fields, column: column.name, cause: error });
    }
  };
}

/** DuckDB refuses a file with a message of its own, which says what is wrong with it. */
async function readOrExplain<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new SqlError('22P04', `could not read file "${path}"`, { detail: error instanceof Error ? error.message : String(error), cause: error });
  }
}
