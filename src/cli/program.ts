import { Command, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logLevels } from './log.ts';
import { runMonitorGenerate, runMonitorList } from './monitor.ts';
import { brokers, port, positive, url, wholeNumber } from './options.ts';
import { packageRoot } from './package-root.ts';
import { shippedTemplates } from './shipped-files.ts';
import { runSql } from './sql.ts';

export const DEFAULT_PORT = 6875;
export const DEFAULT_URL = `postgres://materialize@127.0.0.1:${DEFAULT_PORT}/materialize`;

/** `millrace` and its commands. What starts a database is loaded only when it is asked for, so that the client commands answer at once. */
export function buildProgram(): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  const program = new Command('millrace').description('a streaming SQL database for watching models in production').version(version).showHelpAfterError();
  program.addCommand(startCommand());
  program.addCommand(demoCommand());
  program.addCommand(sqlCommand());
  program.addCommand(monitorCommand());
  return program;
}

function startCommand(): Command {
  return new Command('start')
    .description('start the server')
    .addOption(new Option('--host <address>', 'address to listen on').default('127.0.0.1').env('MILLRACE_HOST'))
    .addOption(new Option('--port <number>', 'port for SQL and HTTP').argParser(port).default(DEFAULT_PORT).env('MILLRACE_PORT'))
    .addOption(new Option('--data <folder>', 'where everything durable lies').default('.millrace').env('MILLRACE_DATA'))
    .addOption(new Option('--user <name>', 'who may connect with the password').default('materialize').env('MILLRACE_USER'))
    .addOption(new Option('--password <password>', 'ask for this password; better given in the environment').env('MILLRACE_PASSWORD'))
    .option('--insecure', 'let everybody in, also from other machines', false)
    .addOption(new Option('--tls-cert <file>', 'certificate (PEM)').env('MILLRACE_TLS_CERT'))
    .addOption(new Option('--tls-key <file>', 'its key (PEM)').env('MILLRACE_TLS_KEY'))
    .addOption(new Option('--log-level <level>', 'how much to tell on stderr').choices(logLevels).default('info').env('MILLRACE_LOG_LEVEL'))
    .action(async (options) => (await import('./start.ts')).runStart(options));
}

function demoCommand(): Command {
  return new Command('demo')
    .description('start everything of the coupon example and watch its metrics; Ctrl-C ends it and leaves nothing')
    .addOption(new Option('--rate <leads>', 'leads a second').argParser(positive).default(100))
    .addOption(new Option('--seed <number>', 'the same seed gives the same leads').argParser(wholeNumber).default(1))
    .addOption(new Option('--duration <seconds>', 'end after this long (until Ctrl-C)').argParser(positive))
    .addOption(new Option('--kafka <host:port>', 'a broker of your own').argParser(brokers).env('KAFKA_BROKERS'))
    .addOption(new Option('--postgres <url>', 'a Postgres of your own, with wal_level=logical').argParser(url))
    .addOption(new Option('--port <number>', 'port of Millrace').argParser(port).default(DEFAULT_PORT))
    .addOption(new Option('--label <form>', 'how predictions send their label').choices(['int', 'bool']).default('int'))
    .option('--quiet', 'no table, only how to connect', false)
    .action(async (options) => (await import('./demo/demo.ts')).runDemo(options));
}

const urlOption = (): Option => new Option('--url <url>', 'the server').argParser(url).default(DEFAULT_URL).env('MILLRACE_URL');

function sqlCommand(): Command {
  return new Command('sql')
    .description('run a query and print its rows')
    .argument('<statements>', 'SQL, several statements parted by ;')
    .addOption(urlOption())
    .action(async (statements: string, options: { url: string }) => runSql(statements, options.url));
}

function monitorCommand(): Command {
  const monitor = new Command('monitor').description('views that watch a model, from one dataset view');
  monitor.command('list').description('the templates and their parameters').action(() => runMonitorList(shippedTemplates()));
  const generate = monitor
    .command('generate')
    .description('print the SQL of a template over a dataset, or create it')
    .requiredOption('--template <name>', 'see `millrace monitor list`')
    .requiredOption('--dataset <view>', 'the view with one row a prediction')
    .option('--apply', 'create the view instead of printing it', false)
    .addOption(urlOption());
  for (const [name, description] of templateParameters()) generate.option(`--${name} <value>`, description);
  generate.action(async (options: Record<string, string | boolean>) => runMonitorGenerate(shippedTemplates(), options));
  return monitor;
}

/** Every parameter of any template; the template at hand says which of them it takes. */
function templateParameters(): Map<string, string> {
  return new Map(shippedTemplates().list().flatMap(({ parameters }) => parameters.map(({ name, description }) => [name, description] as const)));
}
