import { beforeAll, expect, test } from 'vitest';
import { createParser } from '../../src/planner/syntax/index.ts';
import type { SqlParser } from '../../src/planner/syntax/index.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await createParser();
});

const pieces = (sql: string): string[] => parser.split(sql).map((statement) => statement.sql);

test('a statement runs from its first token through its semicolon, the last through the end', () => {
  expect(parser.split('select 1; /* x */ select 2 ')).toEqual([{ sql: 'select 1;', offset: 0 }, { sql: 'select 2 ', offset: 18 }]);
});

test('empty statements are dropped, but a string of nothing else is one', () => {
  expect(pieces(';; select 1;;')).toEqual(['select 1;']);
  expect(parser.split(' ; -- nothing\n ')).toEqual([{ sql: '', offset: 0 }]);
  expect(parser.parse('').kind).toBe('empty');
});

test.each([
  ["select 'a;b'; x", ["select 'a;b';", 'x']],
  ["select E'\\';'; x", ["select E'\\';';", 'x']],
  ["select '\\'; x'", ["select '\\';", "x'"]],
  ['select "a;b""; c"; x', ['select "a;b""; c";', 'x']],
  ['select $$;$$; select $a$;$$;$a$; x', ['select $$;$$;', 'select $a$;$$;$a$;', 'x']],
  ['select a$b$; x$b$', ['select a$b$;', 'x$b$']],
  ['select 1 -- a;b\n; x', ['select 1 -- a;b\n;', 'x']],
  ['select 1 /* a; /* b; */ ; */; x', ['select 1 /* a; /* b; */ ; */;', 'x']],
  ['create rule r as on insert to t do (a; b); x', ['create rule r as on insert to t do (a; b);', 'x']],
  ['create function f() begin atomic select case 1 when 1 then 2 end; select 3; end; x', ['create function f() begin atomic select case 1 when 1 then 2 end; select 3; end;', 'x']],
  ["select 'open; x", ["select 'open; x"]],
  ['select U&"a;b", n\'c;d\', x\'e;f\'; x', ['select U&"a;b", n\'c;d\', x\'e;f\';', 'x']],
])('semicolons that end nothing: %s', (sql, expected) => {
  expect(pieces(sql)).toEqual(expected);
});

test('offsets count characters, not UTF-16 units or bytes', () => {
  expect(parser.split("select '😀é'; x").map((statement) => statement.offset)).toEqual([0, 13]);
});
