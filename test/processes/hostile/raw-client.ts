/** A client without the client's own checks: what it asks for goes to the master as it is. */
import { randomBytes } from 'node:crypto';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { signedTicket, toTransferSource } from '../../../src/actors/client/transfer-source.js';
import { toPlainError } from '../../../src/domain/errors.js';
import { fileId, uploadId } from '../../../src/domain/ids.js';
import {
  BeginUploadRequest,
  ClientServiceClient,
  type ListResponse,
} from '../../../src/rpc/generated/reelkeep/v1/client.js';
import { MasterConnection } from '../../../src/rpc/master-connection.js';
import { fromServiceError } from '../../../src/rpc/status.js';
import { blake3, digestOf } from '../../../src/storage/blake3.js';
import { ChunkBuffers } from '../../../src/transfer/chunk-buffers.js';
import type { PutSource } from '../../../src/transfer/put-file.js';
import { TransferConnection } from '../../../src/transfer/transfer-connection.js';
import { wishOf } from '../a-wish.js';

export class RawClient {
  readonly master: MasterConnection;
  readonly #address: string;

  static open(address: string): RawClient {
    return new RawClient(address);
  }

  private constructor(address: string) {
    this.#address = address;
    this.master = MasterConnection.open(address);
    onTestFinished(() => this.master.close());
  }

  /** @throws ReelkeepError as a client is told */
  async put(name: string, bytes: Uint8Array): Promise<void> {
    const upload = uploadId(randomBytes(16).toString('hex'));
    const begun = await this.master.beginUpload(wishOf(upload, name, bytes.length));
    if (begun.keeper === undefined) throw new Error('it was committed before');
    const keeper = toTransferSource(begun.keeper);
    const { host, port } = keeper;
    const connection = await TransferConnection.dial({ host, port });
    try {
      await connection.put({
        ticket: signedTicket(keeper),
        fileId: fileId(begun.fileId),
        uploadId: upload,
        source: sourceOf(bytes),
        buffers: new ChunkBuffers({ buffersMax: 2 }),
      });
    } finally {
      await connection.close();
    }
    for await (const { acked } of this.master.awaitUpload({ uploadId: upload })) if (acked) return;
  }

  async names(prefix: string): Promise<readonly string[]> {
    const { files }: ListResponse = await this.master.list({ prefix, after: '', limit: 0 });
    return files.map(({ name }) => name);
  }

  /** What every call that takes a name says to this one, in the order of their names. */
  async codes(name: string, sound: string): Promise<Readonly<Record<string, string>>> {
    const { master } = this;
    const uploadId = randomBytes(16).toString('hex');
    const calls = {
      beginUpload: master.beginUpload(wishOf(uploadId, name, 1)),
      locate: master.locate({ name }),
      remove: master.remove({ name }),
      renameFrom: master.rename({ name, newName: 'elsewhere' }),
      renameTo: master.rename({ name: sound, newName: name }),
      stat: master.stat({ name }),
      statMany: master.statMany({ names: [name] }).then(({ outcomes }) => {
        throw Object.assign(new Error('told'), { told: outcomes[0]?.code });
      }),
      verify: master.verify({ name })[Symbol.asyncIterator]().next(),
    };
    const codes = Object.entries(calls).map(async ([call, answer]) => [call, await codeOf(answer)]);
    return Object.fromEntries(await Promise.all(codes));
  }

  /** A name whose bytes are no UTF-8, which no string can hold. @returns the code that is told */
  async beginWithBytes(name: Uint8Array): Promise<string> {
    const placeholder = 'N'.repeat(name.length);
    const wish = wishOf(randomBytes(16).toString('hex'), placeholder, 1);
    const message = Buffer.from(BeginUploadRequest.encode(wish).finish());
    message.set(name, message.indexOf(placeholder));
    const client = new ClientServiceClient(this.#address, credentials.createInsecure());
    try {
      return await new Promise((resolve) => {
        client.makeUnaryRequest(
          '/reelkeep.v1.ClientService/BeginUpload',
          () => message,
          (bytes: Buffer) => bytes,
          wish,
          (error: ServiceError | null) =>
            resolve(error === null ? 'done' : fromServiceError(error, 'beginning').code),
        );
      });
    } finally {
      client.close();
    }
  }
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer;
    return 'done';
  } catch (error) {
    if (error instanceof Error && 'told' in error) return String(error.told);
    return toPlainError(error).code;
  }
}

/** Of one chunk. */
const sourceOf = (content: Uint8Array): PutSource => ({
  size: content.length,
  readChunk: async (_, { bytes }) => {
    bytes.set(content);
    return { length: content.length, digest: blake3(content) };
  },
  digest: async () => digestOf(blake3(blake3(content))),
});
