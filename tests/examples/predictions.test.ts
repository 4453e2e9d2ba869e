import { createServer } from 'node:http';
import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { createKafkaTopic, kafkaSink, webhookSink } from '../../examples/dtc-coupons/predictions.ts';
import type { PredictionEvent } from '../../examples/dtc-coupons/predictions.ts';
import { kafkaSkipped, startKafka } from '../support/kafka.ts';

const events: PredictionEvent[] = Array.from({ length: 100 }, (_, index) => ({
  lead_id: index, experiment_bucket: index % 10 <= 1 ? 'control' : 'experiment', score: index / 100, label: index >= 50, predicted_at: new Date(index).toISOString(),
}));
const byId = (received: readonly PredictionEvent[]): PredictionEvent[] => [...received].sort((a, b) => a.lead_id - b.lead_id);

test.skipIf(kafkaSkipped)('predictions reach the topic', { timeout: 60_000 }, async () => {
  const broker = await startKafka();
  try {
    await createKafkaTopic(broker.brokers, 'p');
    await createKafkaTopic(broker.brokers, 'p');
    const sink = await kafkaSink(broker.brokers, 'p');
    await sink.send(events.slice(0, 60));
    await sink.send(events.slice(60));
    await sink.close();
    const consumer = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING }).consumer({ groupId: 'test' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'p', fromBeginning: true });
    const received: PredictionEvent[] = [];
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          received.push(JSON.parse(String(message.value)) as PredictionEvent);
          if (received.length === events.length) resolve();
        },
      });
    });
    await consumer.disconnect();
    expect(byId(received)).toEqual(events);
  } finally {
    await broker.stop();
  }
});

test('predictions reach a webhook; an answer that is not 200 is an error', async () => {
  const received: PredictionEvent[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push(JSON.parse(body) as PredictionEvent);
      response.writeHead(status).end('no room');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/webhook/materialize/public/conversion_predictions`;
    const sink = webhookSink(url);
    await sink.send(events);
    expect(byId(received)).toEqual(events);
    status = 429;
    await expect(sink.send(events.slice(0, 1))).rejects.toThrow(`${url} answered 429: no room`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
