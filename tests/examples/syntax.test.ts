import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createParser } from '../../src/planner/index.ts';
import { exampleStatements } from '../../examples/dtc-coupons/setup.ts';
import { projectRoot } from '../support/sources.ts';

const values = {
  POSTGRES_HOST: 'localhost', POSTGRES_PORT: '5432', POSTGRES_DATABASE: 'shop', POSTGRES_USER: "o'brien", POSTGRES_PASSWORD: 'secret',
  KAFKA_BROKER: 'localhost:9092', KAFKA_TOPIC: 'conversion_predictions',
};
const parser = await createParser();

test.each([
  ['sources.sql', ['createSecret', 'createConnection', 'createSource', 'createConnection', 'createSource']],
  ['sources.webhook.sql', ['createSecret', 'createConnection', 'createSource', 'createSource']],
  ['views.sql', ['createView', 'createView', 'createMaterializedView', 'createMaterializedView']],
  ['questions.sql', Array.from({ length: 7 }, () => 'postgres')],
])('%s is what Millrace parses', (file, kinds) => {
  expect(exampleStatements(file, values).map((statement) => parser.parse(statement).kind)).toEqual(kinds);
});

test('the example splits a script where the parser does', () => {
  for (const file of ['sources.sql', 'views.sql', 'questions.sql']) {
    const whole = readFileSync(join(projectRoot, 'examples/dtc-coupons', file), 'utf8').replaceAll(/\$\{(\w+)\}/g, '1');
    expect(parser.split(whole).length).toBe(exampleStatements(file, values).length);
  }
});

test('a value that is not given is named', () => {
  expect(() => exampleStatements('sources.sql', {})).toThrow('sources.sql needs a value for POSTGRES_PASSWORD');
});
