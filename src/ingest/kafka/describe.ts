import { SqlError } from '../../core/index.ts';
import { kafkaClient, kafkaConnectError } from './connection.ts';
import type { KafkaLog, KafkaUpstream } from './connection.ts';

export interface PartitionFacts {
  readonly partition: number;
  /** first offset that is still there */
  readonly low: number;
  /** offset of the next message */
  readonly high: number;
}

export interface TopicFacts {
  /** by partition number */
  readonly partitions: readonly PartitionFacts[];
  /** offset by partition of the first message at or after `timestampMs`, where one was asked for */
  readonly atTimestamp?: readonly number[];
}

/** Looks at a topic once: for CREATE SOURCE, and before reading. Rejects with a SqlError that names brokers or topic. Never creates the topic. */
export async function describeTopic(
  upstream: KafkaUpstream, topic: string, signal?: AbortSignal, log: KafkaLog = () => {}, timestampMs?: number,
): Promise<TopicFacts> {
  signal?.throwIfAborted();
  const admin = kafkaClient(upstream, log).admin();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => (abort = () => reject(signal?.reason)));
  aborted.catch(() => {});
  signal?.addEventListener('abort', abort, { once: true });
  const look = async (): Promise<TopicFacts> => {
    await admin.connect();
    if (!(await admin.listTopics()).includes(topic)) throw missingTopic(upstream, topic);
    const offsets = await admin.fetchTopicOffsets(topic);
    const partitions = offsets.map((one) => ({ partition: one.partition, low: Number(one.low), high: Number(one.high) })).sort((a, b) => a.partition - b.partition);
    if (timestampMs === undefined) return { partitions };
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, timestampMs);
    return { partitions, atTimestamp: partitions.map(({ partition, high }) => Number(found.find((one) => one.partition === partition)?.offset ?? high)) };
  };
  try {
    return await Promise.race([look(), aborted]);
  } catch (error) {
    signal?.throwIfAborted();
    throw kafkaConnectError(error, upstream);
  } finally {
    signal?.removeEventListener('abort', abort);
    void admin.disconnect().catch(() => {});
  }
}

const missingTopic = (upstream: KafkaUpstream, topic: string): SqlError =>
  new SqlError('42704', `topic "${topic}" does not exist on Kafka at ${upstream.brokers.map((broker) => `"${broker}"`).join(', ')}`, {
    hint: 'Create the topic first, or check its name: names are case-sensitive.',
  });
