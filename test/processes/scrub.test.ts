import { open, rm, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type FileJson, makeFilm, mebibytes, type ReplicaJson, Rig, sha256 } from './rig.js';

const timeout = 120_000;
/** On top of the time of a scrub: heartbeats, the start of a client, a busy machine. */
const slackMs = 3_000;

describe('a scrub', () => {
  it('S4, S7, L9: finds one bit flipped in one replica, which fsck tells until it is made again', {
    timeout,
  }, async () => {
    const rig = await Rig.start({ keepers: 2, keeperArgs: scrubbing('4s') });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(20));
    await rig.succeed('put', '--target', '2', film);
    await rig.healthy();
    const before = await rig.stat('film.mp4');
    const [victim, other] = [replicaOf(before, 0), replicaOf(before, 1)];
    // There is nothing to make it again from, so there is time to look.
    await rig.kill(other.keeper);
    const flippedAtMs = performance.now();
    await flipBit(rig.replicaFile(victim), mebibytes(13) + 77);

    await rig.until('it is found', async () => (await told(rig, victim)).quarantined > 0);
    const foundMs = performance.now() - flippedAtMs;
    const found = await rig.client('fsck');
    await rig.startKeeper(other.keeper);
    await rig.until('two are live', async () => liveOf(await rig.stat('film.mp4')) === 2);
    const healed = await rig.client('fsck');

    expect(foundMs).toBeLessThan(4_000 + slackMs);
    expect([found.code, healed.code]).toEqual([7, 0]);
    expect(found.stdout).toContain(`its bytes on ${victim.keeper} were found wrong`);
    expect(await isWhole(rig.replicaFile(victim), film)).toBe('whole');
  });

  it.each([0, 1, 7, 31, 63])(
    'S5, L9: finds a manifest cut to %i bytes, and it is made again',
    {
      timeout,
    },
    async (bytes) => {
      const rig = await Rig.start({ keepers: 3, keeperArgs: scrubbing('3s') });
      const film = await makeFilm(rig.path('film.mp4'), mebibytes(5));
      await rig.succeed('put', film);
      await rig.healthy();
      const victim = replicaOf(await rig.stat('film.mp4'), 2);
      const manifest = rig.replicaFile(victim).replace(/mp4$/, 'manifest');
      const cutAtMs = performance.now();
      await truncate(manifest, bytes);

      await rig.until('it is set aside', async () => (await told(rig, victim)).quarantined > 0);
      const foundMs = performance.now() - cutAtMs;
      await rig.until('three are live', async () => liveOf(await rig.stat('film.mp4')) === 3);
      const again = await rig.client('verify', 'film.mp4');

      expect(foundMs).toBeLessThan(3_000 + slackMs);
      expect([again.code, await isWhole(rig.replicaFile(victim), film)]).toEqual([0, 'whole']);
    },
  );

  it('L9: finds that data was removed behind the back of its keeper', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 3, keeperArgs: scrubbing('3s') });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(5));
    await rig.succeed('put', film);
    await rig.healthy();
    const path = rig.replicaFile(replicaOf(await rig.stat('film.mp4'), 0));
    await rm(path);

    await rig.until('it is there again', async () => (await isWhole(path, film)) === 'whole');
    await rig.until('three are live', async () => liveOf(await rig.stat('film.mp4')) === 3);
    const again = await rig.client('verify', 'film.mp4');

    expect([again.code, await rig.succeed('fsck')]).toEqual([0, '']);
  });

  it('goes on where it was when its keeper was killed', { timeout }, async () => {
    const scrubEveryMs = 8_000;
    const rig = await Rig.start({ keepers: 1, keeperArgs: scrubbing('8s') });
    const names = ['a.mp4', 'b.mp4', 'c.mp4', 'd.mp4'];
    for (const [at, name] of names.entries()) await makeFilm(rig.path(name), mebibytes(8), at);
    await rig.succeed('put', '--target', '1', ...names.map((name) => rig.path(name)));
    const seen = new Map<string, number[]>(names.map((name) => [name, []]));
    const isScrubbed = async (times: number): Promise<boolean> => {
      const found = await Promise.all(
        names.map(async (name) => noteTime(seen, name, await rig.stat(name))),
      );
      return found.every((count) => count >= times);
    };
    await rig.until('all but one were read again', async () => {
      await isScrubbed(2);
      return [...seen.values()].filter((times) => times.length === 2).length >= 3;
    });

    await rig.kill('k1');
    await rig.startKeeper('k1');
    await rig.until('all were read once more', () => isScrubbed(3));

    const gapsMs = [...seen.values()].flatMap((times) =>
      times.slice(1).map((time, at) => time - (times[at] ?? 0)),
    );
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(0.75 * scrubEveryMs);
    expect(Math.max(...gapsMs)).toBeLessThan(scrubEveryMs + slackMs);
  });

  it('keeps its pace', { timeout }, async () => {
    const rig = await Rig.start({ keepers: 1, keeperArgs: scrubbing('16s') });
    const names = Array.from({ length: 6 }, (_, at) => `${at}.mp4`);
    for (const [at, name] of names.entries()) await makeFilm(rig.path(name), mebibytes(8), at);
    await rig.succeed('put', '--target', '1', ...names.map((name) => rig.path(name)));
    const before = new Map<string, number>();
    for (const name of names) before.set(name, verifiedAt(await rig.stat(name)));
    const after = new Map<string, number>();

    await rig.until('each was read again', async () => {
      for (const name of names) {
        const time = verifiedAt(await rig.stat(name));
        if (time !== before.get(name) && !after.has(name)) after.set(name, time);
      }
      return after.size === names.length;
    });

    // 48 MiB in an eighth of 16 s are 24 MiB a second: a third of a second a film.
    const times = [...after.values()].toSorted((one, other) => one - other);
    const spreadMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(spreadMs).toBeGreaterThanOrEqual((5 * 1_000) / 3 - 100);
  });
});

const scrubbing = (time: string): readonly string[] => ['--scrub-every', time];

interface ScrubJson {
  readonly checked: number;
  readonly percent: number;
  readonly quarantined: number;
  readonly unreadable: number;
}

async function told(rig: Rig, { keeper }: ReplicaJson): Promise<ScrubJson> {
  const lines = (await rig.succeed('--json', 'keepers')).trim().split('\n');
  const keepers = lines.map((line) => JSON.parse(line) as { keeper: string; scrub: ScrubJson });
  const found = keepers.find((one) => one.keeper === keeper);
  if (found === undefined) throw new Error(`${keeper} is not listed`);
  return found.scrub;
}

function replicaOf({ replicas }: FileJson, at: number): ReplicaJson {
  const replica = replicas[at];
  if (replica === undefined) throw new Error(`there is no replica ${at}`);
  return replica;
}

const liveOf = ({ replicas }: FileJson): number =>
  replicas.filter(({ state }) => state === 'live').length;

const verifiedAt = (file: FileJson): number => Date.parse(replicaOf(file, 0).verifiedAt);

/** @returns how many times it has been verified so far */
function noteTime(seen: Map<string, number[]>, name: string, file: FileJson): number {
  const times = seen.get(name) ?? [];
  const time = verifiedAt(file);
  if (times.at(-1) !== time) times.push(time);
  return times.length;
}

async function flipBit(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte.writeUInt8(byte.readUInt8() ^ 1);
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

async function isWhole(path: string, original: string): Promise<'whole' | 'not whole'> {
  try {
    return (await sha256(path)) === (await sha256(original)) ? 'whole' : 'not whole';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'not whole';
  }
}
