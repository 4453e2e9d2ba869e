import { fetchKafka, kafkaFetched } from '../src/cli/demo/kafka.ts';

/** `npm run kafka:fetch`: puts Apache Kafka into .cache for the demo and the tests. */
try {
  if (kafkaFetched()) console.log('Apache Kafka is there already');
  else await fetchKafka((line) => console.log(line));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
