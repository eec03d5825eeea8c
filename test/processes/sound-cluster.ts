/** What must hold of a cluster that was hurt, when it has come to rest. */
import { readdir } from 'node:fs/promises';
import { expect } from 'vitest';
import { type FileJson, type Rig, sha256 } from './rig.js';

/** What names must be there, and the SHA-256 of their bytes. */
export type Films = ReadonlyMap<string, string>;

/**
 * Exactly these films, each on as many disks as it should be, with its bytes; nothing else of
 * Reelkeep's on any disk, nothing half-way, nothing set aside, and nothing that `fsck` finds.
 */
export async function expectSound(rig: Rig, films: Films): Promise<void> {
  await rig.healthy();
  const listed = linesOf(await rig.succeed('--json', 'ls')).map(
    (line) => JSON.parse(line) as FileJson,
  );
  expect(new Set(listed.map(({ name }) => name))).toEqual(new Set(films.keys()));
  const expected = new Map<string, string>();
  for (const { name, replicas, target } of listed) {
    const sum = films.get(name) ?? '';
    expect([name, replicas.map(({ state }) => state)]).toEqual([name, Array(target).fill('live')]);
    for (const replica of replicas) expected.set(`${replica.keeper}/${replica.path}`, sum);
  }
  await rig.until('the disks hold these replicas and nothing else', async () => {
    const found = await filesOnDisks(rig);
    const wanted = [...expected.keys()].flatMap((path) => [path, manifestOf(path)]);
    return found.length === wanted.length && wanted.every((path) => found.includes(path));
  });
  for (const [path, sum] of expected)
    expect([path, await sha256(rig.path(path))]).toEqual([path, sum]);
  const { code, stdout } = await rig.client('fsck');
  expect([code, stdout]).toEqual([0, '']);
}

/** Paths of all that keepers have in `objects`, `staging` and `quarantine`, below the rig's directory. */
export async function filesOnDisks(rig: Rig): Promise<readonly string[]> {
  const lists = rig.keeperNames.flatMap((keeper) =>
    ['objects', 'staging', 'quarantine'].map((room) => filesBelow(rig, keeper, room)),
  );
  return (await Promise.all(lists)).flat();
}

async function filesBelow(rig: Rig, keeper: string, room: string): Promise<readonly string[]> {
  const names = await readdir(rig.path(keeper, room), { recursive: true });
  return names.filter((name) => name.includes('.')).map((name) => `${keeper}/${room}/${name}`);
}

const manifestOf = (path: string): string => path.replace(/mp4$/, 'manifest');

const linesOf = (text: string): readonly string[] => text.split('\n').filter(Boolean);
