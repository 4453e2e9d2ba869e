import { ServerClient } from '../client.ts';

const connect = (url: string): Promise<ServerClient> => ServerClient.connect(url, () => {}, 'It is the Postgres that --postgres names; leave the option out to have one started.');

/** The logical replication slots of a Postgres, by name. */
export async function slotNames(url: string): Promise<ReadonlySet<string>> {
  const client = await connect(url);
  try {
    const [answer] = await client.query("SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database()");
    return new Set(answer!.rows.map(([name]) => name!));
  } finally {
    await client.close();
  }
}

/** Drops Millrace's slots that were not there before. Called when the server that made them has ended. */
export async function dropNewSlots(url: string, before: ReadonlySet<string>): Promise<void> {
  const ours = [...(await slotNames(url))].filter((name) => !before.has(name) && name.startsWith('millrace'));
  const client = await connect(url);
  try {
    for (const name of ours) await client.query(`SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}')`);
  } finally {
    await client.close();
  }
}
