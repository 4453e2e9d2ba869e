import { codecOf, compareText, MOST_CHARACTERS, requestedTooLarge, SqlError, utf8Length as octetLength } from '../../core/index.ts';
import type { Datum, SqlArray, TypeCodec } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { Environment } from './contract.ts';
import { hasSurrogates, lengthOf, lowerCase, slice, upperCase } from './code-points.ts';
import { defineFunctions, invalidParameter, typeNamed, unbound } from './define.ts';
import type { Definition } from './define.ts';
import { md5, textBytes } from './digest.ts';
import { formatWith, quoteLiteral } from './format.ts';
import { quoteIdentifier } from './keywords.ts';
import { castPrinterOf, printersOf } from './printing.ts';
import { spreading } from './variadic.ts';

const TEXT = typeNamed('text');
const charCodec = (): TypeCodec => codecOf(typeNamed('char'));
/** Postgres' limit on one value: a gigabyte less a byte, header included. */
const LONGEST_VALUE = 0x3fffffff - 4;

export const trimEnd = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 32) end--;
  return end === text.length ? text : text.slice(0, end);
};

/** The whole family of comparisons over one order; `key` makes equal values identical. */
function comparing(names: readonly [eq: string, ne: string, lt: string, le: string, gt: string, ge: string], left: string, right: string, key?: (text: string) => string): readonly Definition[] {
  const order = key === undefined ? compareText : (a: string, b: string) => compareText(key(a), key(b));
  const [eq, ne, lt, le, gt, ge] = names.map((name) => `${name}(${left},${right}) bool`) as [string, string, string, string, string, string];
  return [
    key === undefined ? [eq, (a: string, b: string) => a === b, { inline: (a, b) => `(${a} === ${b})` }] : [`${eq} total`, (a: string, b: string) => key(a) === key(b)],
    key === undefined ? [ne, (a: string, b: string) => a !== b, { inline: (a, b) => `(${a} !== ${b})` }] : [`${ne} total`, (a: string, b: string) => key(a) !== key(b)],
    [`${lt} total`, (a: string, b: string) => order(a, b) < 0],
    [`${le} total`, (a: string, b: string) => order(a, b) <= 0],
    [`${gt} total`, (a: string, b: string) => order(a, b) > 0],
    [`${ge} total`, (a: string, b: string) => order(a, b) >= 0],
  ];
}

const named = (prefix: string, suffix = ''): [string, string, string, string, string, string] =>
  [`${prefix}eq${suffix}`, `${prefix}ne${suffix}`, `${prefix}lt${suffix}`, `${prefix}le${suffix}`, `${prefix}gt${suffix}`, `${prefix}ge${suffix}`];

const patternOrder = (type: string, key?: (text: string) => string): readonly Definition[] => {
  const order = key === undefined ? compareText : (a: string, b: string) => compareText(key(a), key(b));
  return [
    [`${type}_pattern_lt(${type},${type}) bool total`, (a: string, b: string) => order(a, b) < 0],
    [`${type}_pattern_le(${type},${type}) bool total`, (a: string, b: string) => order(a, b) <= 0],
    [`${type}_pattern_gt(${type},${type}) bool total`, (a: string, b: string) => order(a, b) > 0],
    [`${type}_pattern_ge(${type},${type}) bool total`, (a: string, b: string) => order(a, b) >= 0],
  ];
};

const negativeLength = (): SqlError => new SqlError('22011', 'negative substring length not allowed');

export function substring(text: string, start: number, length?: number): string {
  if (length === undefined) return start <= 1 ? text : slice(text, start - 1);
  if (length < 0) throw negativeLength();
  return slice(text, Math.max(start, 1) - 1, Math.max(start + length - 1, 0));
}

export function overlay(text: string, replacement: string, start: number, length: number): string {
  if (start <= 0) throw negativeLength();
  if (start + length > 2147483647) throw new SqlError('22003', 'integer out of range');
  return substring(text, 1, start - 1) + replacement + substring(text, start + length);
}

const positionOf = (text: string, part: string): number => {
  const found = text.indexOf(part);
  return found < 0 ? 0 : hasSurrogates(text) ? lengthOf(text.slice(0, found)) + 1 : found + 1;
};

function trimmed(text: string, characters: string, left: boolean, right: boolean): string {
  const set = new Set(characters);
  const units = hasSurrogates(text) ? Array.from(text) : text;
  let from = 0;
  let to = units.length;
  if (left) while (from < to && set.has(units[from]!)) from++;
  if (right) while (to > from && set.has(units[to - 1]!)) to--;
  return typeof units === 'string' ? units.slice(from, to) : units.slice(from, to).join('');
}

