import { Kafka, logLevel } from 'kafkajs';
import type { KafkaConfig, LogEntry, SASLOptions } from 'kafkajs';
import { SqlError } from '../../core/index.ts';
import { addCompression } from './compression.ts';

/** How to reach the brokers; secrets are resolved. */
export interface KafkaUpstream {
  readonly brokers: readonly string[];
  readonly securityProtocol: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly user: string; readonly password: string };
  /** PEM */
  readonly sslRootCert?: string;
}

/** What the client has to say, for the program's own log. */
export type KafkaLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;

const CONNECT_TIMEOUT_MS = 3_000;

/** The client's own retries are few and short: riding out a longer outage is the caller's, who can tell the user about it. */
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 };

export function kafkaClient(upstream: KafkaUpstream, log: KafkaLog): Kafka {
  addCompression();
  const encrypted = upstream.securityProtocol === 'ssl' || upstream.securityProtocol === 'sasl_ssl';
  const authenticated = upstream.securityProtocol === 'sasl_plaintext' || upstream.securityProtocol === 'sasl_ssl';
  const config: KafkaConfig = {
    clientId: 'millrace',
    brokers: [...upstream.brokers],
    connectionTimeout: CONNECT_TIMEOUT_MS,
    retry: RETRY,
    ssl: encrypted && (upstream.sslRootCert === undefined ? true : { ca: upstream.sslRootCert }),
    logLevel: logLevel.WARN,
    // What the client could not cure reaches the caller as an error; what it tells on the way (a coordinator that still loads, a retry) is detail.
    logCreator: () => (entry: LogEntry) => log('debug', `${entry.namespace}: ${entry.log.message}`),
  };
  if (authenticated) {
    if (upstream.sasl === undefined) throw new SqlError('22023', `security protocol "${upstream.securityProtocol}" needs a SASL mechanism, user and password`);
    const { mechanism, user, password } = upstream.sasl;
    config.sasl = { mechanism, username: user, password } as SASLOptions;
  }
  return new Kafka(config);
}

/** What went wrong with reaching the brokers, for the person who wrote the connection's options. */
export function kafkaConnectError(error: unknown, upstream: KafkaUpstream): SqlError {
  if (error instanceof SqlError) return error;
  const names = upstream.brokers.map((broker) => `"${broker}"`).join(', ');
  if (hasName(error, 'KafkaJSSASLAuthenticationError')) {
    return new SqlError('28P01', `Kafka at ${names} refused user "${upstream.sasl?.user ?? ''}": ${errorMessage(error)}`, {
      hint: 'Check the SASL mechanism, user and password of the connection.', cause: error,
    });
  }
  return new SqlError('08001', `could not connect to Kafka at ${names}: ${errorMessage(error)}`, {
    hint: 'Check that a broker runs there, that it advertises an address that can be reached from here, and its security protocol.', cause: error,
  });
}

/** The client wraps errors in one another; names, unlike texts, are part of its interface. */
export function hasName(error: unknown, name: string): boolean {
  for (let current = error; current instanceof Error; current = current.cause) if (current.name === name) return true;
  return false;
}

export const errorMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error));
