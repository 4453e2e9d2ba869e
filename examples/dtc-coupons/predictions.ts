import { Kafka, logLevel } from 'kafkajs';

/** One prediction as the front end sends it. */
export interface PredictionEvent {
  readonly lead_id: number;
  readonly experiment_bucket: string;
  readonly score: number;
  readonly label: boolean | 0 | 1;
  readonly predicted_at: string;
}

/** Where predictions go. `send` resolves when they have arrived there. */
export interface PredictionSink {
  send(events: readonly PredictionEvent[]): Promise<void>;
  close(): Promise<void>;
}

export async function kafkaSink(brokers: readonly string[], topic: string): Promise<PredictionSink> {
  const kafka = new Kafka({ clientId: 'dtc-coupons', brokers: [...brokers], logLevel: logLevel.NOTHING });
  await createTopic(kafka, topic);
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  return {
    async send(events) {
      await producer.send({ topic, messages: events.map((event) => ({ key: String(event.lead_id), value: JSON.stringify(event) })) });
    },
    close: () => producer.disconnect(),
  };
}

/** Makes the topic unless it is there, so that a reader finds it before the first prediction. */
export async function createKafkaTopic(brokers: readonly string[], topic: string): Promise<void> {
  await createTopic(new Kafka({ clientId: 'dtc-coupons', brokers: [...brokers], logLevel: logLevel.NOTHING }), topic);
}

async function createTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 4 }], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}

const POSTS_AT_ONCE = 16;

/** The example's webhook source on a Millrace; it is served on the port that SQL is. */
export const webhookOf = (millraceUrl: string): string => `http://${new URL(millraceUrl).host}/api/webhook/materialize/public/conversion_predictions`;

/** Posts to a webhook source, one event a request. */
export function webhookSink(url: string): PredictionSink {
  const post = async (event: PredictionEvent): Promise<void> => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  };
  return {
    async send(events) {
      const waiting = [...events];
      const worker = async (): Promise<void> => {
        for (let event = waiting.shift(); event; event = waiting.shift()) await post(event);
      };
      await Promise.all(Array.from({ length: Math.min(POSTS_AT_ONCE, events.length) }, worker));
    },
    close: async () => {},
  };
}