function padding(text: string, width: number, fill: string): { readonly kept: string; readonly fill: string } {
  const wanted = Math.max(width, 0);
  const length = lengthOf(text);
  if (fill !== '' && (wanted * 4 > LONGEST_VALUE || wanted > MOST_CHARACTERS)) throw requestedTooLarge();
  if (length >= wanted || fill === '') return { kept: slice(text, 0, wanted), fill: '' };
  const missing = wanted - length;
  return { kept: text, fill: slice(fill.repeat(Math.ceil(missing / lengthOf(fill))), 0, missing) };
}

function padLeft(text: string, width: number, fill = ' '): string {
  const padded = padding(text, width, fill);
  return padded.fill + padded.kept;
}

function padRight(text: string, width: number, fill = ' '): string {
  const padded = padding(text, width, fill);
  return padded.kept + padded.fill;
}

function repeat(text: string, count: number): string {
  if (count <= 0 || text === '') return '';
  if (text.length * count > MOST_CHARACTERS) throw requestedTooLarge();
  return text.repeat(count);
}

/** Long texts are counted before they are made. */
function replaced(text: string, from: string, to: string): string {
  if (from === '') return text;
  if (text.length * to.length > LONGEST_VALUE && octetLength(text) + (text.split(from).length - 1) * (octetLength(to) - octetLength(from)) > LONGEST_VALUE) {
    throw new SqlError('54000', 'string buffer exceeds maximum allowed length (1073741823 bytes)');
  }
  return text.replaceAll(from, () => to);
}

const first = (text: string, count: number): string => (count >= 0 ? slice(text, 0, count) : slice(text, 0, Math.max(lengthOf(text) + count, 0)));
/** The smallest int4 has no opposite, and Postgres, negating it, leaves nothing out. */
const last = (text: string, count: number): string => (count === -2147483648 ? text : count >= 0 ? slice(text, Math.max(lengthOf(text) - count, 0)) : slice(text, -count));
const initialCapitals = (text: string): string =>
  text.replace(/[A-Za-z0-9]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());

function splitPart(text: string, separator: string, field: number): string {
  if (field === 0) throw invalidParameter('field position must not be zero');
  if (text === '') return '';
  if (separator === '') return field === 1 || field === -1 ? text : '';
  const parts = text.split(separator);
  return parts[field > 0 ? field - 1 : parts.length + field] ?? '';
}

function translate(text: string, from: string, to: string): string {
  const replacements = Array.from(to);
  const mapping = new Map<string, string>();
  Array.from(from).forEach((character, i) => {
    if (!mapping.has(character)) mapping.set(character, replacements[i] ?? '');
  });
  let result = '';
  for (const character of text) result += mapping.get(character) ?? character;
  return result;
}

const reversed = (text: string): string => Array.from(text).reverse().join('');

function character(code: number): string {
  if (code === 0) throw new SqlError('54000', 'null character not permitted');
  if (code < 0) throw invalidParameter('character number must be positive');
  if (code > 0x10ffff) throw new SqlError('54000', `requested character too large for encoding: ${code}`);
  if (code >= 0xd800 && code <= 0xdfff) throw new SqlError('54000', `requested character not valid for encoding: ${code}`);
  return String.fromCodePoint(code);
}

/** Splits the call's values from the environment that comes last. */
const withEnvironment = (values: readonly any[], count: number): readonly [readonly Datum[], Environment] => [values.slice(0, count), values[count]];

function bindConcat(args: readonly Scalar[]): (...values: any[]) => Datum {
  const printers = printersOf(args);
  return (...values) => {
    const [given, environment] = withEnvironment(values, args.length);
    return given.map((value, i) => (value === null ? '' : printers[i]!(value, environment))).join('');
  };
}

function bindConcatWithSeparator(args: readonly Scalar[]): (...values: any[]) => Datum {
  const printers = printersOf(args);
  return (...values) => {
    const [given, environment] = withEnvironment(values, args.length);
    if (given[0] === null) return null;
    return given.flatMap((value, i) => (i === 0 || value === null ? [] : [printers[i]!(value, environment)])).join(String(given[0]));
  };
}

