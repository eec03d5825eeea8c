import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { clip, Rig, sha256 } from './rig.js';

/** Without the line of progress that a transfer of more than ten seconds has. */
const hurried = ['--quiet', '--timeout', '5s'];
const names = Array.from({ length: 5 }, (_, index) => `f${index}.mp4`);

describe('servers that may open hardly anything more', () => {
  it('S47, S50: say so or do it, go on, and do everything again when they may', {
    timeout: 180_000,
  }, async (test) => {
    if (!canLimit()) return test.skip('prlimit, of util-linux, is not here');
    const rig = await Rig.start({ keepers: 3 });
    await rig.succeed('put', clip);
    await rig.healthy();
    const pids = ['master', ...rig.keeperNames].map((name) => rig.server(name).pid);

    for (const pid of pids) limit(pid, 2 + (await highestDescriptorOf(pid)));
    const puts = names.map((name) => rig.client(...hurried, 'put', clip, '--as', name));
    const gets = names.map((name) =>
      rig.client(...hurried, 'get', 'clip.mp4', '-o', rig.path(name)),
    );
    const runs = await Promise.all([...puts, ...gets]);
    for (const pid of pids) limit(pid, 4096);
    await rig.until('films are taken again', async () => {
      const { code } = await rig.client('put', clip, '--as', 'last.mp4');
      return code === 0;
    });
    await rig.healthy();
    await rig.succeed('get', 'last.mp4', '-o', rig.path('last.mp4'));

    for (const { code, stderr } of runs) {
      expect([0, 5]).toContain(code);
      if (code !== 0) expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
    }
    expect(await sha256(rig.path('last.mp4'))).toBe(await sha256(clip));
    expect(await rig.keeperStates()).toEqual({ k1: 'alive', k2: 'alive', k3: 'alive' });
    expect(await rig.staged()).toEqual([]);
    const listed = await rig.succeed('ls');
    const acked = names.filter((_, index) => runs[index]?.code === 0);
    expect(listed.split('\n')).toEqual(expect.arrayContaining(acked));
  });
});

/** None above this number can be opened; those that are open stay. */
function limit(pid: number, descriptors: number): void {
  execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${descriptors}:4096`]);
}

async function highestDescriptorOf(pid: number): Promise<number> {
  return Math.max(...(await readdir(`/proc/${pid}/fd`)).map(Number));
}

function canLimit(): boolean {
  try {
    execFileSync('prlimit', [`--pid=${process.pid}`], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return !(error instanceof Error);
  }
}
