/** Encoded messages of every type in the proto files, made from what these say of their fields. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { loadSync } from '@grpc/proto-loader';
import fc from 'fast-check';

interface Field {
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

interface MessageType {
  readonly field: readonly Field[];
  readonly enumType: readonly (EnumType & { readonly name: string })[];
}

interface EnumType {
  readonly value: readonly { readonly number: number }[];
}

type Write = (writer: BinaryWriter) => void;

const packageName = 'reelkeep.v1';
const files = ['reelkeep/v1/client.proto', 'reelkeep/v1/keeper.proto'];
const repeatsMax = 3;

export interface Method {
  readonly request: fc.Arbitrary<Uint8Array>;
  readonly response: fc.Arbitrary<Uint8Array>;
}

/** By the path under which a method is called. */
export function encodedMessages(): ReadonlyMap<string, Method> {
  const main = createRequire(import.meta.url).resolve('#proto/reelkeep/v1/client.proto');
  const types = loadSync(files, { includeDirs: [dirname(dirname(dirname(main)))] });
  const typeOf = (name: string): unknown => types[`${packageName}.${name}`]?.['type'];
  const encoded = (type: object): fc.Arbitrary<Uint8Array> =>
    anyMessage(type as MessageType, typeOf).map((write) => bytesOf(write));
  const services = Object.values(types).filter((definition) => !('format' in definition));
  return new Map(
    services.flatMap((service) =>
      Object.values(service).map(({ path, requestType, responseType }) => [
        path,
        { request: encoded(requestType.type), response: encoded(responseType.type) },
      ]),
    ),
  );
}

type TypeOf = (name: string) => unknown;

/** Some of its fields, in any order. */
const anyMessage = (message: MessageType, typeOf: TypeOf): fc.Arbitrary<Write> =>
  fc
    .tuple(...message.field.map((field) => anyField(field, message, typeOf)))
    .chain((fields) => fc.shuffledSubarray(fields))
    .map((fields) => (writer) => {
      for (const write of fields) write(writer);
    });

function anyField(field: Field, message: MessageType, typeOf: TypeOf): fc.Arbitrary<Write> {
  const value = anyValue(field, message, typeOf);
  if (field.label !== 'LABEL_REPEATED') return value;
  return fc.array(value, { maxLength: repeatsMax }).map((all) => (writer) => {
    for (const write of all) write(writer);
  });
}

function anyValue(field: Field, message: MessageType, typeOf: TypeOf): fc.Arbitrary<Write> {
  const varint = (values: fc.Arbitrary<number>): fc.Arbitrary<Write> =>
    values.map((value) => (writer) => writer.tag(field.number, WireType.Varint).uint64(value));
  const delimited = (values: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Write> =>
    values.map(
      (value) => (writer) => writer.tag(field.number, WireType.LengthDelimited).bytes(value),
    );
  switch (field.type) {
    case 'TYPE_BOOL':
      return varint(fc.nat(1));
    case 'TYPE_UINT32':
      return varint(fc.nat(2 ** 32 - 1));
    case 'TYPE_UINT64':
    case 'TYPE_INT64':
      return varint(fc.maxSafeNat());
    case 'TYPE_ENUM':
      return varint(fc.constantFrom(...numbersOf(field, message, typeOf)));
    case 'TYPE_STRING':
      return delimited(
        fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
      );
    case 'TYPE_BYTES':
      return delimited(fc.uint8Array({ maxLength: 20 }));
    case 'TYPE_MESSAGE':
      return delimited(anyMessage(typeOf(field.typeName) as MessageType, typeOf).map(bytesOf));
    default:
      throw new Error(`no values are known of ${field.type}`);
  }
}

function numbersOf({ typeName }: Field, message: MessageType, typeOf: TypeOf): number[] {
  const own = message.enumType.find(({ name }) => name === typeName);
  const { value } = own ?? (typeOf(typeName) as EnumType);
  return value.map(({ number }) => number);
}

function bytesOf(write: Write): Uint8Array {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
}
