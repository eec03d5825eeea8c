/** What clients ask of files that are there. */
import { ReelkeepError, toPlainError } from '../../domain/errors.js';
import type { FileRecord } from '../../domain/file-record.js';
import { viewFile } from '../../domain/file-view.js';
import { keeperId } from '../../domain/ids.js';
import { readableReplicas } from '../../domain/keeper-view.js';
import { acceptName, normalizedName } from '../../domain/names.js';
import { replicaOf } from '../../domain/replica-rows.js';
import type { ClientHandlers } from '../../rpc/control-server.js';
import { toFileMessage } from '../../rpc/file-message.js';
import type { StatOutcome } from '../../rpc/generated/reelkeep/v1/client.js';
import { rpcLimits } from '../../rpc/limits.js';
import { checkedFileId } from './checked-ids.js';
import { type MasterWorld, readTickets } from './world.js';

export const pageFilesMax = 1_000;
/** Of one keeper. */
const keeperFilesMax = 500;

export function createFileHandlers(
  world: MasterWorld,
): Pick<
  ClientHandlers,
  'locate' | 'stat' | 'statMany' | 'list' | 'listKeeperFiles' | 'remove' | 'rename'
> {
  const toMessage = (file: FileRecord) => toFileMessage(viewFile(file, world.keepers.views));

  return {
    async locate(request, who) {
      const file = await findFile(world, request.name);
      const readable = readableReplicas(file, world.keepers.views).map((replica) => replica.keeper);
      return {
        file: toMessage(file),
        sources: readTickets(world, file, readable, { client: who }),
      };
    },

    async stat(request) {
      return { file: toMessage(await findFile(world, request.name)) };
    },

    async statMany({ names }) {
      if (names.length > rpcLimits.statNamesMax)
        throw new ReelkeepError('usage', `ask for at most ${rpcLimits.statNamesMax} files at once`);
      const outcomes = names.map(async (name): Promise<StatOutcome> => {
        try {
          return { file: toMessage(await findFile(world, name)), code: '', detail: '' };
        } catch (error) {
          return { file: undefined, ...toPlainError(error) };
        }
      });
      return { outcomes: await Promise.all(outcomes) };
    },

    async list({ prefix: asked, after: last, limit }) {
      const [prefix, after] = [normalizedName(asked), normalizedName(last)];
      if (after === undefined) throw new ReelkeepError('refused-input', 'no name is so long');
      // The table's store has no keys so long, not even to look for.
      if (prefix === undefined) return { files: [], more: false };
      const page = await world.table.ask('list files', {
        prefix,
        after,
        limit: limit === 0 ? pageFilesMax : Math.min(limit, pageFilesMax),
      });
      return { files: page.files.map(toMessage), more: page.more };
    },

    async listKeeperFiles({ keeperId: asked, afterFileId, limit }) {
      const keeper = keeperId(asked);
      if (!world.keepers.views.has(keeper))
        throw new ReelkeepError('not-found', `there is no keeper "${asked}"`);
      const { files, next } = await world.table.ask('survey files', {
        keeper,
        limit: limit === 0 ? keeperFilesMax : Math.min(limit, keeperFilesMax),
        ...(afterFileId !== '' && { after: checkedFileId(afterFileId) }),
      });
      const there = files.filter((file) => replicaOf(file, keeper)?.standing !== 'dropping');
      return { files: there.map(toMessage), nextAfterFileId: next ?? '' };
    },

    async remove(request) {
      refuseInSafeMode(world, 'removed');
      await world.table.ask('remove file', { name: nameOf(request.name), at: world.wallMs() });
      return {};
    },

    async rename(request) {
      refuseInSafeMode(world, 'renamed');
      const newName = acceptName(request.newName);
      if (!newName.ok) throw new ReelkeepError('refused-input', newName.reason);
      await world.table.ask('rename file', { name: nameOf(request.name), newName: newName.name });
      return {};
    },
  };
}

/** @throws ReelkeepError `not-found`, `refused-input` for what can be no name */
export async function findFile(world: MasterWorld, text: string): Promise<FileRecord> {
  const name = nameOf(text);
  const file = await world.table.ask('find file', { name });
  if (file === null) throw new ReelkeepError('not-found', `there is no file "${name}"`);
  return file;
}

function nameOf(text: string): string {
  const name = acceptName(text);
  if (!name.ok) throw new ReelkeepError('refused-input', name.reason);
  return name.name;
}

function refuseInSafeMode({ mode }: MasterWorld, done: string): void {
  const now = mode();
  if (now.mode === 'safe mode')
    throw new ReelkeepError(
      'unavailable',
      `the master is in safe mode (${now.reason}): nothing is ${done}`,
    );
}
