import type { Format, IncludedColumn } from '../../catalog/index.ts';
import { notSupported, Oid, SqlError, sqlType } from '../../core/index.ts';
import type { Column } from '../../core/index.ts';
import { planExpression } from '../query.ts';
import { typeText } from '../typing/format-type.ts';
import type { CreateSource } from '../plan.ts';
import type { CheckInput, SourceTree } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { includedColumn } from './create-source.ts';
import { itemOfKind } from './names.ts';

type FromWebhook = Extract<SourceTree, { kind: 'webhook' }>;
type WebhookSource = Extract<CreateSource, { kind: 'webhook' }>;

/** `fields`: the columns given by name, each a field of the posted document; null where the whole body is one column. */
export function planWebhook(from: FromWebhook, fields: readonly Column[] | null, scene: Scene): { readonly source: WebhookSource; readonly dependsOn: readonly number[] } {
  const { kind, array, position } = from.format;
  if (fields !== null && kind !== 'json') throw notSupported(`columns with BODY FORMAT ${kind.toUpperCase()}`, 'Only BODY FORMAT JSON has fields to name; the body is one column, body.', position);
  const format: Format = kind === 'json' ? { kind, typed: fields !== null, ...(array && { array }) } : { kind };
  const bodyType = { json: Oid.jsonb, text: Oid.text, bytes: Oid.bytea }[kind];
  const included = from.include.map((include) => {
    if (include.what !== 'header' && include.what !== 'headers')
      throw new SqlError('42601', `a webhook has no ${include.what.toUpperCase()}`, { hint: 'There are INCLUDE HEADER \'name\' AS column and INCLUDE HEADERS.', position: include.position });
    return includedColumn(include);
  });
  const columns = [...(fields ?? [{ name: 'body', type: sqlType(bodyType), nullable: false }]), ...included.map(headerColumn)];
  const twice = columns.find((column, i) => columns.findIndex((other) => other.name === column.name) < i);
  if (twice) throw new SqlError('42701', `column "${twice.name}" specified more than once`);
  const { check, secrets, dependsOn } = planCheck(from.check, scene);
  return { source: { kind: 'webhook', columns, format, included, ...(check && { check }), secrets }, dependsOn };
}

const headerColumn = (column: IncludedColumn): Column =>
  column.what === 'header' ? { name: column.name, type: sqlType(Oid.text), nullable: true } : { name: column.name, type: sqlType(Oid.jsonb), nullable: false };

type PlannedCheck = Pick<WebhookSource, 'check' | 'secrets'> & { readonly dependsOn: readonly number[] };

/**
 * A CHECK is a boolean over one row that the server makes of each request: the headers as a jsonb object (names in lower case), the body as text,
 * the body as bytea, then the value of each of `secrets` (qualified names) as text. Only what WITH lists can be named.
 */
function planCheck(check: FromWebhook['check'], scene: Scene): PlannedCheck {
  if (check === null) return { secrets: [], dependsOn: [] };
  const columns: Column[] = [
    { name: '', type: sqlType(Oid.jsonb), nullable: false }, { name: '', type: sqlType(Oid.text), nullable: false }, { name: '', type: sqlType(Oid.bytea), nullable: false },
  ];
  const secrets: string[] = [];
  const dependsOn: number[] = [];
  for (const input of check.inputs) {
    if (input.what === 'secret' && input.secret !== null) {
      const item = itemOfKind('secret', input.secret, scene);
      columns.push({ name: input.alias ?? item.name, type: sqlType(Oid.text), nullable: false });
      secrets.push(`${scene.catalog.schemaNameOf(item)}.${item.name}`);
      dependsOn.push(item.oid);
    } else nameInput(columns, input);
  }
  const condition = planExpression(check.expression, scene.text, 'webhook', columns, planContext(scene, 'adhoc'));
  if (condition.type.oid !== Oid.bool) throw new SqlError('42804', `argument of CHECK must be type boolean, not type ${typeText(condition.type.oid)}`);
  return { check: condition, secrets, dependsOn };
}

function nameInput(columns: Column[], input: CheckInput): void {
  const index = input.what === 'headers' ? 0 : input.bytes ? 2 : 1;
  if (columns[index]!.name !== '') throw new SqlError('42701', `${input.what.toUpperCase()} is listed twice`, { position: input.position });
  columns[index] = { ...columns[index]!, name: input.alias ?? input.what };
}
