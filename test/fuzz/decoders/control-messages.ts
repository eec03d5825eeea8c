import fc from 'fast-check';
import { ClientServiceService } from '../../../src/rpc/generated/reelkeep/v1/client.js';
import { KeeperServiceService } from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { type Decoder, decoded, type Outcome, refused } from '../decoder.js';
import { encodedMessages } from './wire-messages.js';

interface Message {
  /** Which type it is of. */
  readonly type: number;
  readonly message: unknown;
}

interface Codec {
  readonly valid: fc.Arbitrary<Uint8Array>;
  deserialize(bytes: Buffer): unknown;
  serialize(message: unknown): Buffer;
}

/** Every request and response of the control protocol: a byte that says which, and the message. */
export function controlMessages(): Decoder<Message> {
  const codecs = allCodecs();
  const codecOf = (type: number): Codec => codecs[type % codecs.length] as Codec;
  return {
    name: 'control-messages',
    valid: fc
      .nat(codecs.length - 1)
      .chain((type) =>
        codecOf(type).valid.map((bytes) => Buffer.concat([Buffer.from([type]), bytes])),
      ),
    decode(bytes) {
      const type = (bytes[0] ?? 0) % codecs.length;
      return decodeMessage(type, () => codecOf(type).deserialize(bytes.subarray(1)));
    },
    hard: () =>
      codecs.flatMap((_, type) =>
        [...emptyFields, ...nestedGroups].map((piece) =>
          Buffer.concat([Buffer.from([type]), Buffer.alloc(hardBytes, piece)]),
        ),
      ),
    encode: ({ type, message }) =>
      Buffer.concat([Buffer.from([type]), codecOf(type).serialize(message)]),
  };
}

/** Of one thing alone; a message may be some hundred times as long. */
const hardBytes = 8 * 1024;
/** An empty text, list or message in each of the first fields. */
const emptyFields = Array.from({ length: 10 }, (_, at) => Buffer.from([(at + 1) * 8 + 2, 0]));
const nestedGroups = [Buffer.from([0x0b]), Buffer.from([0xf3, 0x01])];

/** What gRPC answers with a status; of a stack that overflowed it would, too, so the words decide. */
const refusals =
  /^(premature EOF|invalid varint|illegal tag|invalid end group tag|cant skip wire type|maximum recursion depth|protobuf decode recursion limit|Value is (larger|smaller) than|Unrecognized enum value)/;

function decodeMessage(type: number, deserialize: () => unknown): Outcome<Message> {
  try {
    return decoded({ type, message: deserialize() });
  } catch (error) {
    if (error instanceof Error && refusals.test(error.message)) return refused(error.message);
    throw error;
  }
}

function allCodecs(): readonly Codec[] {
  const messages = encodedMessages();
  const methods = [...Object.values(ClientServiceService), ...Object.values(KeeperServiceService)];
  return methods.flatMap((method): Codec[] => {
    const encoded = messages.get(method.path);
    if (encoded === undefined) throw new Error(`${method.path} is in no proto file`);
    const { requestDeserialize, requestSerialize, responseDeserialize, responseSerialize } = method;
    return [
      {
        valid: encoded.request,
        deserialize: requestDeserialize,
        serialize: requestSerialize as Codec['serialize'],
      },
      {
        valid: encoded.response,
        deserialize: responseDeserialize,
        serialize: responseSerialize as Codec['serialize'],
      },
    ];
  });
}
