import type { KafkaConnection, OptionValue, PostgresConnection, SecretItem } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';
import { coerceForAssignment, planConstant } from '../query.ts';
import { Oid, sqlType } from '../../core/index.ts';
import type { CreateConnectionTree, CreateSecretTree, StatementOption } from '../syntax/index.ts';
import { sslModeOf } from './connection-string.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { itemOfKind, newName, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';
import { findOption, optionBoolean, optionInteger, optionText, optionTexts, optionWord, refuseUnknownOptions } from './options.ts';

export function planCreateSecret(tree: CreateSecretTree, scene: Scene): Outcome {
  const name = newName(tree.name, scene);
  const taken = whenTaken('secret', name, tree.ifNotExists, scene);
  if (taken) return taken;
  const context = planContext(scene, 'adhoc');
  const value = coerceForAssignment(planConstant(tree.value, scene.text, context), sqlType(Oid.text), 'value', context);
  return { plan: { kind: 'createSecret', name, value, ifNotExists: tree.ifNotExists, sql: tree.publicSql } };
}

export function planCreateConnection(tree: CreateConnectionTree, scene: Scene): Outcome {
  const name = newName(tree.name, scene);
  const taken = whenTaken('connection', name, tree.ifNotExists, scene);
  if (taken) return taken;
  refuseUnknownOptions(tree.with, ['VALIDATE'], 'CREATE CONNECTION ... WITH');
  if (optionBoolean(findOption(tree.with, 'VALIDATE'), false))
    throw notSupported('VALIDATE = true', 'A connection is tried when a source is made with it; leave it out.', tree.with[0]?.position);
  const secrets = new Secrets(scene);
  const connection = tree.to === 'postgres' ? postgresConnection(tree.options, secrets) : kafkaConnection(tree.options, secrets);
  return { plan: { kind: 'createConnection', name, connection, dependsOn: [...secrets.used], ifNotExists: tree.ifNotExists, sql: scene.sql } };
}

/** Values of options that may be secrets, and which secrets were named. */
class Secrets {
  readonly used = new Set<number>();
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  value(option: StatementOption | undefined): OptionValue | undefined {
    if (option === undefined) return undefined;
    if (option.value?.kind !== 'secret') return optionText(option);
    const item: SecretItem = itemOfKind('secret', option.value.name, this.#scene);
    this.used.add(item.oid);
    return { secret: item.oid };
  }
}

const required = (name: string, of: string): SqlError => new SqlError('42601', `option ${name} of ${of} is required`);

function postgresConnection(options: readonly StatementOption[], secrets: Secrets): PostgresConnection {
  const of = 'CREATE CONNECTION ... TO POSTGRES';
  refuseUnknownOptions(options, ['HOST', 'PORT', 'USER', 'PASSWORD', 'DATABASE', 'SSL MODE', 'SSL CERTIFICATE AUTHORITY'], of);
  const host = findOption(options, 'HOST');
  const port = findOption(options, 'PORT');
  const database = findOption(options, 'DATABASE');
  const user = secrets.value(findOption(options, 'USER'));
  const password = secrets.value(findOption(options, 'PASSWORD'));
  const sslMode = findOption(options, 'SSL MODE');
  const sslRootCert = secrets.value(findOption(options, 'SSL CERTIFICATE AUTHORITY'));
  if (host === undefined) throw required('HOST', of);
  if (database === undefined) throw required('DATABASE', of);
  if (user === undefined) throw required('USER', of);
  const invalid = (message: string): SqlError => new SqlError('22023', message, { position: sslMode?.position });
  return {
    kind: 'postgres', host: optionText(host), port: port === undefined ? 5432 : portOf(port), user, database: optionText(database),
    sslMode: sslMode === undefined ? 'prefer' : sslModeOf(optionText(sslMode), invalid),
    ...(password !== undefined && { password }), ...(sslRootCert !== undefined && { sslRootCert }),
  };
}

function portOf(option: StatementOption): number {
  const port = optionInteger(option);
  if (port < 1 || port > 65535) throw new SqlError('22023', `invalid port number: "${port}"`, { position: option.position });
  return port;
}

const kafkaOptions = ['BROKER', 'BROKERS', 'SECURITY PROTOCOL', 'SASL MECHANISMS', 'SASL USERNAME', 'SASL PASSWORD', 'SSL CERTIFICATE AUTHORITY'];

function kafkaConnection(options: readonly StatementOption[], secrets: Secrets): KafkaConnection {
  const of = 'CREATE CONNECTION ... TO KAFKA';
  refuseUnknownOptions(options, kafkaOptions, of);
  const brokers = options.filter((option) => option.name === 'BROKER' || option.name === 'BROKERS').flatMap(optionTexts);
  if (brokers.length === 0) throw required('BROKER', of);
  return kafkaConnectionOf(brokers.map(brokerAddress), {
    protocol: findOption(options, 'SECURITY PROTOCOL'), mechanism: findOption(options, 'SASL MECHANISMS'),
    user: findOption(options, 'SASL USERNAME'), password: findOption(options, 'SASL PASSWORD'), rootCertificate: findOption(options, 'SSL CERTIFICATE AUTHORITY'),
  }, (option) => secrets.value(option));
}

/** `host` or `host:port`; Kafka's port is 9092. */
export const brokerAddress = (text: string): string => (/:\d+$/.test(text.trim()) ? text.trim() : `${text.trim()}:9092`);

export interface KafkaSecurity {
  readonly protocol: StatementOption | undefined;
  readonly mechanism: StatementOption | undefined;
  readonly user: StatementOption | undefined;
  readonly password: StatementOption | undefined;
  readonly rootCertificate: StatementOption | undefined;
}

const protocols = ['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'] as const;
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** A connection by its security options; without SECURITY PROTOCOL it is SASL_SSL where SASL is spoken of, else PLAINTEXT. */
export function kafkaConnectionOf(brokers: readonly string[], security: KafkaSecurity, valueOf: (option: StatementOption | undefined) => OptionValue | undefined): KafkaConnection {
  const user = valueOf(security.user);
  const password = valueOf(security.password);
  const sslRootCert = valueOf(security.rootCertificate);
  const speaksSasl = user !== undefined || password !== undefined || security.mechanism !== undefined;
  const securityProtocol = security.protocol === undefined ? (speaksSasl ? 'sasl_ssl' : 'plaintext') : oneOf(protocols, security.protocol);
  const base = { kind: 'kafka', brokers, securityProtocol, ...(sslRootCert !== undefined && { sslRootCert }) } as const;
  if (!securityProtocol.startsWith('sasl')) {
    if (speaksSasl) throw new SqlError('22023', `SASL options need SECURITY PROTOCOL SASL_PLAINTEXT or SASL_SSL`, { position: security.protocol?.position });
    return base;
  }
  if (user === undefined || password === undefined) throw required('SASL USERNAME and SASL PASSWORD', 'a Kafka connection with SASL');
  const mechanism = security.mechanism === undefined ? 'plain' : oneOf(mechanisms, security.mechanism);
  return { ...base, sasl: { mechanism, user, password } };
}

function oneOf<T extends string>(choices: readonly T[], option: StatementOption): T {
  const word = optionWord(option);
  const found = choices.find((choice) => choice === word);
  if (found === undefined) throw notSupported(`${option.name} ${optionText(option)}`, `Available values: ${choices.map((choice) => choice.toUpperCase()).join(', ')}.`, option.position);
  return found;
}
