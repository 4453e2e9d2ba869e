import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Lead } from '../../examples/dtc-coupons/leads.ts';
import { exampleStatements, splitStatements } from '../../examples/dtc-coupons/setup.ts';
import { projectRoot } from '../support/sources.ts';

/** Where one variant's upstreams are. */
export interface Upstreams {
  readonly postgresPort: number;
  readonly database: string;
  readonly broker: string;
  readonly topic: string;
}

/** Something that happened to a lead, at its moment. */
export interface LeadEvent {
  readonly kind: 'lead' | 'prediction' | 'conversion';
  readonly atMs: number;
  readonly lead: Lead;
}

/** The coupon scenario as one author wrote it: its tables upstream, its sources and views on Millrace. */
export interface Variant {
  readonly name: string;
  /** upstream: the tables and the publication; then what stands for the topic there */
  readonly tables: readonly string[];
  readonly copy: string;
  sources(upstreams: Upstreams): readonly string[];
  readonly views: readonly string[];
  /** what is compared, with what stands for the window's rows first */
  readonly compared: readonly string[];
  /** queries whose answers agree once everything written upstream has arrived */
  readonly arrived: readonly string[];
  /** what the event writes to Postgres, as statements */
  statements(event: LeadEvent, startMs: number): readonly string[];
  /** the message that the prediction is, and the row that stands for it upstream */
  message(event: LeadEvent, startMs: number): string;
  copied(message: string): string;
}

const moment = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const bytes = (text: string): string => `'\\x${Buffer.from(text).toString('hex')}'`;
const predictionMessage = ({ lead, atMs }: LeadEvent, startMs: number, label: (lead: Lead) => unknown): string =>
  JSON.stringify({ lead_id: lead.id, experiment_bucket: lead.bucket, score: lead.score, label: label(lead), predicted_at: `${moment(startMs + atMs)}+00:00` });

function leadStatements({ kind, lead, atMs }: LeadEvent, startMs: number): readonly string[] {
  const at = moment(startMs + atMs);
  switch (kind) {
    case 'lead':
      return [
        `insert into leads (id, email, created_at) values (${lead.id}, 'lead-${lead.id}@example.com', '${at}')`,
        ...(lead.coupon === null ? [] : [`insert into coupons (id, created_at, lead_id, amount) values (${lead.id}, '${at}', ${lead.id}, ${lead.coupon})`]),
      ];
    case 'conversion':
      return [`update leads set converted_at = '${at}', conversion_amount = ${lead.conversion!.amount} where id = ${lead.id}`];
    case 'prediction':
      return [];
  }
}

/** The example of this repository. Labels come in both forms. */
export const ours: Variant = {
  name: 'ours',
  tables: exampleStatements('postgres.sql', {}),
  copy: 'create table conversion_predictions (lead_id bigint, experiment_bucket text, score double precision, label boolean, predicted_at timestamptz)',
  sources: ({ postgresPort, database, broker, topic }) => exampleStatements('sources.sql', {
    POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(postgresPort), POSTGRES_DATABASE: database, POSTGRES_USER: 'postgres', POSTGRES_PASSWORD: 'unasked', KAFKA_BROKER: broker, KAFKA_TOPIC: topic,
  }),
  views: exampleStatements('views.sql', {}),
  compared: ['leads_in_window', 'conversion_prediction_dataset', 'classifier_metrics', 'bucket_metrics', 'conversion_prediction_dataset_binary_classification', 'conversion_prediction_dataset_net_revenue'],
  arrived: ['select count(*), count(converted_at) from leads', 'select count(*) from coupons', 'select count(*) from conversion_predictions'],
  statements: leadStatements,
  message: (event, startMs) => predictionMessage(event, startMs, ({ id, label }) => (id % 2 === 0 ? label : Number(label))),
  copied(message) {
    const { lead_id, experiment_bucket, score, label, predicted_at } = JSON.parse(message) as Record<string, unknown>;
    return `insert into conversion_predictions values (${lead_id}, '${experiment_bucket}', ${score}, ${Boolean(label)}, '${predicted_at}')`;
  },
};

