/** What keepers say to the master: who they are, what they hold, what they have done. */

import { ReelkeepError } from '../../domain/errors.js';
import type { FileRecord } from '../../domain/file-record.js';
import {
  clusterId,
  type FileId,
  type KeeperId,
  keeperId,
  type WallMs,
  wallMs,
} from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import { withinLimits } from '../../domain/mp4-facts.js';
import { replicaOf } from '../../domain/replica-rows.js';
import { ageMs } from '../../domain/scrub.js';
import type { SeenBefore } from '../../domain/term-line.js';
import type { KeeperHandlers } from '../../rpc/control-server.js';
import { fromMp4Message } from '../../rpc/file-message.js';
import type {
  HeldReplica,
  InventoryEntry as InventoryEntryWire,
  KeeperStamp,
  ManifestFacts as ManifestFactsWire,
  RegisterRequest,
  ReportInventoryRequest,
} from '../../rpc/generated/reelkeep/v1/keeper.js';
import type { InventoryEntry, ManifestFacts } from '../lookup-table/messages.js';
import { checkedDigest, checkedFileId, checkedUploadId } from './checked-ids.js';
import type { MasterConfig } from './config.js';
import { type FoundBy, takeFound } from './found-replicas.js';
import { checkRegistration } from './registration.js';
import { toKeyMessage } from './ticket-office.js';
import { doubtReplica } from './verify-handlers.js';
import type { MasterWorld } from './world.js';

/** Of what a keeper asks for; a page ends, and says that there is more. */
const pageReplicasMax = 500;
/** A later time has no date. */
const dateMsMax = 8_640_000_000_000_000;

export function createKeeperHandlers(
  world: MasterWorld,
): Pick<KeeperHandlers, 'register' | 'reportInventory' | 'listReplicas'> {
  return {
    async register(request) {
      const { keeper, address } = checkRegistration(request);
      const { incarnation, toBeTakenIn } = await world.table.ask('admit keeper', {
        keeper,
        incarnation: request.incarnation,
        startId: request.startId,
        address,
        seen: seenOf(request),
        isDoubted: world.isDoubted(request),
        isHeard: world.keepers.views.get(keeper)?.state === 'alive',
        at: world.wallMs(),
        ...(request.clusterId === '' ? {} : { clusterId: clusterId(request.clusterId) }),
      });
      const { freeBytes, usedBytes } = request;
      const beat = { freeBytes, usedBytes, transfers: 0, diskSuspect: false };
      const key = world.tickets.newKey(keeper, { tls: request.dataTls, nowMs: world.clockMs() });
      world.takingIn.registered(keeper, toBeTakenIn);
      world.monitor.post({ type: 'admitted', keeper, incarnation });
      world.keepers.admit(keeper, incarnation, address, beat, world.clockMs());
      world.noteSeen(keeper, request);
      world.log.info({ keeper, incarnation, address }, 'keeper registered');
      const summary = world.summary();
      return {
        clusterId: summary.clusterId,
        epoch: summary.epoch,
        commit: summary.commit,
        heartbeatEveryMs: world.config.heartbeatEveryMs,
        ticketKey: toKeyMessage(key),
        acceptAny: world.config.accept === 'any',
        masterClockMs: Math.floor(world.clockMs()),
        incarnation,
        termId: world.termId,
        wantsFacts: toBeTakenIn,
      };
    },

    async reportInventory(pages) {
      let complete = false;
      let view: KeeperView | undefined;
      let admission: number | undefined;
      let missed = false;
      const doubtful: FileId[] = [];
      for await (const page of pages) {
        view = stampedBy(world, page.stamp);
        admission ??= world.keepers.admissionOf(view.keeper);
        requirePresent(world, view, admission);
        const taken = await takePage(world, view, page);
        doubtful.push(...taken.doubtful);
        missed ||= taken.missed;
        complete = page.complete;
      }
      if (view === undefined || admission === undefined)
        throw new ReelkeepError('usage', 'an inventory has at least one page');
      for (const id of doubtful) await doubtReplica(world, id, view.keeper);
      if (complete) await closeInventory(world, view, admission, !missed);
      else noteIncomplete(world, view.keeper);
      return { commit: world.summary().commit };
    },

    async listReplicas({ stamp, afterFileId, limit }) {
      const { keeper } = stampedBy(world, stamp);
      const { files, next } = await world.table.ask('survey files', {
        keeper,
        limit: limit === 0 ? pageReplicasMax : Math.min(limit, pageReplicasMax),
        ...(afterFileId !== '' && { after: checkedFileId(afterFileId) }),
      });
      const replicas = files.flatMap((file) => heldOf(world, file, keeper));
      return { replicas, nextAfterFileId: next ?? '' };
    },
  };
}

