import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecOf, defaultTextSettings, Oid, rowLayout, RowBatchBuilder, SqlError, sqlType } from '../../src/core/index.ts';
import type { Column, Jsonb } from '../../src/core/index.ts';
import { valueDecoder } from '../../src/ingest/decode/decoder.ts';
import type { MessageFormat } from '../../src/ingest/decode/decoder.ts';
import { ObjectScanner, Kind } from '../../src/ingest/decode/json-scan.ts';
import { textRows } from './rows.ts';

const column = (name: string, oid: number, typmod = -1, nullable = true): Column => ({ name, type: sqlType(oid, typmod), nullable });
const TYPED: MessageFormat = { kind: 'json', typed: true };

/** The decoded row as text, or the SQLSTATE and message of what is wrong. */
function decode(message: string | Uint8Array, columns: readonly Column[], format: MessageFormat = TYPED): (string | null)[] | string {
  const builder = new RowBatchBuilder(rowLayout(columns.map((one) => one.type)));
  builder.begin(1);
  try {
    valueDecoder(format, columns)(typeof message === 'string' ? Buffer.from(message) : message, builder);
  } catch (error) {
    if (error instanceof SqlError) return `${error.code} ${error.message}`;
    throw error;
  }
  builder.end();
  return textRows(builder.finish())[0]!;
}

describe('typed JSON', () => {
  const label = [column('label', Oid.bool), column('flag', Oid.int4)];
  test.each([
    ['{"label": true, "flag": true}', ['t', '1']],
    ['{"label": false, "flag": false}', ['f', '0']],
    ['{"label": 1, "flag": 1}', ['t', '1']],
    ['{"label": 0, "flag": 0}', ['f', '0']],
    ['{"label": "yes", "flag": "7"}', ['t', '7']],
    ['{"label": null}', [null, null]],
    ['{}', [null, null]],
    [' {\n"flag" : 3 , "other": {"a": ["]", {}]}, "label":"f"}\r\n', ['f', '3']],
    ['{"flag": 1, "flag": 2}', [null, '2']],
    ['{"flag": 1, "flag": null}', [null, null]],
    ['{"\\u0066lag": 5}', [null, '5']],
  ])('%s', (message, row) => expect(decode(message, label)).toEqual(row));

  test.each([
    ['{"label": "maybe"}', '22P02 field "label": invalid input syntax for type boolean: "maybe"'],
    ['{"label": 2}', '22P02 field "label": invalid input syntax for type boolean: "2"'],
    ['{"flag": 1.5}', '22P02 field "flag": invalid input syntax for type integer: "1.5"'],
    ['{"flag": 3000000000}', '22003 field "flag": value "3000000000" is out of range for type integer'],
    ['{"flag": {"a": 1}}', '22P02 field "flag": invalid input syntax for type integer: "{"a": 1}"'],
    ['[1]', '22023 the message is not a JSON object'],
    ['7', '22023 the message is not a JSON object'],
    ['{"other": "\\u0000"}', '22P05 unsupported Unicode escape sequence'],
    ['{"other": {"deep": "\\u0000"}}', '22P05 unsupported Unicode escape sequence'],
    ['{"other": "\\\\u0000"}', [null, null]],
    ['{"other": "\\ud800"}', '22P02 invalid input syntax for type json'],
    ['{"other": "\\ud83d\\ude00"}', [null, null]],
    ['{"flag": 01}', '22P02 invalid input syntax for type json'],
    ['{"flag": 1', '22P02 invalid input syntax for type json'],
    ['{"flag": 1} x', '22P02 invalid input syntax for type json'],
    ['{"flag": 1,}', '22P02 invalid input syntax for type json'],
    ['', '22P02 invalid input syntax for type json'],
  ])('%s', (message, expected) => expect(decode(message, label)).toEqual(expected));

  test('bytes that are no UTF-8 are an error wherever they stand', () => {
    expect(decode(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), label)).toBe('22021 invalid byte sequence for encoding "UTF8": 0xff');
  });

  test('numbers keep their digits, documents their values, text its escapes', () => {
    const columns = [
      column('n', Oid.numeric), column('i', Oid.int8), column('f', Oid.float8), column('t', Oid.text), column('j', Oid.jsonb), column('a', Oid.textArray),
      column('ts', Oid.timestamptz), column('v', Oid.varchar, 5 + 4), column('m', Oid.numeric, ((10 << 16) | 2) + 4),
    ];
    expect(decode('{"n": 1.10, "i": 9007199254740993, "f": 1e-5, "t": "a\\n\\"ä\\u00e4", "j": {"b": 1.0, "a": "x"}, "a": ["p", null, "q\\"r", 1.50], "ts": "2022-07-19T12:00:00+02:00", "v": "abcde  ", "m": 1.005}', columns))
      .toEqual(['1.10', '9007199254740993', '1e-05', 'a\n"ää', '{"a": "x", "b": 1.0}', '{p,NULL,"q\\"r",1.50}', '2022-07-19 10:00:00+00', 'abcde', '1.01']);
    expect(decode('{"v": "abcdef"}', columns)).toBe('22001 field "v": value too long for type character varying(5)');
    expect(decode('{"t": {"a":  1}, "j": "s"}', columns)).toEqual([null, null, null, '{"a":  1}', '"s"', null, null, null, null]);
  });

  test('NOT NULL is kept', () => {
    expect(decode('{}', [column('id', Oid.int4, -1, false)])).toBe('23502 null value in column "id" violates not-null constraint');
  });
});

