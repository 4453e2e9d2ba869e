import { expect, test } from 'vitest';
import { Oid, sqlType } from '../../src/core/index.ts';
import { webhookDecoder } from '../../src/ingest/index.ts';
import type { WebhookOptions } from '../../src/ingest/index.ts';
import { textRows } from './rows.ts';

const json: WebhookOptions = { format: { kind: 'json', typed: false }, columns: [{ name: 'body', type: sqlType(Oid.jsonb), nullable: true }], included: [] };

async function post(options: WebhookOptions, body: string | Uint8Array, headers: readonly (readonly [string, string])[] = []): Promise<unknown> {
  const answer = await webhookDecoder(options)(typeof body === 'string' ? Buffer.from(body) : body, headers);
  return answer.kind === 'rows' ? textRows(answer.rows) : answer;
}

test('a document is a row, also over several lines; several documents on lines of their own are several', async () => {
  expect(await post(json, '{"a": 1}')).toEqual([['{"a": 1}']]);
  expect(await post(json, '{\n"a": 1\n}\n')).toEqual([['{"a": 1}']]);
  expect(await post(json, '{"a": 1}\n\n{"a": 2}\r\n')).toEqual([['{"a": 1}'], ['{"a": 2}']]);
});

test('all rows of a request or none', async () => {
  expect(await post(json, '{"a": 1}\nbad')).toMatchObject({ kind: 'bad', reason: expect.stringContaining('invalid input syntax for type json') });
  expect(await post(json, Uint8Array.of(0xff))).toMatchObject({ kind: 'bad', reason: 'invalid byte sequence for encoding "UTF8": 0xff' });
  expect(await post(json, '')).toMatchObject({ kind: 'bad' });
});

test('JSON ARRAY has a row for each element', async () => {
  const list: WebhookOptions = { format: { kind: 'json', typed: true, array: true }, columns: [{ name: 'a', type: sqlType(Oid.numeric), nullable: true }], included: [] };
  expect(await post(list, '[{"a": 1.50}, {"a": null}]')).toEqual([['1.50'], [null]]);
  expect(await post(list, '{"a": 2}')).toEqual([['2']]);
  expect(await post(list, '[]')).toEqual([]);
});

test('text, bytes and headers', async () => {
  const text: WebhookOptions = {
    format: { kind: 'text' },
    columns: [{ name: 'body', type: sqlType(Oid.text), nullable: true }, { name: 'sig', type: sqlType(Oid.text), nullable: true }, { name: 'all', type: sqlType(Oid.jsonb), nullable: true }],
    included: [{ what: 'header', header: 'X-Signature', name: 'sig' }, { what: 'headers', name: 'all' }],
  };
  expect(await post(text, 'hello', [['x-signature', 's'], ['host', 'h']])).toEqual([['hello', 's', '[{"key": "x-signature", "value": "s"}, {"key": "host", "value": "h"}]']]);
  expect(await post({ ...text, columns: [{ name: 'body', type: sqlType(Oid.bytea), nullable: true }], format: { kind: 'bytes' }, included: [] }, Uint8Array.of(1, 0))).toEqual([['\\x0100']]);
});

test('CHECK decides before the body is read', async () => {
  expect(await post({ ...json, check: async (_body, headers) => headers.some(([name]) => name === 'secret') }, 'not json')).toEqual({ kind: 'refused' });
  expect(await post({ ...json, check: () => true }, '1')).toEqual([['1']]);
});