const isCreateView = (statement: string): boolean => /^create (materialized )?view\b/i.test(statement);

/** The sources of a script, with the places filled in that belong to its author's machines. */
const withUpstreams = (statements: readonly string[], { postgresPort, database, broker, topic }: Upstreams): string[] =>
  statements.filter((statement) => /^create/i.test(statement) && !isCreateView(statement)).map((statement) => statement
    .replace(/CONNECTION '[^']*'/, `CONNECTION 'host=127.0.0.1 port=${postgresPort} user=postgres dbname=${database}'`)
    .replace(/KAFKA BROKER '[^']*' TOPIC '[^']*'/, `KAFKA BROKER '${broker}' TOPIC '${topic}'`));

const shopScript = splitStatements(readFileSync(join(projectRoot, 'tests/compat/materialize-2022.sql'), 'utf8'));

/** Every statement form of the article, in words of our own. */
export const shop: Variant = {
  name: 'shop',
  tables: [
    'create table visits (id serial primary key, arrived_at timestamp not null, bought_at timestamp, total int)',
    'create table gifts (id serial primary key, visit_id int not null, worth int not null)',
    'alter table visits replica identity full',
    'alter table gifts replica identity full',
    'create publication shop_changes for table visits, gifts',
  ],
  copy: 'create table shop_scores_raw (data bytea)',
  sources: (upstreams) => withUpstreams(shopScript, upstreams),
  views: shopScript.filter(isCreateView),
  compared: ['scored_visits', 'shop_scores', 'shop_metrics'],
  arrived: ['select count(*), count(bought_at) from visits', 'select count(*) from gifts', 'select count(*) from shop_scores_raw'],
  statements({ kind, lead, atMs }, startMs) {
    const at = moment(startMs + atMs);
    switch (kind) {
      case 'lead':
        return [
          `insert into visits (id, arrived_at) values (${lead.id}, '${at}')`,
          ...(lead.coupon === null ? [] : [`insert into gifts (visit_id, worth) values (${lead.id}, ${lead.coupon})`]),
        ];
      case 'conversion':
        return [`update visits set bought_at = '${at}', total = ${lead.conversion!.amount} where id = ${lead.id}`];
      case 'prediction':
        return [];
    }
  },
  message: ({ lead, atMs }, startMs) => JSON.stringify({ visit_id: lead.id, arm: lead.bucket, made_at: moment(startMs + atMs), score: lead.score, pick: Number(lead.label) }),
  copied: (message) => `insert into shop_scores_raw values (${bytes(message)})`,
};

const article = join(dirname(projectRoot), 'shared', 'seeds', '003_d929a64a341b2ffa.txt');

/** The article's own SQL, where its text lies beside the project. */
export function articleVariant(): Variant | undefined {
  if (!existsSync(article)) return undefined;
  const blocks = [...readFileSync(article, 'utf8').matchAll(/```postgresql\n([^`]*)```/g)].map((block) => block[1]!);
  const statements = splitStatements(blocks.join('\n;\n'));
  return {
    name: 'article',
    tables: [
      ...statements.filter((statement) => /^create table/i.test(statement)),
      'alter table leads replica identity full',
      'alter table coupons replica identity full',
      'create publication mz_source for table leads, coupons',
    ],
    copy: 'create table kafka_conversion_predictions (data bytea)',
    sources: (upstreams) => withUpstreams(statements.filter((statement) => !/^create table/i.test(statement)), upstreams),
    views: statements.filter(isCreateView),
    compared: ['conversion_prediction_dataset', 'conversion_predictions', 'classifier_metrics'],
    arrived: ['select count(*), count(converted_at) from leads', 'select count(*) from coupons', 'select count(*) from kafka_conversion_predictions'],
    statements: leadStatements,
    message: (event, startMs) => predictionMessage(event, startMs, ({ label }) => Number(label)),
    copied: (message) => `insert into kafka_conversion_predictions values (${bytes(message)})`,
  };
}
