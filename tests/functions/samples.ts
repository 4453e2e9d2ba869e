/** Values to call functions with, by the name of their type, as text. Few, and each there for a reason: empty, negative, boundary, special, odd. */
export const samples: Record<string, readonly string[]> = {
  bool: ['true', 'false'],
  int2: ['0', '1', '-1', '2', '7', '-32768', '32767'],
  int4: ['0', '1', '-1', '2', '3', '7', '-2147483648', '2147483647', '65'],
  int8: ['0', '1', '-1', '3', '-7', '9007199254740993', '-9223372036854775808', '9223372036854775807', '4294967296'],
  oid: ['0', '1', '4294967295', '16384'],
  float4: ['0', '-0', '1', '-2.5', '0.1', '3.4e38', '1e-45', 'NaN', 'Infinity', '-Infinity', '1.5'],
  float8: ['0', '-0', '1', '-1', '0.5', '-2.5', '2.5', '1e308', '1e-310', 'NaN', 'Infinity', '-Infinity', '45', '123456.789'],
  numeric: ['0', '1', '-1', '2.50', '-2.5', '0.001', '123456789012345678901234567890.12345', 'NaN', 'Infinity', '-Infinity', '3'],
  text: ['', 'a', 'Hello World', 'hello', ' xx ', 'äöÜ€😀b', '%l_o%', 'l+', "it's \\ \"q\"", 'base64', 'hex', 'select', '(l)(o)', 'abcabc'],
  bpchar: ['', 'ab', 'ab  ', 'AB'],
  name: ['a', 'Hello', 'utf8', 'latin1', 'äb'],
  char: ['a', 'Z', '1'],
  bytea: ['\\x', '\\x00', '\\x616263', '\\xff00fe', '\\x61', '\\xc3a4', '\\xe28201'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  json: ['null', 'true', '1.50', '"a\\u00e9\\n"', '[1, 2, {"a":null}]', '{"a": 1, "b": {"c": [1,"x",null]}, "a": 2}', '[]', '{}', ' [ 1 , null ] ', '{"a": null, "é": "ü"}'],
  jsonb: ['null', 'true', '1.50', '-7', '"a"', '[1, 2, {"a":null}, "a"]', '{"a": 1, "b": {"c": [1,"x",null]}, "aa": 2}', '[]', '{}', '{"b": {"c": [1]}}', '[1]', '1e400', '3000000000', '{"a": null}'],
  _text: ['{}', '{a}', '{b,c}', '{b,c,0}', '{0}', '{-1}', '{a,NULL}', '{{a,b},{c,d}}', '{2,a}'],
  record: [],
};

/** For arguments of "any" and the polymorphic types: values of these types. */
export const anySamples: readonly (readonly [type: string, text: string])[] = [
  ['int4', '42'], ['text', "o'clock \\"], ['float8', '0.1'], ['bool', 'true'], ['numeric', '1.50'], ['jsonb', '{"a": [1, null]}'], ['json', '{"a" : 1}'], ['_int4', '{{1,2},{3,NULL}}'],
  ['date', '2020-02-29'], ['timestamptz', '2020-02-29 12:34:56.789+00'], ['timestamp', '2020-02-29 12:34:56'], ['bytea', '\\x00ff'], ['float8', 'NaN'], ['_text', '{}'], ['uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
];