/** What was set aside, or is to go, is not to be read again. */
function heldOf(world: MasterWorld, file: FileRecord, keeper: KeeperId): readonly HeldReplica[] {
  const replica = replicaOf(file, keeper);
  if (replica?.standing !== 'sound') return [];
  const { fileId, size, digest } = file;
  return [{ fileId, size, digest, ageMs: ageMs(replica.verifiedAt, world.wallMs()) }];
}

/** The keeper that a message speaks for; what it has given up is not taken any more. @throws ReelkeepError `stale` for another start or an older term */
export function stampedBy(world: MasterWorld, stamp: KeeperStamp | undefined): KeeperView {
  if (stamp === undefined)
    throw new ReelkeepError('usage', 'the message does not say which keeper speaks');
  const { epoch } = world.summary();
  if (stamp.epoch !== epoch)
    throw new ReelkeepError(
      'stale',
      `epoch ${stamp.epoch} is not this master's, which is ${epoch}`,
    );
  const view = world.keepers.current(keeperId(stamp.keeperId), stamp.incarnation);
  world.keepers.giveUpReports(view.keeper, stamp.givenUp);
  return view;
}

const seenOf = ({ highestEpoch, highestCommit, terms }: RegisterRequest): SeenBefore => ({
  highestEpoch,
  highestCommit,
  terms: terms.map(({ termId, commit }) => ({ termId, commit })),
});

interface TakenPage {
  /** Files of which the keeper has other bytes than the table names. */
  readonly doubtful: readonly FileId[];
  /** There are whole files that should have been adopted, and could not be. */
  readonly missed: boolean;
}

async function takePage(
  world: MasterWorld,
  view: KeeperView,
  page: ReportInventoryRequest,
): Promise<TakenPage> {
  const { keeper, incarnation } = view;
  const at = world.wallMs();
  const by = { keeper, incarnation, at };
  const fileIds = page.deletedFileIds.map(checkedFileId);
  if (fileIds.length > 0) await takeDeletions(world, by, fileIds);
  const entries = page.entries.map((entry) => toEntry(entry, world.config));
  const { unknown, doubtful } = await takeFound(world, by, entries);
  return { doubtful, missed: unknown.some((entry) => !entry.quarantined) };
}

/** No honest keeper tells of deletions that it was not asked for. */
async function takeDeletions(
  world: MasterWorld,
  by: FoundBy & { readonly at: WallMs },
  fileIds: readonly FileId[],
): Promise<void> {
  const { heeded } = await world.table.ask('take deletions', { ...by, fileIds });
  if (heeded) return;
  const { keeper } = by;
  world.log.warn({ keeper, files: fileIds.length }, 'it tells of deletions: they are not heeded');
}

function noteIncomplete(world: MasterWorld, keeper: KeeperId): void {
  world.log.error({ keeper }, 'inventory is not complete: nothing is concluded from it');
  world.keepers.reportedInPart(keeper);
  world.takingIn.failed(keeper);
  world.weigh();
}

async function closeInventory(
  world: MasterWorld,
  view: KeeperView,
  admission: number,
  takenIn: boolean,
): Promise<void> {
  const { keeper, incarnation } = view;
  let after: FileId | undefined;
  do {
    const step = await world.table.ask('close inventory', {
      keeper,
      incarnation,
      takenIn,
      ...(after === undefined ? {} : { after }),
    });
    after = step.next;
  } while (after !== undefined);
  requirePresent(world, view, admission);
  if (takenIn) world.takingIn.done(keeper);
  else world.takingIn.failed(keeper);
  world.keepers.reported(keeper);
  world.weigh();
  world.monitor.post({ type: 'reported', keeper, incarnation });
  world.drops.wake(keeper);
}

/** The keeper may have registered anew while its pages were being taken in; another inventory follows that. */
function requirePresent(world: MasterWorld, view: KeeperView, admission: number): void {
  if (world.keepers.admissionOf(view.keeper) === admission) return;
  throw new ReelkeepError(
    'stale',
    `${view.keeper} has registered anew: this inventory is of before`,
  );
}

const toEntry = (entry: InventoryEntryWire, config: MasterConfig): InventoryEntry => ({
  fileId: checkedFileId(entry.fileId),
  size: entry.size,
  digest: checkedDigest(entry.digest),
  uploadId: checkedUploadId(entry.uploadId),
  quarantined: entry.quarantined,
  aside: entry.aside,
  ...(entry.facts === undefined ? {} : { facts: toFacts(entry.facts, config) }),
});

const toFacts = (facts: ManifestFactsWire, { targetMax }: MasterConfig): ManifestFacts => ({
  name: facts.name,
  createdAt: wallMs(Math.min(facts.createdAtMs, dateMsMax)),
  target: Math.min(Math.max(facts.target, 1), targetMax),
  mp4: withinLimits(fromMp4Message(facts.mp4)),
});
