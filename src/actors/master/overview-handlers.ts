/** What clients ask of the cluster as a whole. */

import type { FileRecord } from '../../domain/file-record.js';
import { inspectFile } from '../../domain/fsck.js';
import type { FileId, KeeperId } from '../../domain/ids.js';
import type { KeeperState } from '../../domain/keeper-view.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import type { Scrub } from '../../rpc/generated/reelkeep/v1/common.js';
import { toScrubMessage } from '../../rpc/scrub-message.js';
import { fsckProblems, keeperStates, modes, securities } from '../../rpc/words.js';
import { securityOf } from '../runtime/open-door.js';
import type { MasterWorld } from './world.js';

const surveyFilesMax = 500;

export function createOverviewHandlers(
  world: MasterWorld,
): Pick<ClientHandlers, 'listKeepers' | 'status' | 'fsck'> {
  return {
    async listKeepers() {
      const records = await world.table.ask('list keepers', null);
      const replicas = new Map(records.map((record) => [record.keeper, record.replicas]));
      const views = [...world.keepers.views.values()].sort((a, b) =>
        a.keeper < b.keeper ? -1 : 1,
      );
      const keepers = views.map((view) => ({
        keeperId: view.keeper,
        address: view.address,
        state: keeperStates[view.state],
        lastHeartbeatMs: Math.round(world.keepers.silenceMs(view.keeper, world.clockMs())),
        usedBytes: view.usedBytes,
        freeBytes: view.freeBytes,
        replicas: replicas.get(view.keeper) ?? 0,
        diskSuspect: view.diskSuspect,
        scrub: scrubOf(world, view.keeper),
        traffic: world.keepers.trafficOf(view.keeper),
      }));
      return { keepers };
    },

    async status() {
      const summary = await world.table.ask('sum up', null);
      const counts = world.counts();
      const { mode, reason } = world.mode();
      const { last, failure } = world.snapshots();
      const inState = (...states: KeeperState[]): number =>
        [...world.keepers.views.values()].filter((view) => states.includes(view.state)).length;
      return {
        epoch: summary.epoch,
        mode: modes[mode],
        modeReason: reason,
        keepersAlive: inState('alive'),
        keepersSuspect: inState('suspect', 'joining'),
        keepersLost: inState('lost'),
        files: summary.files,
        bytes: summary.bytes,
        belowTarget: counts.belowTarget,
        missing: counts.missing,
        copiesInFlight: counts.copiesInFlight,
        surplus: counts.surplus,
        uploadsInProgress: summary.uploadsInProgress,
        deletionsDue: summary.deletionsDue,
        settled: counts.settled,
        security: securities[securityOf(world.config)],
        snapshot: last && { name: last.name, takenAtMs: last.takenAt, files: last.files },
        bytesToCopy: counts.bytesToCopy,
        snapshotFailure: failure && { failedAtMs: failure.at, reason: failure.reason },
      };
    },

    async *fsck(_, signal) {
      for await (const file of surveyAll(world, signal))
        for (const { problem, live, reason } of inspectFile(file, world.keepers.views)) {
          const { name, fileId, target } = file;
          yield { name, fileId, problem: fsckProblems[problem], live, target, reason };
        }
    },
  };
}

/** As of now, though it was told with the last heartbeat. */
function scrubOf({ keepers, clockMs }: MasterWorld, keeper: KeeperId): Scrub | undefined {
  const scrub = keepers.scrubOf(keeper);
  if (scrub?.passedMs === undefined) return scrub && toScrubMessage(scrub);
  const passedMs = Math.round(scrub.passedMs + keepers.silenceMs(keeper, clockMs()));
  return toScrubMessage({ ...scrub, passedMs });
}

async function* surveyAll(world: MasterWorld, signal: AbortSignal): AsyncGenerator<FileRecord> {
  let after: FileId | undefined;
  do {
    const page = await world.table.ask('survey files', {
      limit: surveyFilesMax,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.files;
    after = page.next;
  } while (after !== undefined && !signal.aborted);
}
