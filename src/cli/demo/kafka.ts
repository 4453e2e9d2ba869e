import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../core/index.ts';
import { runCommand } from './command.ts';
import { packageRoot } from '../package-root.ts';
import { startOwnServer } from './own-server.ts';
import type { OwnServer } from './own-server.ts';
import { freePort, isListening } from './ports.ts';

/** One Kafka node of our own (KRaft: broker and controller in one). */
export interface EmbeddedKafka extends OwnServer {
  readonly brokers: readonly string[];
}

const KAFKA_VERSION = '4.1.0';

// slf4j-simple writes what goes wrong to stderr; without a binding Kafka would fail silently.
const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>millrace</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-storage</artifactId><version>${KAFKA_VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

const cacheFolder = (): string => join(packageRoot(), '.cache', `kafka-${KAFKA_VERSION}`);
const libraries = (): string => join(cacheFolder(), 'lib');

/** Why Kafka cannot run here, with the cure; undefined where it can (once fetched). */
export function kafkaMissing(): string | undefined {
  const version = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const major = Number(/version "(\d+)/.exec(version.stderr ?? '')?.[1] ?? 0);
  if (version.error || major < 17) return 'Kafka needs Java 17 or later: apt-get install openjdk-17-jre-headless';
  if (!kafkaFetched() && spawnSync('mvn', ['--version']).error) return 'Kafka is fetched by Maven: apt-get install maven';
  return undefined;
}

export const kafkaFetched = (): boolean => existsSync(libraries());

/** Fetches Kafka and what it needs (43 MB) from Maven Central into .cache, unless it is there. */
export async function fetchKafka(progress: (line: string) => void, signal?: AbortSignal): Promise<void> {
  if (kafkaFetched()) return;
  const missing = kafkaMissing();
  if (missing) throw new Error(missing);
  const folder = cacheFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'pom.xml'), POM);
  // Two fetches may run at once: each into a folder of its own, and the first to finish gives it the name.
  const incoming = mkdtempSync(join(folder, 'incoming-'));
  progress(`fetching Apache Kafka ${KAFKA_VERSION} (43 MB, once) into ${folder}`);
  try {
    await runCommand('mvn', ['-q', '-B', '-f', join(folder, 'pom.xml'), 'dependency:copy-dependencies', `-DoutputDirectory=${incoming}`], { cwd: folder, signal });
    if (!kafkaFetched()) renameSync(incoming, libraries());
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(`Maven could not fetch Kafka: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    rmSync(incoming, { recursive: true, force: true });
  }
  progress('Apache Kafka is there');
}

/** Starts a broker; it has to be fetched before. */
export async function startEmbeddedKafka({ clock, signal }: { readonly clock: Clock; readonly signal?: AbortSignal }): Promise<EmbeddedKafka> {
  const [port, controllerPort] = [await freePort(), await freePort()];
  const server = await startOwnServer({
    name: 'Kafka', clock, signal,
    async prepare(folder) {
      const properties = join(folder, 'server.properties');
      writeFileSync(properties, serverProperties(folder, port, controllerPort));
      await runCommand('java', java('kafka.tools.StorageTool', ['format', '--cluster-id', 'bWlsbHJhY2UtZGVtby0wMQ', '--config', properties]), { cwd: folder, signal });
      return { command: 'java', args: java('kafka.Kafka', [properties]), stopSignal: 'TERM' };
    },
    ready: () => isListening('127.0.0.1', port),
  });
  const { halt, resume, restart, stop } = server;
  return {
    brokers: [`127.0.0.1:${port}`],
    get pid() {
      return server.pid;
    },
    halt, resume, restart, stop,
  };
}

const java = (mainClass: string, args: readonly string[]): string[] => [
  '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-cp', join(libraries(), '*'), mainClass, ...args,
];

const serverProperties = (folder: string, port: number, controllerPort: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(folder, 'data'),
    'num.partitions': '4',
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.enable': 'false',
    'auto.create.topics.enable': 'true',
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
