import { Oid, SqlError, findType, findTypeByName } from '../../core/index.ts';
import type { CatalogQuestions } from './contract.ts';
import { quoteIdentifier } from './keywords.ts';

/** Bits of an interval's typmod, by field. */
const intervalFields = { year: 1 << 2, month: 1 << 1, day: 1 << 3, hour: 1 << 10, minute: 1 << 11, second: 1 << 12 };
const { year, month, day, hour, minute, second } = intervalFields;
const intervalRanges = new Map([
  [year, ' year'], [month, ' month'], [day, ' day'], [hour, ' hour'], [minute, ' minute'], [second, ' second'], [year | month, ' year to month'],
  [day | hour, ' day to hour'], [day | hour | minute, ' day to minute'], [day | hour | minute | second, ' day to second'],
  [hour | minute, ' hour to minute'], [hour | minute | second, ' hour to second'], [minute | second, ' minute to second'],
]);

/** The name with its modifier, of a type that takes one; `typmod` is not -1. */
function withModifier(oid: number, sqlName: string, typmod: number): string {
  switch (oid) {
    case Oid.bpchar: case Oid.varchar: return typmod > 4 ? `${sqlName}(${typmod - 4})` : sqlName;
    case Oid.bit: case Oid.varbit: return `${sqlName}(${typmod})`;
    case Oid.numeric: return `numeric(${((typmod - 4) >> 16) & 0xffff},${(((typmod - 4) & 0x7ff) ^ 1024) - 1024})`;
    case Oid.time: case Oid.timetz: case Oid.timestamp: case Oid.timestamptz: {
      const space = sqlName.indexOf(' ');
      return `${sqlName.slice(0, space)}(${typmod})${sqlName.slice(space)}`;
    }
    case Oid.interval: {
      const precision = typmod & 0xffff;
      return `interval${intervalRanges.get((typmod >> 16) & 0x7fff) ?? ''}${precision === 0xffff ? '' : `(${precision})`}`;
    }
    default: return sqlName;
  }
}

/** The type as SQL spells it (`format_type`). Without modifier (`null`) the name stands for any; with -1 for the type that has none, which matters for char and bit. */
export function formatType(oid: number, typmod: number | null, catalog: CatalogQuestions): string {
  if (oid === 0) return '-';
  const type = findType(oid);
  if (type === undefined) return '???';
  const element = type.category === 'A' && type.length === -1 && type.element !== 0 && oid !== Oid.int2vector && oid !== Oid.oidvector ? type.element : 0;
  if (element !== 0) return `${formatType(element, typmod, catalog)}[]`;
  if (type.kind === 'c' || type.kind === 'e') {
    const place = catalog.typeSchema(oid);
    const name = quoteIdentifier(type.name);
    return place === undefined || place.visible ? name : `${quoteIdentifier(place.schema)}.${name}`;
  }
  if (typmod === -1 && oid === Oid.bpchar) return 'bpchar';
  if (typmod === -1 && oid === Oid.bit) return '"bit"';
  return typmod === null || typmod < 0 ? type.sqlName : withModifier(oid, type.sqlName, typmod);
}

/** Names that the grammar has for types, beside those of pg_type. */
const grammarNames: ReadonlyMap<string, number> = new Map([
  ['boolean', Oid.bool], ['smallint', Oid.int2], ['int', Oid.int4], ['integer', Oid.int4], ['bigint', Oid.int8], ['real', Oid.float4], ['float', Oid.float8],
  ['double precision', Oid.float8], ['decimal', Oid.numeric], ['dec', Oid.numeric], ['numeric', Oid.numeric], ['character varying', Oid.varchar],
  ['char varying', Oid.varchar], ['national character varying', Oid.varchar], ['national char varying', Oid.varchar], ['nchar varying', Oid.varchar],
  ['character', Oid.bpchar], ['char', Oid.bpchar], ['nchar', Oid.bpchar], ['national character', Oid.bpchar], ['national char', Oid.bpchar],
  ['bit varying', Oid.varbit], ['time without time zone', Oid.time], ['time with time zone', Oid.timetz], ['timestamp without time zone', Oid.timestamp],
  ['timestamp with time zone', Oid.timestamptz],
]);

const intervalSuffix = / (?:year|month|day|hour|minute|second)(?: to (?:month|hour|minute|second))?$/;

const typeDoesNotExist = (text: string): SqlError => new SqlError('42704', `type "${text}" does not exist`);

/** The type that a piece of SQL names (`regtype` input); a modifier is read over, as there. */
export function parseTypeName(text: string, catalog: CatalogQuestions): number {
  const array = /^(.*?)((?:\s*\[\s*\d*\s*\])*|\s+array(?:\s*\[\s*\d+\s*\])?)\s*$/is.exec(text.trim())!;
  const isArray = array[2]!.trim() !== '';
  const bare = array[1]!.replace(/\(\s*-?\d+(?:\s*,\s*-?\d+)*\s*\)/g, ' ').trim();
  if (bare === '' || /^setof\s/i.test(bare)) throw new SqlError('42601', `invalid type name "${text}"`);
  const oid = findNamedType(bare, catalog);
  if (oid === undefined) throw typeDoesNotExist(bare);
  if (!isArray) return oid;
  const over = findType(oid)?.array ?? 0;
  if (over === 0) throw typeDoesNotExist(`${bare}[]`);
  return over;
}

function findNamedType(text: string, catalog: CatalogQuestions): number | undefined {
  if (!text.includes('"')) {
    const words = text.toLowerCase().replace(/\s+/g, ' ');
    const spelled = grammarNames.get(words) ?? (words.startsWith('interval ') && intervalSuffix.test(words) ? Oid.interval : undefined);
    if (spelled !== undefined) return spelled;
  }
  const names = splitName(text);
  if (names?.length === 3) throw new SqlError('0A000', `cross-database references are not implemented: ${names.join('.')}`);
  if (names === undefined || names.length > 3) throw new SqlError('42601', `invalid type name "${text}"`);
  const [schema, name] = names.length === 2 ? names : [undefined, names[0]!];
  if (schema !== undefined && catalog.schemaByName(schema) === undefined) throw new SqlError('3F000', `schema "${schema}" does not exist`);
  const builtin = findTypeByName(name!);
  if (builtin !== undefined && (schema === undefined || schema === (name!.endsWith('mz_timestamp') ? 'mz_catalog' : 'pg_catalog'))) return builtin.oid;
  return catalog.typeByName(schema, name!);
}

/** The parts of a possibly qualified name, folded to lower case where not quoted; undefined where it is no name. */
export function splitName(text: string): string[] | undefined {
  const parts: string[] = [];
  const part = /\s*(?:"((?:[^"]|"")+)"|([^\s".]+))\s*(\.|$)/y;
  while (true) {
    const found = part.exec(text);
    if (found === null) return undefined;
    parts.push(found[1] === undefined ? found[2]!.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : found[1].replaceAll('""', '"'));
    if (found[3] === '') return parts;
  }
}
