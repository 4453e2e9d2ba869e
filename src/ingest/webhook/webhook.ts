import { codecOf, defaultTextSettings, Oid, rowLayout, RowBatchBuilder, SqlError } from '../../core/index.ts';
import type { Column, JsonValue, RowBatch } from '../../core/index.ts';
import { valueDecoder } from '../decode/decoder.ts';
import type { MessageFormat } from '../decode/decoder.ts';
import { errorText } from '../decode/errors.ts';
import { metadataWriter } from '../decode/included.ts';
import type { IncludedColumn } from '../decode/included.ts';
import { checkDocument, checkUtf8 } from '../decode/json-scan.ts';

export type WebhookHeaders = readonly (readonly [name: string, value: string])[];

export interface WebhookOptions {
  readonly format: MessageFormat;
  /** of the body, then the included ones */
  readonly columns: readonly Column[];
  readonly included: readonly IncludedColumn[];
  /** CHECK of the source, evaluated before anything is decoded; absent: everything is let in. A SqlError is a bad request. */
  readonly check?: (body: Uint8Array, headers: WebhookHeaders) => boolean | Promise<boolean>;
}

export type WebhookBody =
  | { readonly kind: 'rows'; readonly rows: RowBatch }
  /** answer 400: the sender must change the body */
  | { readonly kind: 'bad'; readonly reason: string }
  /** CHECK was not true */
  | { readonly kind: 'refused' };

export type WebhookDecoder = (body: Uint8Array, headers: WebhookHeaders) => Promise<WebhookBody>;

/**
 * One request to rows, all or none: JSON is one document or several on lines of their own (NDJSON), JSON ARRAY one row an element
 * (a body that is no array is one row), TEXT and BYTES one row.
 */
export function webhookDecoder(options: WebhookOptions): WebhookDecoder {
  const { format, columns, included, check } = options;
  const valueColumns = columns.slice(0, columns.length - included.length);
  const decode = valueDecoder(format, valueColumns);
  const writeMetadata = metadataWriter(included, columns, valueColumns.length);
  const layout = rowLayout(columns.map((column) => column.type));
  const toRows = (body: Uint8Array, headers: WebhookHeaders): RowBatch => {
    const metadata = { headers: headers.map(([name, value]) => [name, encoder.encode(value)] as const) };
    const builder = new RowBatchBuilder(layout, 1);
    for (const document of split(format, body)) {
      builder.begin(1);
      decode(document, builder);
      writeMetadata(metadata, builder);
      builder.end();
    }
    return builder.finish();
  };
  return async (body, headers) => {
    try {
      if (check !== undefined && !(await check(body, headers))) return { kind: 'refused' };
      return { kind: 'rows', rows: toRows(body, headers) };
    } catch (error) {
      if (error instanceof SqlError) return { kind: 'bad', reason: errorText(error) };
      throw error;
    }
  };
}

const encoder = new TextEncoder();
const NEWLINE = 0x0a;

function split(format: MessageFormat, body: Uint8Array): readonly Uint8Array[] {
  if (format.kind !== 'json') return [body];
  checkUtf8(body);
  return format.array === true ? elements(body) : lines(body);
}

/** A body with line breaks may be one document all the same; it is, if it reads as one. */
function lines(body: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const found = body.indexOf(NEWLINE, start);
    const end = found < 0 ? body.length : found;
    const line = body.subarray(start, end);
    if (line.some((byte) => byte > 0x20)) parts.push(line);
    start = end + 1;
  }
  return parts.length > 1 && !isDocument(body) ? parts : [body];
}

function isDocument(body: Uint8Array): boolean {
  try {
    checkDocument(body);
    return true;
  } catch {
    return false;
  }
}

function elements(body: Uint8Array): readonly Uint8Array[] {
  const codec = codecOf(Oid.jsonb);
  const document = codec.parse(checkDocument(body), defaultTextSettings, -1) as { value: JsonValue };
  if (!Array.isArray(document.value)) return [body];
  return (document.value as readonly JsonValue[]).map((value) => encoder.encode(codec.print({ kind: 'jsonb', value }, defaultTextSettings)));
}
