/**
 * GlusterFS with one volume of three replicas, through its own mount.
 *
 * Its daemon starts the bricks and ends them with the volume. Their logs go where Debian's package
 * has them, below /var/log/glusterfs; all else lies in the directory.
 */

import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMounted, mountedPeer, startInTurn } from './mounted.js';
import { namespacePrograms, OwnNamespace } from './own-namespace.js';
import { until } from './own-process.js';
import type { Peer, RunningPeer } from './peer.js';

const bricks = ['brick-1', 'brick-2', 'brick-3'];
const volume = 'films';
const daemonPort = 24007;

export const glusterfs: Peer = {
  name: 'glusterfs',
  what: 'cp into a mount of GlusterFS, replica 3, which answers when all copies are written, unsynced',
  programs: ['glusterd', 'gluster', 'glusterfs', 'umount', ...namespacePrograms],
  start: (dir) => startInTurn((endings, end) => startParts(dir, endings, end)),
};

async function startParts(
  dir: string,
  endings: (() => unknown)[],
  end: () => Promise<void>,
): Promise<RunningPeer> {
  const inside = OwnNamespace.make('gluster');
  endings.push(() => inside.remove());
  const socket = await startDaemon(dir, inside, endings);
  const gluster = (...args: readonly string[]): string =>
    inside.run('gluster', ['--mode=script', `--glusterd-sock=${socket}`, ...args]);
  const places = bricks.map((brick) => `${inside.address}:${join(dir, brick)}`);
  for (const brick of bricks) await mkdir(join(dir, brick));
  // All of them on one machine, which it would advise against.
  gluster('volume', 'create', volume, 'replica', '3', ...places, 'force');
  gluster('volume', 'start', volume);
  endings.push(() => gluster('volume', 'stop', volume));
  const mount = join(dir, 'mount');
  await mkdir(mount);
  const where = ['-N', '-s', inside.address, '--volfile-id', volume, '-l', join(dir, 'mount.log')];
  const client = await inside.start('glusterfs', [...where, mount], join(dir, 'mount.out'));
  endings.push(
    () => client.end(),
    () => void execFileSync('umount', [mount]),
  );
  await until('GlusterFS is mounted', async () => isMounted(mount));
  return mountedPeer(mount, end);
}

/** @returns the socket on which it takes commands */
async function startDaemon(
  dir: string,
  inside: OwnNamespace,
  endings: (() => unknown)[],
): Promise<string> {
  const [data, run] = [join(dir, 'glusterd'), join(dir, 'run')];
  for (const directory of [data, run]) await mkdir(directory);
  const socket = join(run, 'glusterd.socket');
  const config = join(dir, 'glusterd.vol');
  await writeFile(
    config,
    `volume management
  type mgmt/glusterd
  option working-directory ${data}
  option run-directory ${run}
  option glusterd-sockfile ${socket}
  option transport-type socket
  option transport.socket.bind-address ${inside.address}
  option transport.socket.listen-port ${daemonPort}
end-volume
`,
  );
  const args = [
    '-N',
    '-f',
    config,
    '-l',
    join(dir, 'glusterd.log'),
    '-p',
    join(run, 'glusterd.pid'),
  ];
  const daemon = await inside.start('glusterd', args, join(dir, 'glusterd.out'));
  endings.push(() => daemon.end());
  await until('the daemon of GlusterFS listens', () => inside.isListening(daemonPort));
  return socket;
}
