/** Having replicas re-read and hashed by their keepers, because someone asks or someone doubts. */
import { ReelkeepError } from '../../domain/errors.js';
import type { FileRecord } from '../../domain/file-record.js';
import { viewFile } from '../../domain/file-view.js';
import { type FileId, isFileId, type KeeperId, keeperId } from '../../domain/ids.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import { toFileMessage } from '../../rpc/file-message.js';
import type { VerifyResponse } from '../../rpc/generated/reelkeep/v1/client.js';
import { findFile } from './file-handlers.js';
import type { VerifyOutcome, Waiting } from './verify-watch.js';
import type { MasterWorld } from './world.js';

const verifyBaseMs = 60_000;
/** A disk that reads slower than this while it verifies counts as not answering. */
const verifyBytesPerMsMin = 5_000;

export function createVerifyHandlers(
  world: MasterWorld,
): Pick<ClientHandlers, 'verify' | 'reportBadReplica'> {
  return {
    async *verify(request, signal) {
      const file = await findFile(world, request.name);
      const keepers = file.replicas
        .filter((replica) => replica.standing === 'sound')
        .map(({ keeper }) => keeper);
      const pending = new Map(
        keepers.map((keeper) => [
          keeper,
          verifyOne(world, file, keeper, { signal }).then((outcome) => ({ keeper, outcome })),
        ]),
      );
      while (pending.size > 0) {
        const { keeper, outcome } = await Promise.race(pending.values());
        pending.delete(keeper);
        yield toMessage(world, keeper, outcome);
      }
      const after = await world.table.ask('find file', { fileId: file.fileId });
      if (after !== null)
        yield { ...nothing, file: toFileMessage(viewFile(after, world.keepers.views)) };
    },

    async reportBadReplica(request) {
      if (!isFileId(request.fileId)) throw new ReelkeepError('usage', 'a file id is 32 hex digits');
      await doubtReplica(world, request.fileId, keeperId(request.keeperId));
      return {};
    },
  };
}

/** A peer's word is no proof: the keeper itself is made to look, once at a time. Does not wait for it. */
export async function doubtReplica(
  world: MasterWorld,
  fileId: FileId,
  keeper: KeeperId,
): Promise<void> {
  const file = await world.table.ask('find file', { fileId });
  if (file === null) return;
  const held = file.replicas.some(
    (replica) => replica.keeper === keeper && replica.standing !== 'dropping',
  );
  if (!held || world.verifications.isUnderWay(file.fileId, keeper)) return;
  world.log.warn({ file: file.fileId, keeper }, 'replica in doubt, being verified');
  verifyOne(world, file, keeper).then(
    ({ outcome, reason }) =>
      world.log.info({ file: file.fileId, keeper, outcome, reason }, 'replica verified'),
    (error: unknown) => world.log.error({ err: error }, 'verification failed'),
  );
}

/** Joins one that is under way, unless it is to answer a challenge: bytes are not read twice at a time. */
export async function verifyOne(
  world: MasterWorld,
  file: FileRecord,
  keeper: KeeperId,
  { signal, challenge }: Omit<Waiting, 'timeoutMs'> = {},
): Promise<VerifyOutcome> {
  const { fileId, size, digest } = file;
  const incarnation = world.keepers.views.get(keeper)?.incarnation ?? 0;
  const isJoined = challenge === undefined && world.verifications.isUnderWay(fileId, keeper);
  const timeoutMs = verifyBaseMs + size / verifyBytesPerMsMin;
  const outcome = world.verifications.wait(fileId, keeper, { timeoutMs, signal, challenge });
  const value = { fileId, incarnation, size, digest, challenge: challenge ?? '' };
  const told = isJoined || world.keepers.send(keeper, { $case: 'verify', value });
  if (!told)
    world.verifications.tell(fileId, keeper, {
      outcome: 'unknown',
      reason: 'its keeper is not connected',
    });
  return await outcome;
}

const nothing: VerifyResponse = {
  keeperId: '',
  address: '',
  sound: false,
  reason: '',
  verifiedAtMs: 0,
  file: undefined,
};

const toMessage = (
  world: MasterWorld,
  keeper: KeeperId,
  { outcome, reason }: VerifyOutcome,
): VerifyResponse => ({
  ...nothing,
  keeperId: keeper,
  address: world.keepers.views.get(keeper)?.address ?? '',
  sound: outcome === 'sound',
  reason: outcome === 'sound' ? '' : `${outcome}: ${reason}`,
  verifiedAtMs: outcome === 'sound' ? world.wallMs() : 0,
});
