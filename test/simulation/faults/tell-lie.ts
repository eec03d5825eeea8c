/** How a lying client talks to the master and to a keeper: with the production connections, but wrong bytes. */

import { signedTicket, toTransferSource } from '../../../src/actors/client/transfer-source.js';
import { chunkCount, chunkLength } from '../../../src/domain/chunk-plan.js';
import { fileId, uploadId } from '../../../src/domain/ids.js';
import { MasterConnection } from '../../../src/rpc/master-connection.js';
import { blake3, digestOf } from '../../../src/storage/blake3.js';
import { ChunkBuffers } from '../../../src/transfer/chunk-buffers.js';
import type { PutSource } from '../../../src/transfer/put-file.js';
import { TransferConnection } from '../../../src/transfer/transfer-connection.js';
import type { Chance } from '../world/chance.js';

export const lies = [
  'a wrong digest of the last chunk',
  'a wrong digest of all',
  'fewer bytes than announced',
  'more bytes than announced',
  'half of what was announced',
] as const;

export type Lie = (typeof lies)[number];

export interface LieTold {
  readonly master: string;
  readonly chance: Chance;
  readonly name: string;
  /** Of what is sent: 2 bytes or more. */
  readonly size: number;
  readonly replace: boolean;
  readonly lie: Lie;
}

/** @returns what it was answered when it was believed; @throws ReelkeepError as an honest client is told */
export async function tellLie(told: LieTold): Promise<'stored' | 'acked'> {
  const { chance, name, size, replace, lie } = told;
  const master = MasterConnection.open(told.master);
  const id = uploadId(chance.bytes(16).toString('hex'));
  try {
    const begun = await master.beginUpload({
      uploadId: id,
      name,
      size: announcedBytes(lie, size),
      target: 0,
      acks: 0,
      replace,
      structureProblem: '',
      excludedKeeperIds: [],
    });
    if (begun.keeper === undefined) return 'acked';
    const keeper = toTransferSource(begun.keeper);
    const { host, port } = keeper;
    const connection = await TransferConnection.dial({ host, port });
    try {
      await connection.put({
        ticket: signedTicket(keeper),
        fileId: fileId(begun.fileId),
        uploadId: id,
        source: createLyingSource(lie, size, chance),
        buffers: new ChunkBuffers({ buffersMax: 2 }),
      });
      return 'stored';
    } finally {
      await connection.close();
    }
  } finally {
    master.close();
  }
}

function announcedBytes(lie: Lie, size: number): number {
  if (lie === 'fewer bytes than announced') return size + 1;
  return lie === 'more bytes than announced' ? size - 1 : size;
}

function createLyingSource(lie: Lie, size: number, chance: Chance): PutSource {
  const digests: Uint8Array[] = [];
  const chunks = chunkCount(size);
  const isHalf = lie === 'half of what was announced';
  return {
    size,
    async readChunk(index, buffer) {
      const length = chunkLength(size, index);
      // Goes on neither to send nor to hang up: its connection is cut by the keeper, or by its end.
      if (isHalf && index >= Math.floor(chunks / 2)) await new Promise<never>(() => undefined);
      buffer.bytes.set(chance.bytes(length));
      const digest = blake3(buffer.bytes.subarray(0, length));
      const isWrong = lie === 'a wrong digest of the last chunk' && index === chunks - 1;
      const told = isWrong ? new Uint8Array(chance.bytes(digest.length)) : digest;
      digests[index] = told;
      return { length, digest: told };
    },
    async digest() {
      const whole = blake3(Buffer.concat(digests));
      if (lie === 'a wrong digest of all') whole[0] = (whole[0] ?? 0) ^ 1;
      return digestOf(whole);
    },
  };
}