function bindFormat(args: readonly Scalar[]): (...values: any[]) => Datum {
  const printers = printersOf(args);
  return (...values) => {
    const [given, environment] = withEnvironment(values, args.length);
    const [template, ...rest] = given;
    if (template === null) return null;
    return formatWith(String(template), rest.map((value, i) => (value === null ? null : printers[i + 1]!(value, environment))));
  };
}

const bindQuoteLiteral = (args: readonly Scalar[]): ((value: Datum, environment: Environment) => Datum) => {
  const print = castPrinterOf(args[0]!.type.oid);
  return (value, environment) => (value === null ? 'NULL' : quoteLiteral(print(value, environment)));
};

/** A name holds 63 bytes; a character that would be cut is left out. */
export function toName(text: string): string {
  if (octetLength(text) <= 63) return text;
  let kept = '';
  let bytes = 0;
  for (const part of text) {
    bytes += octetLength(part);
    if (bytes > 63) break;
    kept += part;
  }
  return kept;
}

export function textArray(items: readonly (string | null)[]): SqlArray {
  return { kind: 'array', element: TEXT, dims: items.length === 0 ? [] : [items.length], lowerBounds: items.length === 0 ? [] : [1], items };
}

const larger = (a: string, b: string): string => (compareText(a, b) > 0 ? a : b);
const smaller = (a: string, b: string): string => (compareText(a, b) < 0 ? a : b);

const unicodeForms: Record<string, string> = { nfc: 'NFC', nfd: 'NFD', nfkc: 'NFKC', nfkd: 'NFKD' };
function normalizationForm(name: string): string {
  const form = unicodeForms[name.toLowerCase()];
  if (form === undefined) throw invalidParameter(`invalid normalization form: ${name}`);
  return form;
}

const length = (text: string): number => lengthOf(text);
const paddedLength = (text: string): number => lengthOf(trimEnd(text));

