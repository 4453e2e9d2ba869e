import { fixedView, viewOf } from '../bytes.ts';
import type { TypeCodec } from '../codec.ts';
import { SqlError, InvalidLabelError } from '../errors.ts';
import { typeInfo } from '../types.ts';
import type { EnumLabel } from '../types.ts';
import { decodeUtf8, encodeUtf8 } from '../utf8.ts';

interface Labels {
  readonly typeName: string;
  readonly codes: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

function indexed(typeName: string, labels: readonly EnumLabel[]): Labels {
  const codes = new Map<string, number>();
  for (const { code, former } of labels) for (const name of former ?? []) codes.set(name, code);
  // What a label is called now goes before what another was called.
  for (const { name, code } of labels) codes.set(name, code);
  return { typeName, codes, names: new Map(labels.map(({ name, code }) => [code, name])) };
}

/** The labels as they are now: whoever keeps a codec sees those that are added later. */
function labelsOf(oid: number): () => Labels {
  let type = typeInfo(oid);
  let labels = indexed(type.sqlName, type.labels ?? []);
  return () => {
    const now = typeInfo(oid);
    if (now !== type) {
      type = now;
      labels = indexed(now.sqlName, now.labels ?? []);
    }
    return labels;
  };
}

function codeOf({ codes, typeName }: Labels, label: string): number {
  const code = codes.get(label);
  if (code === undefined) throw new InvalidLabelError(typeName, label);
  return code;
}

function labelOf({ names }: Labels, code: number): string {
  const name = names.get(code);
  if (name === undefined) throw new SqlError('22P03', `invalid internal value for enum: ${code}`);
  return name;
}

/** A value is the code of its label: see `EnumLabel`. Rows and arrays hold the code, so that a label may be renamed under them. */
export function enumCodec(oid: number): TypeCodec {
  const labels = labelsOf(oid);
  return {
    parse: (text) => codeOf(labels(), text),
    print: (value) => labelOf(labels(), value as number),
    decode: (data) => fixedView(data, 4, typeInfo(oid).sqlName).getInt32(0),
    encode(value) {
      const data = new Uint8Array(4);
      viewOf(data).setInt32(0, value as number);
      return data;
    },
    compare: (a, b) => (a as number) - (b as number),
  };
}

/** As clients see it: the binary form is the label itself. */
export function enumWireCodec(oid: number): TypeCodec {
  const labels = labelsOf(oid);
  return {
    ...enumCodec(oid),
    decode: (data) => codeOf(labels(), decodeUtf8(data)),
    encode: (value) => encodeUtf8(labelOf(labels(), value as number)),
  };
}
