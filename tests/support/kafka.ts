import { SystemClock } from '../../src/core/index.ts';
import { fetchKafka, kafkaMissing, startEmbeddedKafka } from '../../src/cli/demo/kafka.ts';
import type { EmbeddedKafka } from '../../src/cli/demo/kafka.ts';

/** Why tests with Kafka are skipped here, with the cure; undefined where they run. Use: `describe.skipIf(kafkaSkipped)(...)`. */
export const kafkaSkipped: string | undefined = kafkaMissing();
if (kafkaSkipped) console.warn(`tests with Kafka are skipped: ${kafkaSkipped}`);

/** An Apache Kafka of this test's own, with four partitions a topic by default. */
export async function startKafka(): Promise<EmbeddedKafka> {
  await fetchKafka((line) => console.warn(line));
  return startEmbeddedKafka({ clock: new SystemClock() });
}
