import type { ColumnRef, CopyStmt, DefElem, Node, SelectStmt } from '@pgsql/types';
import { SqlError, notSupported } from '../../core/index.ts';
import type { CopyOptions, Plan, WithWritesPlan, WritingPlan } from '../plan.ts';
import { planDelete, planInsert, planMerge, planSelectStatement, planUpdate } from '../query.ts';
import { positionOf } from '../syntax/index.ts';
import type { CopySubscribeTree } from '../syntax/index.ts';
import { columnIndex, planContext } from './context.ts';
import type { Scene } from './context.ts';
import { nameOfRangeVar, relationNamed } from './names.ts';
import type { Outcome } from './names.ts';
import { subscribePlan } from './subscribe.ts';

export function planCopy(statement: CopyStmt, scene: Scene): Outcome {
  const position = positionOf(scene.text, statement.relation?.location);
  if (statement.is_program === true) throw notSupported('COPY ... PROGRAM', 'Pipe the program into COPY ... FROM STDIN.', position);
  if (statement.filename !== undefined) throw notSupported('COPY with a file of the server', 'Use COPY ... FROM STDIN or TO STDOUT (psql: \\copy), or CREATE TABLE ... FROM FILE.', position);
  const options = copyOptions(statement.options ?? [], statement.is_from === true, scene);
  if (statement.is_from === true) return planCopyFrom(statement, options, scene);
  const source = copied(statement.query ?? { SelectStmt: selectColumns(statement) }, scene);
  return { plan: { kind: 'copyTo', source, options } };
}

export function planCopySubscribe(tree: CopySubscribeTree, scene: Scene): Outcome {
  const { subscribe, notices } = subscribePlan(tree.subscribe, scene);
  return { plan: { kind: 'copyTo', source: { kind: 'subscribe', subscribe }, options: copyOptions(tree.options, false, scene) }, notices };
}

function copied(node: Node, scene: Scene): (Plan & { kind: 'copyTo' })['source'] {
  const [sql, context] = [scene.text, planContext(scene, 'adhoc')];
  if ('SelectStmt' in node) {
    if (node.SelectStmt.intoClause !== undefined) throw new SqlError('0A000', 'COPY (SELECT INTO) is not supported');
    const query = planSelectStatement(node.SelectStmt, sql, context);
    return 'kind' in query ? { kind: 'writes', plan: query } : { kind: 'query', query };
  }
  if ('InsertStmt' in node) return returned(planInsert(node.InsertStmt, sql, context));
  if ('UpdateStmt' in node) return returned(planUpdate(node.UpdateStmt, sql, context));
  if ('DeleteStmt' in node) return returned(planDelete(node.DeleteStmt, sql, context));
  if ('MergeStmt' in node) return returned(planMerge(node.MergeStmt, sql, context));
  throw notSupported('COPY of a statement that is no query', 'There are COPY (SELECT ...) and COPY of INSERT, UPDATE, DELETE and MERGE ... RETURNING.');
}

function returned(plan: WritingPlan | WithWritesPlan): { readonly kind: 'writes'; readonly plan: WritingPlan | WithWritesPlan } {
  const main = plan.kind === 'withWrites' ? plan.main : plan;
  if (main.kind !== 'query' && main.returning === null) throw new SqlError('0A000', 'COPY query must have a RETURNING clause');
  return { kind: 'writes', plan };
}

/** `COPY t (a, b) TO` as `SELECT a, b FROM t` */
function selectColumns(statement: CopyStmt): SelectStmt {
  const location = statement.relation?.location;
  const columns = (statement.attlist ?? []).map((name): ColumnRef => ({ fields: [name], location }));
  const refs = columns.length > 0 ? columns : [{ fields: [{ A_Star: {} }], location } satisfies ColumnRef];
  return {
    targetList: refs.map((ref): Node => ({ ResTarget: { val: { ColumnRef: ref }, location } })),
    fromClause: [{ RangeVar: { ...statement.relation, inh: true } }],
    limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE',
  };
}

function planCopyFrom(statement: CopyStmt, options: CopyOptions, scene: Scene): Outcome {
  const name = nameOfRangeVar(statement.relation, scene);
  if (statement.whereClause !== undefined) throw notSupported('COPY ... WHERE', 'Copy into a table and read it through a view.', name.position);
  const item = relationNamed({ ...name, position: 0 }, scene);
  if (item.kind !== 'table') {
    const hint = item.kind === 'view' ? { hint: 'To enable copying to a view, provide an INSTEAD OF INSERT trigger.' } : {};
    throw new SqlError('42809', `cannot copy to ${item.kind === 'system' ? 'system catalog' : item.kind} "${item.name}"`, hint);
  }
  if (item.origin.kind !== 'user')
    throw new SqlError('42809', `cannot copy to table "${item.name}"`, { detail: 'Its rows come from a source.', hint: 'Write to the table upstream.' });
  const columns = (statement.attlist ?? []).map((node) => {
    const column = 'String' in node ? (node.String.sval ?? '') : '';
    const index = columnIndex(item.columns, column);
    if (index < 0) throw new SqlError('42703', `column "${column}" of relation "${item.name}" does not exist`);
    return index;
  });
  const twice = columns.find((column, i) => columns.indexOf(column) < i);
  if (twice !== undefined) throw new SqlError('42701', `column "${item.columns[twice]!.name}" specified more than once`);
  return { plan: { kind: 'copyFrom', table: item.id, columns: columns.length > 0 ? columns : item.columns.map((_, i) => i), options } };
}

