import { findType, findTypeByName } from '../../src/core/index.ts';
import { allAggregates, allCasts, allFunctions, allOperators, allTableFunctions } from '../../src/ir/index.ts';
import type { Judge } from '../support/judge.ts';

/** The share of Postgres' signatures that must be there, of those that the rules below leave in. */
export const bar = 0.95;

/** One row of the judge's `pg_proc`, `pg_operator` or `pg_cast`, its types by their `pg_type` names. */
export interface Signature {
  readonly table: 'function' | 'aggregate' | 'operator' | 'cast';
  readonly name: string;
  readonly types: readonly string[];
  readonly result: string;
  /** pg_proc.prokind; pg_aggregate.aggkind for an aggregate that takes WITHIN GROUP */
  readonly kind: string;
}

interface Exclusion {
  readonly family: string;
  readonly reason: string;
  readonly covers: (signature: Signature) => boolean;
}

const mentions = (pattern: RegExp) => ({ types, result }: Signature): boolean => pattern.test(result) || types.some((type) => pattern.test(type));
const named = (pattern: RegExp) => ({ table, name }: Signature): boolean => (table === 'function' || table === 'aggregate') && pattern.test(name);
const either = (...tests: readonly ((signature: Signature) => boolean)[]) => (signature: Signature): boolean => tests.some((test) => test(signature));

/** What does not count, each with its reason; a signature falls under the first that covers it. */
export const exclusions: readonly Exclusion[] = [
  { family: 'triggers', reason: 'trigger functions; triggers are refused', covers: either(mentions(/^(event_)?trigger$/), named(/^pg_(event_)?trigger_/)) },
  { family: 'pseudo arguments', reason: 'takes or gives `internal`, `cstring` or a handler: the support of types, indexes and the planner, which no SQL can call with values',
    covers: mentions(/^(internal|_?cstring|\w+_handler)$/) },
  { family: 'text search', reason: 'tsvector, tsquery and their configurations', covers: either(mentions(/^_?(gtsvector|tsvector|tsquery|regconfig|regdictionary)$/), named(/^(ts_|gin_cmp_tslexeme$)/), ({ name, types }) => name === '@@' && types[0] === 'text') },
  { family: 'geometry', reason: 'points, lines, boxes, paths, polygons, circles', covers: mentions(/^_?(point|lseg|path|box|polygon|line|circle)$/) },
  { family: 'XML', reason: 'xml, and the catalog as XML', covers: either(mentions(/^_?xml$/), named(/_to_xml|^xml/)) },
  { family: 'large objects', reason: 'files beside the tables', covers: named(/^(lo_|loread$|lowrite$|has_largeobject_privilege$)/) },
  { family: 'window functions', reason: 'of a later issue, with OVER; refused by name', covers: ({ kind }) => kind === 'w' },
  { family: 'window frames', reason: 'in_range: the support of RANGE frames, of a later issue, with OVER', covers: named(/^in_range$/) },
  { family: 'ordered-set aggregates', reason: 'of a later issue, with WITHIN GROUP; refused by name', covers: ({ kind }) => kind === 'o' || kind === 'h' },
  { family: 'replication', reason: 'slots, origins and logical decoding of a Postgres server', covers: named(/^pg_(replication|logical|create_(logical|physical)|copy_(logical|physical)|drop_replication|get_replication|sync_replication|show_replication|get_publication)/) },
  { family: 'monitoring', reason: 'counters and locks of a Postgres server: its buffers, vacuum, WAL and workers', covers: named(/^pg_(stat_(get|reset|clear|have|force)|lock_status$|get_(aios|backend_memory|shmem|wait_events|loaded_modules|wal_)|control_|isolation_test|notification_queue|numa_|jit_available)/) },
  { family: 'administration: files, WAL and backups', reason: 'a Postgres server\'s own directory, log and recovery',
    covers: named(/^pg_(ls_|read_|stat_file|backup_|wal_|walfile|split_walfile|last_(wal|xact|committed)|current_wal|switch_wal|promote|is_wal|create_restore|log_|rotate_logfile|current_logfile|reload_conf|hba_|ident_file|show_all_file|config$|available_wal|export_snapshot|relation_filepath|filenode_relation|prepared_xact|xact_commit|get_multixact|cancel_backend|terminate_backend|blocking_pids|safe_snapshot)/) },
  { family: 'administration: advisory locks', reason: 'locks that an application holds by number', covers: named(/^pg_(try_)?advisory_/) },
  { family: 'administration: upgrade, extensions, foreign data, languages, tablespaces', reason: 'objects that do not exist here, and what pg_upgrade and initdb call',
    covers: named(/^(binary_upgrade_|pg_(available_ext|extension_|import_system|restore_|clear_|stop_making|nextoid|get_catalog_foreign|tablespace_)|has_(foreign_data_wrapper|server|language|tablespace|parameter)_|\w+_validator$)/) },
  { family: 'index maintenance', reason: 'properties and upkeep of Postgres\' index methods', covers: named(/^(brin_|gin_|gist_|amvalidate$|bt(varstr)?equalimage$|pg_index(am)?_|satisfies_hash)/) },
  { family: 'transition functions', reason: 'raise XX000 when they are called outside their aggregate', covers: named(/^((multi)?range_intersect_agg_transfn|int4_avg_combine)$/) },
  { family: 'statistics of the planner', reason: 'values of pg_statistic_ext and index summaries', covers: mentions(/^pg_(ndistinct|dependencies|mcv_list|brin_\w+|ddl_command)$/) },
];