export const textFunctions = defineFunctions([
  ...comparing(['texteq', 'textne', 'text_lt', 'text_le', 'text_gt', 'text_ge'], 'text', 'text'),
  ...comparing(named('name'), 'name', 'name'),
  ...comparing(named('name', 'text'), 'name', 'text'),
  ...comparing(named('text', 'name'), 'text', 'name'),
  ...comparing(named('char'), 'char', 'char', (text) => String.fromCharCode(charCodec().encode(text)[0]!)),
  ...comparing(named('bpchar'), 'bpchar', 'bpchar', trimEnd),
  ...patternOrder('text'),
  ...patternOrder('bpchar', trimEnd),
  ['text_larger(text,text) text total', larger],
  ['text_smaller(text,text) text total', smaller],
  ['bpchar_larger(bpchar,bpchar) bpchar total', (a: string, b: string) => (compareText(trimEnd(a), trimEnd(b)) >= 0 ? a : b)],
  ['bpchar_smaller(bpchar,bpchar) bpchar total', (a: string, b: string) => (compareText(trimEnd(a), trimEnd(b)) <= 0 ? a : b)],

  ['textcat(text,text) text', (a: string, b: string) => a + b, { inline: (a, b) => `(${a} + ${b})` }],
  ['textanycat(text,anynonarray) text stable total', unbound, { bind: (args) => {
    const print = castPrinterOf(args[1]!.type.oid);
    return (text: string, value: Datum, environment: Environment) => text + print(value, environment);
  } }],
  ['anytextcat(anynonarray,text) text stable total', unbound, { bind: (args) => {
    const print = castPrinterOf(args[0]!.type.oid);
    return (value: Datum, text: string, environment: Environment) => print(value, environment) + text;
  } }],
  ['concat(any) text stable null variadic total', unbound, { bind: spreading(bindConcat) }],
  ['concat_ws(text,any) text stable null variadic total', unbound, { bind: spreading(bindConcatWithSeparator) }],
  ['format(text) text stable null', (template: string | null) => (template === null ? null : formatWith(template, []))],
  ['format(text,any) text stable null variadic', unbound, { bind: spreading(bindFormat, true) }],

  ...(['length(text)', 'char_length(text)', 'character_length(text)', 'textlen(text)'].map((id): Definition => [`${id} int4 total`, length])),
  ...(['length(bpchar)', 'char_length(bpchar)', 'character_length(bpchar)'].map((id): Definition => [`${id} int4 total`, paddedLength])),
  ['octet_length(text) int4 total', octetLength],
  ['octet_length(bpchar) int4 total', octetLength],
  ['bit_length(text) int4 total', (text: string) => octetLength(text) * 8],
  ['lower(text) text total', lowerCase],
  ['casefold(text) text total', lowerCase],
  ['upper(text) text total', upperCase],
  ['initcap(text) text total', initialCapitals],
  ...(['substring', 'substr'].flatMap((name): readonly Definition[] => [
    [`${name}(text,int4) text total`, (text: string, start: number) => substring(text, start)],
    [`${name}(text,int4,int4) text`, (text: string, start: number, count: number) => substring(text, start, count)],
  ])),
  ['position(text,text) int4 total', positionOf],
  ['strpos(text,text) int4 total', positionOf],
  ['overlay(text,text,int4) text', (text: string, by: string, start: number) => overlay(text, by, start, lengthOf(by))],
  ['overlay(text,text,int4,int4) text', overlay],
  ['btrim(text) text total', (text: string) => trimmed(text, ' ', true, true)],
  ['btrim(text,text) text total', (text: string, characters: string) => trimmed(text, characters, true, true)],
  ['ltrim(text) text total', (text: string) => trimmed(text, ' ', true, false)],
  ['ltrim(text,text) text total', (text: string, characters: string) => trimmed(text, characters, true, false)],
  ['rtrim(text) text total', (text: string) => trimmed(text, ' ', false, true)],
  ['rtrim(text,text) text total', (text: string, characters: string) => trimmed(text, characters, false, true)],
  ['lpad(text,int4) text', (text: string, width: number) => padLeft(text, width)],
  ['lpad(text,int4,text) text', (text: string, width: number, fill: string) => padLeft(text, width, fill)],
  ['rpad(text,int4) text', (text: string, width: number) => padRight(text, width)],
  ['rpad(text,int4,text) text', (text: string, width: number, fill: string) => padRight(text, width, fill)],
  ['left(text,int4) text total', first],
  ['right(text,int4) text total', last],
  ['repeat(text,int4) text', repeat],
  ['replace(text,text,text) text', replaced],
  ['translate(text,text,text) text total', translate],
  ['split_part(text,text,int4) text', splitPart],
  ['starts_with(text,text) bool total', (text: string, prefix: string) => text.startsWith(prefix)],
  ['reverse(text) text total', reversed],
  ['ascii(text) int4 total', (text: string) => text.codePointAt(0) ?? 0],
  ['chr(int4) text', character],
  ['md5(text) text total', (text: string) => md5(textBytes(text))],
  ['quote_ident(text) text total', quoteIdentifier],
  ['quote_literal(text) text total', quoteLiteral],
  ['quote_literal(anyelement) text stable total', unbound, { bind: bindQuoteLiteral }],
  ['quote_nullable(text) text null total', (text: string | null) => (text === null ? 'NULL' : quoteLiteral(text))],
  ['quote_nullable(anyelement) text stable null total', unbound, { bind: bindQuoteLiteral }],
  ['normalize(text,text) text defaults=1', (text: string, form?: unknown) => text.normalize(normalizationForm(typeof form === 'string' ? form : 'NFC'))],
  ['is_normalized(text,text) bool defaults=1', (text: string, form?: unknown) => text.normalize(normalizationForm(typeof form === 'string' ? form : 'NFC')) === text],

  ['text(bpchar) text total', trimEnd],
  ['text(name) text', (text: string) => text, { inline: (a) => a }],
  ['text(char) text', (text: string) => text, { inline: (a) => a }],
  ['varchar(name) varchar', (text: string) => text, { inline: (a) => a }],
  ['bpchar(name) bpchar', (text: string) => text, { inline: (a) => a }],
  ['bpchar(char) bpchar', (text: string) => text, { inline: (a) => a }],
  ['name(text) name total', toName],
  ['name(varchar) name total', toName],
  ['name(bpchar) name total', (text: string) => trimEnd(toName(text))],
  ['char(text) char total', (text: string, { settings }: Environment) => charCodec().parse(text, settings, -1)],
  ['char(int4) char', (code: number) => {
    if (code < -128 || code > 127) throw new SqlError('22003', '"char" out of range');
    return charCodec().decode(Uint8Array.of(code & 255));
  }],
  ['int4(char) int4 total', (text: string) => (charCodec().encode(text)[0]! << 24) >> 24],
  ['nameconcatoid(name,oid) name total', (name: string, oid: number) => {
    const suffix = `_${oid}`;
    let kept = name;
    while (octetLength(kept) + suffix.length > 63) kept = slice(kept, 0, -1);
    return kept + suffix;
  }],
]);
