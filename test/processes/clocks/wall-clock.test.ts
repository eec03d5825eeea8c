import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clip, makeFilm, mebibytes, Rig, sha256 } from '../rig.js';
import { skipWithout, tell } from '../tell.js';
import { FakeClock, faketimeIsMissing, type Shift, shiftMs } from './fake-clock.js';

const shifts: readonly Shift[] = ['+1d', '-1d', '+3650d'];
const servers = ['master', 'k1', 'k2', 'k3'];
/** Of which a slow machine needs so much, and a jump is a thousand times more. */
const patient = ['--suspect-after', '20s', '--lost-after', '60s'];
const minuteMs = 60_000;

interface PutJson {
  readonly createdAt: string;
}

describe('a wall clock that is wrong', () => {
  it('jumps for a program of Node, whose monotonic clock goes on', async ({ skip }) => {
    skipWithout(faketimeIsMissing(), skip);
    const dir = await mkdtemp(join(tmpdir(), 'reelkeep-test-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const clock = await FakeClock.create(join(dir, 'clock'));
    const [command = '', ...args] = [...clock.through, process.execPath, '-e', tellTimes];
    const program = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const ask = async (): Promise<{ wallMs: number; monotonicMs: number }> => {
      program.stdin.write('\n');
      return JSON.parse(String((await answers.next()).value));
    };

    const before = await ask();
    await clock.shift('+1d');
    const after = await ask();
    program.stdin.end();

    expect(after.wallMs - before.wallMs).toBeGreaterThanOrEqual(shiftMs['+1d']);
    expect(after.monotonicMs - before.monotonicMs).toBeLessThan(minuteMs);
  });

  it('S42: kills nobody and deletes nothing, of whichever server it is, jumping while it runs', {
    timeout: 240_000,
  }, async ({ skip }) => {
    skipWithout(faketimeIsMissing(), skip);
    const { rig, clocks, kept } = await startWithClocks();
    const before = await rig.stat('kept.mp4');

    for (const server of servers)
      for (const shift of [...shifts, '+0'] as const) {
        await clocks.get(server)?.shift(shift);
        const createdAt = await putGetRemove(rig, kept.sum);
        const nowMs = Date.now() + (server === 'master' ? shiftMs[shift] : 0);
        expect([server, shift, Math.round((createdAt - nowMs) / minuteMs)]).toEqual([
          server,
          shift,
          expect.closeTo(0),
        ]);
      }

    await rig.healthy();
    expect(await rig.stat('kept.mp4')).toEqual(before);
    for (const replica of before.replicas)
      expect(await sha256(rig.replicaFile(replica))).toBe(kept.sum);
    expect(await troublesIn(rig)).toEqual([]);
    tell(
      `${servers.length} servers, ${shifts.length + 1} jumps each: nobody suspect, no drop of a file that lives`,
    );
  });

  it('S39, S42: is no reason to refuse a server that starts with it, nor its tickets', {
    timeout: 240_000,
  }, async ({ skip }) => {
    skipWithout(faketimeIsMissing(), skip);
    const { rig, clocks, kept } = await startWithClocks();

    for (const [server, shift] of [
      ['master', '-1d'],
      ['k1', '+3650d'],
      ['k2', '-1d'],
      ['master', '+3650d'],
    ] as const) {
      await clocks.get(server)?.shift(shift);
      await rig.kill(server);
      await (server === 'master' ? rig.startMaster() : rig.startKeeper(server));
      await rig.healthy();
      await putGetRemove(rig, kept.sum);
    }

    for (const { keeper, path } of (await rig.stat('kept.mp4')).replicas)
      expect([keeper, await sha256(rig.path(keeper, path))]).toEqual([keeper, kept.sum]);
  });

  it('S42: of a client changes nothing for it', { timeout: 120_000 }, async ({ skip }) => {
    skipWithout(faketimeIsMissing(), skip);
    const rig = await Rig.start({ keepers: 1, masterArgs: ['--replicas', '1'] });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(9));
    const sum = await sha256(film);

    for (const shift of shifts) {
      const { through } = await FakeClock.create(rig.path('clock'), shift);
      const run = async (...args: readonly string[]): Promise<string> => {
        const { code, stdout, stderr } = await rig.startClientThrough(through, ...args).ended;
        expect([shift, args[0], code, stderr]).toEqual([shift, args[0], 0, stderr]);
        return stdout;
      };
      const { createdAt } = JSON.parse(await run('--json', 'put', film)) as PutJson;
      await run('get', 'film.mp4', '-o', rig.path('back.mp4'), '--replace');
      await run('rm', 'film.mp4');

      expect(await sha256(rig.path('back.mp4'))).toBe(sum);
      expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(minuteMs);
    }
  });
});

const tellTimes = `process.stdin.on('data', () =>
  console.log(JSON.stringify({ wallMs: Date.now(), monotonicMs: performance.now() })));`;

async function startWithClocks() {
  const clocks = new Map<string, FakeClock>();
  const dir = await mkdtemp(join(tmpdir(), 'reelkeep-test-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  for (const server of servers) clocks.set(server, await FakeClock.create(join(dir, server)));
  const rig = await Rig.start({
    keepers: 3,
    masterArgs: patient,
    launch: (name) => ({ through: clocks.get(name)?.through ?? [] }),
  });
  const film = await makeFilm(rig.path('kept.mp4'), mebibytes(9));
  await rig.succeed('put', film);
  await rig.healthy();
  return { rig, clocks, kept: { sum: await sha256(film) } };
}

/** Answers when the file that went in and out again was created, by what the cluster says. */
async function putGetRemove(rig: Rig, keptSum: string): Promise<number> {
  const put = await rig.succeed('--json', 'put', clip, '--as', 'passing.mp4', '--acks', '2');
  await rig.succeed('get', 'kept.mp4', '-o', rig.path('back.mp4'), '--replace');
  await rig.succeed('rm', 'passing.mp4');
  expect(await sha256(rig.path('back.mp4'))).toBe(keptSum);
  return Date.parse((JSON.parse(put) as PutJson).createdAt);
}

/** What the master wrote down of keepers that it doubted, and of surplus that it had dropped. */
async function troublesIn(rig: Rig): Promise<readonly string[]> {
  const lines = (await readFile(rig.path('master.log'), 'utf8')).split('\n');
  return lines.filter(
    (line) => /"state":"(suspect|lost)"/.test(line) || /"why":"surplus"/.test(line),
  );
}
