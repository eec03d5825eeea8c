/** What keepers say to the master: who they are, what they hold, what they have done. */

import { parseAddress } from '../../domain/address.js';
import { ReelkeepError } from '../../domain/errors.js';
import { clusterId, type FileId, isKeeperId, keeperId } from '../../domain/ids.js';
import type { KeeperView } from '../../domain/keeper-view.js';
import type { KeeperHandlers } from '../../rpc/control-server.js';
import type {
  InventoryEntry as InventoryEntryWire,
  KeeperStamp,
  RegisterRequest,
  ReportInventoryRequest,
} from '../../rpc/generated/reelkeep/v1/keeper.js';
import type { InventoryEntry } from '../lookup-table/messages.js';
import { checkedDigest, checkedFileId, checkedUploadId } from './checked-ids.js';
import type { MasterWorld } from './world.js';

export function createKeeperHandlers(
  world: MasterWorld,
): Pick<KeeperHandlers, 'register' | 'reportInventory'> {
  return {
    async register(request) {
      const { keeper, address } = checkRegistration(request);
      const incarnation = incarnationFor(request, world.keepers.views.get(keeper));
      await world.table.ask('admit keeper', {
        keeper,
        incarnation,
        address,
        at: world.wallMs(),
        ...(request.clusterId === '' ? {} : { clusterId: clusterId(request.clusterId) }),
      });
      const { freeBytes, usedBytes } = request;
      const beat = { freeBytes, usedBytes, transfers: 0, diskSuspect: false };
      const key = world.tickets.newKey(keeper);
      world.monitor.post({ type: 'admitted', keeper, incarnation });
      world.keepers.admit(keeper, incarnation, address, beat, world.clockMs());
      world.noteSeen(keeper, request.highestEpoch, request.highestCommit);
      world.log.info({ keeper, incarnation, address }, 'keeper registered');
      const summary = world.summary();
      return {
        clusterId: summary.clusterId,
        epoch: summary.epoch,
        commit: summary.commit,
        heartbeatEveryMs: world.config.heartbeatEveryMs,
        ticketKey: { keyId: key.keyId, secret: Buffer.from(key.secret) },
        acceptAny: world.config.accept === 'any',
        masterClockMs: Math.floor(world.clockMs()),
        incarnation,
      };
    },

    async reportInventory(pages) {
      let complete = false;
      let view: KeeperView | undefined;
      let admission: number | undefined;
      for await (const page of pages) {
        view = stampedBy(world, page.stamp);
        admission ??= world.keepers.admissionOf(view.keeper);
        requirePresent(world, view, admission);
        await takePage(world, view, page);
        complete = page.complete;
      }
      if (view === undefined || admission === undefined)
        throw new ReelkeepError('usage', 'an inventory has at least one page');
      if (complete) await closeInventory(world, view, admission);
      else
        world.log.error(
          { keeper: view.keeper },
          'inventory is not complete: nothing is concluded from it',
        );
      return { commit: world.summary().commit };
    },
  };
}

/**
 * A new directory counts its starts from one. When its id was another directory's before, as
 * after a disk was replaced, it goes on where that one ended, so that what is known of the old
 * replicas gives way to its own inventory.
 */
function incarnationFor(request: RegisterRequest, known: KeeperView | undefined): number {
  const { clusterId: cluster, incarnation, keeperId: id } = request;
  if (cluster !== '' || known === undefined || known.incarnation < incarnation) return incarnation;
  if (known.state !== 'alive') return known.incarnation + 1;
  // Not final: its end may only not have been noticed yet.
  throw new ReelkeepError(
    'unavailable',
    `a keeper with the id "${id}" is running at ${known.address}: give this one another with --id`,
  );
}

/** The keeper that a message speaks for. @throws ReelkeepError `stale` for another start or an older term */
export function stampedBy(world: MasterWorld, stamp: KeeperStamp | undefined): KeeperView {
  if (stamp === undefined)
    throw new ReelkeepError('usage', 'the message does not say which keeper speaks');
  const { epoch } = world.summary();
  if (stamp.epoch !== epoch)
    throw new ReelkeepError(
      'stale',
      `epoch ${stamp.epoch} is not this master's, which is ${epoch}`,
    );
  return world.keepers.current(keeperId(stamp.keeperId), stamp.incarnation);
}

function checkRegistration({ keeperId: id, advertise }: RegisterRequest) {
  if (!isKeeperId(id)) throw new ReelkeepError('usage', `"${id}" can be no keeper id`);
  if (parseAddress(advertise) === undefined)
    throw new ReelkeepError('usage', `"${advertise}" is no host:port that others could reach`);
  return { keeper: id, address: advertise };
}

async function takePage(
  world: MasterWorld,
  view: KeeperView,
  page: ReportInventoryRequest,
): Promise<void> {
  const { keeper, incarnation } = view;
  const collect = world.mode().mode === 'serving';
  const entries = page.entries.map(toEntry);
  const { unknown } = await world.table.ask('take inventory', {
    keeper,
    incarnation,
    entries,
    collect,
  });
  world.garbage.note(keeper, incarnation, unknown);
}

async function closeInventory(
  world: MasterWorld,
  view: KeeperView,
  admission: number,
): Promise<void> {
  const { keeper, incarnation } = view;
  let after: FileId | undefined;
  do {
    const step = await world.table.ask('close inventory', {
      keeper,
      incarnation,
      ...(after === undefined ? {} : { after }),
    });
    after = step.next;
  } while (after !== undefined);
  requirePresent(world, view, admission);
  world.keepers.reported(keeper);
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

const toEntry = (entry: InventoryEntryWire): InventoryEntry => ({
  fileId: checkedFileId(entry.fileId),
  size: entry.size,
  digest: checkedDigest(entry.digest),
  uploadId: checkedUploadId(entry.uploadId),
  quarantined: entry.quarantined,
});
