/** Bytes that change, and disks that come back empty, within the budget. */
import { rm, stat, truncate } from 'node:fs/promises';
import type { FileId } from '../../../src/domain/ids.js';
import { createLayout, type ReplicaPaths } from '../../../src/storage/layout.js';
import { flipByte } from '../../processes/films.js';
import { fileIdsOn, isSound, unlessGone } from '../disks.js';
import type { Strike } from '../plan.js';
import type { Arena, Fault } from './fault.js';

type Harm = (paths: ReplicaPaths, place: number) => Promise<string>;

const flip: Harm = async ({ data }, place) => {
  const at = Math.floor(place * (await stat(data)).size);
  await flipByte(data, at);
  return `byte ${at} is changed`;
};

const cut: Harm = async ({ manifest }, place) => {
  const length = Math.floor(place * (await stat(manifest)).size);
  await truncate(manifest, length);
  return `its manifest is cut to ${length} bytes`;
};

const toReplica = (kind: string, harm: Harm): Fault => ({
  kind,
  async strike(strike, arena) {
    for (const keeper of arena.cluster.runningFrom(strike.keeper)) {
      const root = arena.cluster.path(keeper);
      const fileId = await findSpared(keeper, strike, arena);
      // It may have been removed meanwhile.
      const told =
        fileId && (await unlessGone(harm(createLayout(root).object(fileId), strike.place)));
      if (told !== undefined) return { told: `${fileId} on ${keeper}: ${told}` };
    }
    return undefined;
  },
});

/** From the drawn one on, the first sound replica of this keeper that may be damaged. */
async function findSpared(
  keeper: string,
  { place }: Strike,
  { cluster, budget, contents }: Arena,
): Promise<FileId | undefined> {
  const root = cluster.path(keeper);
  const fileIds = await fileIdsOn(root);
  const first = Math.floor(place * fileIds.length);
  for (const fileId of [...fileIds.slice(first), ...fileIds.slice(0, first)])
    if ((await isSound(root, fileId, contents)) && (await budget.sparesReplica(keeper, fileId)))
      return fileId;
  return undefined;
}

const emptyDisk: Fault = {
  kind: 'empty disk',
  async strike(strike, { cluster, budget }) {
    for (const keeper of cluster.runningFrom(strike.keeper)) {
      await cluster.kill(keeper);
      if (await budget.sparesDisk(keeper)) {
        await rm(cluster.path(keeper), { recursive: true });
        return {
          told: `${keeper} is killed and its disk emptied`,
          heal: () => cluster.start(keeper),
        };
      }
      await cluster.start(keeper);
    }
    return undefined;
  },
};

export const faultsOfDisks: readonly Fault[] = [
  toReplica('flip byte', flip),
  toReplica('cut manifest', cut),
  emptyDisk,
];