describe('the scanner agrees with jsonb', () => {
  const names = ['a', 'b', 'ä"'];
  const agrees = (text: string): void => {
    const scanner = new ObjectScanner(names);
    const bytes = Buffer.from(text);
    let parsed: Jsonb['value'] | undefined;
    try {
      parsed = (codecOf(Oid.jsonb).parse(text, defaultTextSettings, -1) as Jsonb).value;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      if (error.code === '22003') return;
    }
    if (!(parsed instanceof Map)) return expect(() => scanner.scan(bytes)).toThrow(SqlError);
    scanner.scan(bytes);
    names.forEach((name, i) => {
      const value: unknown = parsed.get(name);
      if (value === undefined) return expect(scanner.kinds[i]).toBe(Kind.missing);
      const quoted = scanner.kinds[i] === Kind.string || scanner.kinds[i] === Kind.escapedString;
      const again = quoted ? { kind: 'jsonb', value: scanner.text(i) } : codecOf(Oid.jsonb).parse(scanner.text(i), defaultTextSettings, -1);
      expect(again).toEqual({ kind: 'jsonb', value });
    });
  };
  const key = fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 3 }));
  const document = fc.dictionary(key, fc.jsonValue({ maxDepth: 2 })).map((value) => JSON.stringify(value));

  test('on documents', () => fc.assert(fc.property(document, (text) => agrees(text.replaceAll('\\u0000', 'z'))), { numRuns: 500 }));
  test('on documents with one character changed', () => {
    const characters = fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', ' ', 'u', '\n', 'tru', '1e5', '\\ud800');
    fc.assert(fc.property(document, fc.nat(), characters, fc.boolean(), (text, at, character, replace) => {
      const place = at % (text.length + 1);
      agrees(text.slice(0, place) + character + text.slice(place + (replace ? 1 : 0)));
    }), { numRuns: 2000 });
  });
});

describe('other formats', () => {
  test('bytes are taken as they are', () => expect(decode(Uint8Array.of(0, 255), [column('data', Oid.bytea)], { kind: 'bytes' })).toEqual(['\\x00ff']));
  test('text must be UTF-8 without NUL', () => {
    const text = [column('text', Oid.text)];
    expect(decode('ä', text, { kind: 'text' })).toEqual(['ä']);
    expect(decode(Uint8Array.of(0x61, 0xc3), text, { kind: 'text' })).toMatch(/^22021/);
    expect(decode('a\0', text, { kind: 'text' })).toBe('22021 invalid byte sequence for encoding "UTF8": 0x00');
  });
  test('untyped JSON takes any document', () => {
    const data = [column('data', Oid.jsonb)];
    expect(decode('[1, {"b":2,"a":1}]', data, { kind: 'json', typed: false })).toEqual(['[1, {"a": 1, "b": 2}]']);
    expect(decode('{"a": "\\u0000"}', data, { kind: 'json', typed: false })).toBe('22P05 unsupported Unicode escape sequence');
  });
});
