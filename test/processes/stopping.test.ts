import { type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programPath, ServerProcess } from '../../src/cli/local/server-process.js';
import { Rig } from './rig.js';

describe('a server with a launcher', () => {
  it.each(['master', 'keeper'] as const)(
    'ends when its launcher is gone before it can listen: a %s',
    async (program) => {
      const rig = await Rig.start({ keepers: 0 });
      const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', 'ipc'];
      const args = [programPath(program), '--port', '0', '--data', rig.path('data')];
      const server = spawn(process.execPath, args, { stdio });
      onTestFinished(() => void server.kill('SIGKILL'));

      server.disconnect();

      expect(await once(server, 'exit')).toEqual([0, null]);
    },
  );

  it('ends with its reason when it cannot start', async () => {
    const rig = await Rig.start({ keepers: 1 });
    const port = rig.masterAddress.split(':')[1] ?? '';

    const second = ServerProcess.start({
      program: 'master',
      args: ['--port', port, '--data', rig.path('second')],
      logFile: rig.path('second.log'),
    });

    await expect(second).rejects.toThrow('ended with exit code 6');
  });

  it('gets no signal of the terminal that its launcher gets', async () => {
    const rig = await Rig.start({ keepers: 1 });

    const groups = await Promise.all(['master', 'k1'].map((name) => groupOf(rig.server(name).pid)));

    expect(groups).toEqual([rig.server('master').pid, rig.server('k1').pid]);
  });

  it('L16: ends on SIGTERM with exit code 0, a keeper also when its master is gone', async () => {
    const rig = await Rig.start({ keepers: 2 });
    const exits = Promise.all(['k1', 'master', 'k2'].map((name) => exitOf(rig.server(name))));

    for (const name of ['k1', 'master', 'k2']) await rig.server(name).end('SIGTERM');

    expect(await exits).toEqual([0, 0, 0]);
  });
});

const exitOf = (server: ServerProcess): Promise<number | null> =>
  new Promise((resolve) => server.onExit(resolve));

/** The process group, by its leader's pid. */
async function groupOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}
