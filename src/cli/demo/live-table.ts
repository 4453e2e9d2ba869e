import { sleep } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { ServerClient } from '../client.ts';
import type { TextAnswer } from '../client.ts';
import { drawTable } from '../table.ts';

const QUERY = `
  SELECT experiment_bucket, matured, num_leads, accuracy, precision, recall, f1_score, revenue_per_lead, net_revenue_per_lead
  FROM bucket_metrics
  ORDER BY experiment_bucket, matured DESC`;

const TITLES = ['bucket', 'leads of', 'leads', 'accuracy', 'precision', 'recall', 'F1', '$ per lead', 'net $ per lead'];

/** Shows the metrics of every bucket each second until the signal: in place on a terminal, else as a table every ten seconds. */
export async function watchMetrics(url: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const client = await ServerClient.connect(url);
  const terminal = process.stdout.isTTY === true;
  let drawn = 0;
  try {
    while (!signal.aborted) {
      const [answer] = await client.query(QUERY);
      const text = `${new Date(clock.now()).toISOString().slice(0, 19)}Z\n${drawMetrics(answer!)}\n`;
      // Up over the last drawing, then clear to the end of the screen.
      process.stdout.write(terminal && drawn > 0 ? `\u001b[${drawn}A\u001b[J${text}` : text);
      drawn = text.split('\n').length - 1;
      await sleep(clock, terminal ? 1000 : 10_000, signal).catch(() => {});
    }
  } finally {
    await client.close();
  }
}

export function drawMetrics({ rows }: Pick<TextAnswer, 'rows'>): string {
  if (rows.length === 0) return 'no leads yet';
  const shown = rows.map(([bucket, matured, leads, ...shares]) => [
    bucket ?? '', matured === 't' ? '30 s before' : 'last 30 s', leads ?? '', ...shares.map((share, index) => figure(share, index < 4 ? 3 : 2)),
  ]);
  return `${drawTable(TITLES, shown, [false, false, ...TITLES.slice(2).map(() => true)])}\nof the last 30 s some leads may still convert`;
}

const figure = (text: string | null, digits: number): string => (text === null ? '-' : Number(text).toFixed(digits));