interface Given {
  readonly option: DefElem;
  readonly position: number | undefined;
}

/** The options, with Postgres' checks of them (manual, "COPY"). */
function copyOptions(nodes: readonly Node[], isFrom: boolean, scene: Scene): CopyOptions {
  const given = new Map<string, Given>();
  for (const node of nodes) {
    if (!('DefElem' in node)) continue;
    const option = node.DefElem;
    const position = positionOf(scene.text, option.location);
    const name = option.defname ?? '';
    if (given.has(name)) throw new SqlError('42601', 'conflicting or redundant options', { position });
    if (!known.has(name)) throw refusedOption(name, position);
    given.set(name, { option, position });
  }
  const text = (name: string): string | undefined => defText(given.get(name)?.option.arg);
  const format = formatOf(text('format'), given.get('format')?.position);
  checkEncoding(text('encoding'), given.get('encoding')?.position);
  const quote = text('quote');
  const options: CopyOptions = {
    format, delimiter: text('delimiter') ?? (format === 'csv' ? ',' : '\t'), nullText: text('null') ?? (format === 'csv' ? '' : '\\N'),
    header: given.has('header') && headerOf(given.get('header')!, isFrom), quote: quote ?? '"', escape: text('escape') ?? quote ?? '"',
  };
  checkConsistency(options, new Set(given.keys()));
  return options;
}

const known = new Set(['format', 'delimiter', 'null', 'header', 'quote', 'escape', 'encoding']);
const postgresOptions = new Set(['freeze', 'default', 'force_quote', 'force_not_null', 'force_null', 'convert_selectively', 'on_error', 'log_verbosity', 'reject_limit']);

function refusedOption(name: string, position: number | undefined): SqlError {
  if (postgresOptions.has(name)) return notSupported(`COPY option ${name.toUpperCase()}`, 'Known options: FORMAT, DELIMITER, NULL, HEADER, QUOTE, ESCAPE, ENCODING.', position);
  return new SqlError('42601', `option "${name}" not recognized`, { position });
}

function defText(arg: Node | undefined): string | undefined {
  if (arg === undefined) return undefined;
  if ('String' in arg) return arg.String.sval ?? '';
  if ('Integer' in arg) return String(arg.Integer.ival ?? 0);
  if ('Boolean' in arg) return arg.Boolean.boolval === true ? 'true' : 'false';
  if ('Float' in arg) return arg.Float.fval ?? '0';
  return undefined;
}

function formatOf(text: string | undefined, position: number | undefined): CopyOptions['format'] {
  if (text === undefined || text === 'text' || text === 'csv' || text === 'binary') return text ?? 'text';
  throw new SqlError('22023', `COPY format "${text}" not recognized`, { position });
}

function checkEncoding(text: string | undefined, position: number | undefined): void {
  if (text !== undefined && !/^utf-?8$|^unicode$/i.test(text)) throw notSupported(`COPY option ENCODING ${text}`, 'Text is UTF8.', position);
}

function headerOf({ option, position }: Given, isFrom: boolean): boolean {
  const text = option.arg === undefined ? 'true' : (defText(option.arg) ?? '').toLowerCase();
  if (text === 'true' || text === 'on' || text === '1') return true;
  if (text === 'false' || text === 'off' || text === '0') return false;
  if (text === 'match') throw isFrom ? notSupported('HEADER MATCH', 'Use HEADER and name the columns in the order of the file.', position) : new SqlError('0A000', 'cannot use "match" with HEADER in COPY TO');
  throw new SqlError('42601', 'header requires a Boolean value or "match"');
}

function checkConsistency(options: CopyOptions, given: ReadonlySet<string>): void {
  const { format, delimiter, nullText, quote, escape } = options;
  const bad = (code: string, message: string): SqlError => new SqlError(code, message);
  if (format === 'binary') {
    for (const name of ['delimiter', 'null', 'header'] as const)
      if (given.has(name)) throw bad(name === 'header' ? '0A000' : '42601', `cannot specify ${name.toUpperCase()} in BINARY mode`);
  }
  if (Buffer.byteLength(delimiter) !== 1) throw bad('0A000', 'COPY delimiter must be a single one-byte character');
  if (/[\r\n]/.test(delimiter)) throw bad('22023', 'COPY delimiter cannot be newline or carriage return');
  if (/[\r\n]/.test(nullText)) throw bad('22023', 'COPY null representation cannot use newline or carriage return');
  if (format === 'text' && /[\\.a-z0-9]/.test(delimiter)) throw bad('22023', `COPY delimiter cannot be "${delimiter}"`);
  if (format !== 'csv' && given.has('quote')) throw bad('0A000', 'COPY QUOTE requires CSV mode');
  if (format !== 'csv' && given.has('escape')) throw bad('0A000', 'COPY ESCAPE requires CSV mode');
  if (Buffer.byteLength(quote) !== 1) throw bad('0A000', 'COPY quote must be a single one-byte character');
  if (Buffer.byteLength(escape) !== 1) throw bad('0A000', 'COPY escape must be a single one-byte character');
  if (format === 'csv' && delimiter === quote) throw bad('22023', 'COPY delimiter and quote must be different');
  if (nullText.includes(delimiter)) throw bad('22023', 'COPY delimiter character must not appear in the NULL specification');
  if (format === 'csv' && nullText.includes(quote)) throw bad('22023', 'CSV quote character must not appear in the NULL specification');
}