/** Families of the document, by the types a signature speaks of; the first that fits. */
const families: readonly (readonly [family: string, fits: (signature: Signature) => boolean])[] = [
  ['JSON', mentions(/^_?json/)],
  ['Ranges', mentions(/range$/)],
  ['Network addresses', mentions(/^_?(inet|cidr|macaddr8?)$/)],
  ['Bit strings', mentions(/^_?(var)?bit$/)],
  ['Money', mentions(/^money$/)],
  ['Enums', mentions(/^anyenum$/)],
  ['Access control', either(mentions(/^_?aclitem$/), named(/^(has_|row_security|pg_has_role)/))],
  ['Transactions and log positions', either(mentions(/^_?(xid8?|cid|tid|pg_lsn|pg_snapshot|txid_snapshot)$/), named(/^txid_|^pg_current_xact/))],
  ['Dates and times', mentions(/^_?(date|time|timetz|timestamp|timestamptz|interval)$/)],
  ['Catalog and session', either(mentions(/^_?(oid|oidvector|reg\w+|aclitem)$/), named(/^pg_|^(current_|session_|version|obj_|col_|shobj_)/))],
  ['UUIDs', mentions(/^uuid$/)],
  ['Records', mentions(/^record$/)],
  ['Arrays', mentions(/array|^_/)],
  ['Binary strings', mentions(/^bytea$/)],
  ['Text', mentions(/^(text|bpchar|varchar|name|char)$/)],
  ['Numbers', mentions(/^(int2|int4|int8|float4|float8|numeric)$/)],
  ['Other', () => true],
];
export const familyOf = (signature: Signature): string => families.find(([, fits]) => fits(signature))![0];

const typesOf = (alias: string): string => `coalesce((select array_agg(t.typname::text order by n) from unnest(${alias}.proargtypes) with ordinality u(x, n) join pg_type t on t.oid = x), '{}')`;

/** Everything that the judge's catalog has, but what users of its tests made. */
async function judgedSignatures(judge: Judge): Promise<readonly Signature[]> {
  const { rows } = await judge.query(`
    select case when p.prokind = 'a' then 'aggregate' else 'function' end, p.proname, array_to_json(${typesOf('p')})::text, r.typname, case when p.prokind = 'a' then a.aggkind else p.prokind end
      from pg_proc p join pg_type r on r.oid = p.prorettype left join pg_aggregate a on a.aggfnoid = p.oid where p.pronamespace = 11
    union all
    select 'operator', o.oprname, array_to_json(array_remove(array[l.typname::text, r.typname::text], null))::text, t.typname, 'o'
      from pg_operator o left join pg_type l on l.oid = o.oprleft join pg_type r on r.oid = o.oprright join pg_type t on t.oid = o.oprresult where o.oprnamespace = 11
    union all
    select 'cast', '', array_to_json(array[s.typname::text, t.typname::text])::text, t.typname, c.castcontext from pg_cast c join pg_type s on s.oid = c.castsource join pg_type t on t.oid = c.casttarget where c.oid < 16384
    order by 1, 2, 3, 4`);
  return rows.map(([table, name, types, result, kind]) => {
    const words: unknown = JSON.parse(types!);
    return { table: tableNamed(table!), name: name!, types: (Array.isArray(words) ? words : []).map(String), result: result!, kind: table === 'operator' || table === 'cast' ? '' : kind! };
  });
}

function tableNamed(text: string): Signature['table'] {
  return text === 'function' || text === 'aggregate' || text === 'operator' ? text : 'cast';
}

const typeName = (oid: number): string => findType(oid)?.name ?? String(oid);
const keyOf = (table: string, name: string, types: readonly string[]): string => `${table === 'aggregate' ? 'function' : table} ${name}(${types.join(',')})`;

