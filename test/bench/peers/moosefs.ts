/** MooseFS with a goal of three, through its own mount. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMounted, mountedPeer, startInTurn } from './mounted.js';
import { namespacePrograms, OwnNamespace } from './own-namespace.js';
import { freePort, type OwnProcess, until } from './own-process.js';
import type { Peer, RunningPeer } from './peer.js';

const chunkServers = 4;

export const moosefs: Peer = {
  name: 'moosefs',
  what: 'cp into a mount of MooseFS, goal 3, which answers when all copies are written, unsynced',
  programs: [
    'mfsmaster',
    'mfschunkserver',
    'mfsmount',
    'mfssetgoal',
    'mfsfileinfo',
    'umount',
    ...namespacePrograms,
  ],
  start: (dir) => startInTurn((endings, end) => startParts(dir, endings, end)),
};

interface Ports {
  readonly metaloggers: number;
  readonly chunkServers: number;
  readonly clients: number;
}

async function startParts(
  dir: string,
  endings: (() => unknown)[],
  end: () => Promise<void>,
): Promise<RunningPeer> {
  const inside = OwnNamespace.make('moose');
  endings.push(() => inside.remove());
  const ports: Ports = {
    metaloggers: await freePort(),
    chunkServers: await freePort(),
    clients: await freePort(),
  };
  const master = await startMaster(dir, inside, ports);
  endings.push(() => master.end());
  for (let number = 1; number <= chunkServers; number += 1) {
    const server = await startChunkServer(dir, inside, ports, number);
    endings.push(() => server.end());
  }
  const mount = join(dir, 'mount');
  await mkdir(mount);
  const where = ['-H', inside.address, '-P', `${ports.clients}`];
  const args = ['-f', mount, ...where, '-o', 'mfscachemode=NEVER'];
  const client = await inside.start('mfsmount', args, join(dir, 'mount.log'));
  endings.push(
    () => client.end(),
    () => void execFileSync('umount', [mount]),
  );
  await until('MooseFS is mounted', async () => isMounted(mount));
  // It asks the master itself.
  inside.run('mfssetgoal', ['-r', '3', mount]);
  await until('every chunk server is known', () => takesCopies(mount, inside));
  return mountedPeer(mount, end);
}

async function startMaster(dir: string, inside: OwnNamespace, ports: Ports): Promise<OwnProcess> {
  const data = join(dir, 'master');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'metadata.mfs'), 'MFSM NEW');
  const exports = join(dir, 'mfsexports.cfg');
  await writeFile(exports, `${inside.network} / rw,alldirs,maproot=0\n`);
  const config = join(dir, 'mfsmaster.cfg');
  await writeFile(
    config,
    configText({
      WORKING_USER: 'root',
      WORKING_GROUP: 'root',
      DATA_PATH: data,
      EXPORTS_FILENAME: exports,
      MATOML_LISTEN_HOST: inside.address,
      MATOML_LISTEN_PORT: ports.metaloggers,
      MATOCS_LISTEN_HOST: inside.address,
      MATOCS_LISTEN_PORT: ports.chunkServers,
      MATOCL_LISTEN_HOST: inside.address,
      MATOCL_LISTEN_PORT: ports.clients,
    }),
  );
  const server = await inside.start('mfsmaster', ['-f', '-c', config, 'start'], `${data}.log`);
  await until('the master of MooseFS listens', () => inside.isListening(ports.clients));
  return server;
}

async function startChunkServer(
  dir: string,
  inside: OwnNamespace,
  ports: Ports,
  number: number,
): Promise<OwnProcess> {
  const data = join(dir, `chunkserver-${number}`);
  const disk = join(data, 'disk');
  await mkdir(disk, { recursive: true });
  const disks = join(data, 'mfshdd.cfg');
  await writeFile(disks, `${disk}\n`);
  const config = join(data, 'mfschunkserver.cfg');
  const port = await freePort();
  await writeFile(
    config,
    configText({
      WORKING_USER: 'root',
      WORKING_GROUP: 'root',
      DATA_PATH: data,
      HDD_CONF_FILENAME: disks,
      HDD_LEAVE_SPACE_DEFAULT: '1GiB',
      MASTER_HOST: inside.address,
      MASTER_PORT: ports.chunkServers,
      CSSERV_LISTEN_HOST: inside.address,
      CSSERV_LISTEN_PORT: port,
    }),
  );
  const server = await inside.start('mfschunkserver', ['-f', '-c', config, 'start'], `${data}.log`);
  await until('a chunk server of MooseFS listens', () => inside.isListening(port));
  return server;
}

/** A small file that is written now has three copies. */
async function takesCopies(mount: string, inside: OwnNamespace): Promise<boolean> {
  const path = join(mount, '.probe');
  try {
    await writeFile(path, 'probe');
    const told = inside.run('mfsfileinfo', [path]);
    return [...told.matchAll(/\bcopy \d+:/g)].length === 3;
  } catch {
    // no chunk server has told of itself yet
    return false;
  } finally {
    await rm(path, { force: true });
  }
}

const configText = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
