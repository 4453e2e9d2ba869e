import type { RelationType } from '../core/index.ts';
import type { TemplateLibrary } from '../templates/index.ts';
import { ServerClient } from './client.ts';

/** `millrace monitor list` */
export function runMonitorList(library: TemplateLibrary): void {
  for (const { name, description, parameters } of library.list()) {
    console.log(`${name}: ${description}`);
    for (const { name: parameter, required, default: fallback, description: about } of parameters) {
      const remark = required ? 'required' : fallback === undefined ? 'optional' : `default ${fallback}`;
      console.log(`  --${parameter.padEnd(12)} ${about} (${remark})`);
    }
    console.log();
  }
}

/** `millrace monitor generate`: the columns of the dataset are the server's word; the SQL goes to the terminal, or with --apply to the server. */
export async function runMonitorGenerate(library: TemplateLibrary, options: Readonly<Record<string, string | boolean>>): Promise<void> {
  const { template, dataset, url, apply, ...rest } = options;
  const parameters = Object.fromEntries(Object.entries(rest).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  const client = await ServerClient.connect(String(url), (notice) => console.error(notice));
  try {
    const name = splitName(String(dataset));
    const expansion = library.expand(String(template), parameters, { name, type: await describeRelation(client, name) });
    if (apply !== true) return console.log(expansion.sql.trimEnd());
    for (const statement of expansion.statements) await client.query(statement);
    console.log(`created ${expansion.view}`);
  } finally {
    await client.close();
  }
}

/** The parts of a dotted name; quoted parts keep what is in them. */
export const splitName = (name: string): string[] =>
  (name.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []).map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()));

async function describeRelation(client: ServerClient, name: readonly string[]): Promise<RelationType> {
  const quoted = name.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  const [answer] = await client.query(`SELECT * FROM ${quoted} LIMIT 0`);
  return { columns: answer!.fields.map(({ name: column, oid, typmod }) => ({ name: column, type: { oid, typmod }, nullable: true })), keys: [] };
}