/** Keys of what our tables hold. A cast of a type to itself, which applies a type modifier, is no row of ours: every codec does it. */
function ourKeys(): ReadonlySet<string> {
  return new Set([
    ...[...allFunctions, ...allTableFunctions, ...allAggregates].map((row) => keyOf('function', row.name, row.args.map(typeName))),
    ...allOperators.map((row) => keyOf('operator', row.name, (row.left === 0 ? [row.right] : [row.left, row.right]).map(typeName))),
    ...allCasts.map((row) => keyOf('cast', '', [typeName(row.source), typeName(row.target)])),
  ]);
}

export interface Coverage {
  readonly there: readonly Signature[];
  readonly refused: readonly Signature[];
  readonly outside: readonly { readonly exclusion: Exclusion; readonly signatures: readonly Signature[] }[];
  readonly share: number;
}

export async function measureCoverage(judge: Judge): Promise<Coverage> {
  const ours = ourKeys();
  const there: Signature[] = [];
  const refused: Signature[] = [];
  const outside = exclusions.map((exclusion) => ({ exclusion, signatures: [] as Signature[] }));
  for (const signature of await judgedSignatures(judge)) {
    const excluded = outside.find(({ exclusion }) => exclusion.covers(signature));
    if (excluded !== undefined) excluded.signatures.push(signature);
    else (has(ours, signature) ? there : refused).push(signature);
  }
  return { there, refused, outside, share: there.length / (there.length + refused.length) };
}

function has(ours: ReadonlySet<string>, { table, name, types }: Signature): boolean {
  if (table === 'cast' && types[0] === types[1]) return findTypeByName(types[0]!) !== undefined;
  return ours.has(keyOf(table, name, types));
}

const percent = (part: number, whole: number): string => (whole === 0 ? '' : `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`);

/** `abs (float4), (float8)`: signatures by name. */
function listed(signatures: readonly Signature[]): string {
  const groups = new Map<string, string[]>();
  for (const signature of signatures) {
    const { table, name, types } = signature;
    const key = table === 'cast' ? `${types[0]} as` : name;
    const text = table === 'cast' ? types[1]! : table === 'operator' ? types.join(' ') : `(${types.join(', ')})`;
    groups.set(key, [...(groups.get(key) ?? []), text]);
  }
  return [...groups].map(([name, texts]) => `\`${name} ${texts.join('; ')}\``).join(', ');
}

const tables = ['function', 'aggregate', 'operator', 'cast'] as const;

/** The text of docs/functions.md. */
export function coverageDocument({ there, refused, outside }: Coverage): string {
  const counted = (rows: readonly Signature[], table: Signature['table']): number => rows.filter((row) => row.table === table).length;
  const lines = [
    '# Functions, operators, casts and aggregates', '',
    'Made by `npm run docs:functions`, which compares our tables (`src/ir/functions`) with the `pg_proc`, `pg_operator`, `pg_cast` and `pg_aggregate` of Postgres 18; a test fails when this page is stale.',
    `Signatures are written with the names of \`pg_type\`. **${percent(there.length, there.length + refused.length)}** of the signatures that count are there (${there.length} of ${there.length + refused.length}); the bar is ${bar * 100} %.`,
    'What is not there is refused with SQLSTATE `0A000` and its name.', '',
    '| table | there | refused | share |', '|---|---|---|---|',
    ...tables.map((table) => `| ${table}s | ${counted(there, table)} | ${counted(refused, table)} | ${percent(counted(there, table), counted(there, table) + counted(refused, table))} |`),
    '', '## What does not count', '',
    '| left out | signatures | why |', '|---|---|---|',
    ...outside.map(({ exclusion, signatures }) => `| ${exclusion.family} | ${signatures.length} | ${exclusion.reason} |`),
    '', `Together ${outside.reduce((sum, { signatures }) => sum + signatures.length, 0)} signatures. \`tests/functions/coverage.ts\` has the rules.`, '', '## By family', '',
    '| family | there | refused | share |', '|---|---|---|---|',
  ];
  const sections: string[] = [];
  for (const [family] of families) {
    const have = there.filter((row) => familyOf(row) === family);
    const lack = refused.filter((row) => familyOf(row) === family);
    if (have.length + lack.length === 0) continue;
    lines.push(`| ${family} | ${have.length} | ${lack.length} | ${percent(have.length, have.length + lack.length)} |`);
    sections.push('', `### ${family}`);
    for (const table of tables) {
      const rows = have.filter((row) => row.table === table);
      if (rows.length > 0) sections.push('', `${table[0]!.toUpperCase()}${table.slice(1)}s: ${listed(rows)}`);
    }
    for (const table of tables) {
      const rows = lack.filter((row) => row.table === table);
      if (rows.length > 0) sections.push('', `Refused ${table}s: ${listed(rows)}`);
    }
  }
  return `${[...lines, ...sections].join('\n')}\n`;
}
