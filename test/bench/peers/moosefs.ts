/**
 * MooseFS with a goal of three, through its own mount.
 *
 * Its chunk servers refuse to be at 127.0.0.1, so all of it is in a network namespace with an
 * address of its own; what it sends itself there goes over loopback all the same.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { timeCommands } from '../timed-command.js';
import { freePort, OwnProcess, until } from './own-process.js';
import { type Peer, type RunningPeer, requireProgram } from './peer.js';

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
    'ip',
    'nsenter',
  ],
  start: startMoosefs,
};

interface Ports {
  readonly metaloggers: number;
  readonly chunkServers: number;
  readonly clients: number;
}

async function startMoosefs(dir: string): Promise<RunningPeer> {
  const endings: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    for (const ending of endings.splice(0).toReversed()) await ending();
  };
  try {
    return await startParts(dir, endings, end);
  } catch (error) {
    await end();
    throw error;
  }
}

async function startParts(
  dir: string,
  endings: (() => unknown)[],
  end: () => Promise<void>,
): Promise<RunningPeer> {
  makeNamespace();
  endings.push(removeNamespace);
  const ports: Ports = {
    metaloggers: await freePort(),
    chunkServers: await freePort(),
    clients: await freePort(),
  };
  const master = await startMaster(dir, ports);
  endings.push(() => master.end());
  for (let number = 1; number <= chunkServers; number += 1) {
    const server = await startChunkServer(dir, ports, number);
    endings.push(() => server.end());
  }
  const mount = join(dir, 'mount');
  await mkdir(mount);
  const where = ['-H', address, '-P', `${ports.clients}`];
  const args = ['-f', mount, ...where, '-o', 'mfscachemode=NEVER'];
  const client = await startInside('mfsmount', args, join(dir, 'mount.log'));
  endings.push(
    () => client.end(),
    () => void execFileSync('umount', [mount]),
  );
  await until('MooseFS is mounted', async () => isMounted(mount));
  // It asks the master itself.
  const setGoal = [...inside, requireProgram('mfssetgoal'), '-r', '3', mount];
  execFileSync('nsenter', setGoal, { stdio: 'ignore' });
  await until('every chunk server is known', () => takesCopies(mount));
  return {
    put: (films, atATime) => timeCommands([copyLine(films, mount, atATime)]),
    get: (films, target, atATime) =>
      timeCommands([
        copyLine(
          films.map((film) => join(mount, basename(film))),
          target,
          atATime,
        ),
      ]),
    clear: async () => {
      for (const name of await readdir(mount)) await rm(join(mount, name), { force: true });
    },
    // Its chunks are renamed and removed in their own time; those it has just written lie in the page cache.
    stored: async () => [],
    end,
  };
}

const namespace = `reelkeep-bench-mfs-${process.pid}`;
const address = '10.213.0.1';

function makeNamespace(): void {
  const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: 'ignore' });
  ip('netns', 'add', namespace);
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  ip('-n', namespace, 'link', 'add', 'own', 'type', 'veth', 'peer', 'name', 'other');
  ip('-n', namespace, 'link', 'set', 'other', 'up');
  ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'own');
  ip('-n', namespace, 'link', 'set', 'own', 'up');
}

const removeNamespace = (): void =>
  void execFileSync('ip', ['netns', 'del', namespace], { stdio: 'ignore' });

const inside = [`--net=/run/netns/${namespace}`];

const startInside = (program: string, args: readonly string[], log: string): Promise<OwnProcess> =>
  OwnProcess.start('nsenter', [...inside, requireProgram(program), ...args], log);

async function isListening(port: number): Promise<boolean> {
  try {
    const dial = ['bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`];
    execFileSync('nsenter', [...inside, ...dial], { stdio: 'ignore' });
    return true;
  } catch {
    // nobody listens there yet
    return false;
  }
}

/** One `cp` for all of them, or one for each and so many at a time. */
function copyLine(
  films: readonly string[],
  target: string,
  atATime: number,
): readonly [string, ...string[]] {
  if (atATime === 1) return ['cp', ...films, target];
  const script =
    'n=$1; target=$2; shift 2; printf "%s\\\\0" "$@" | xargs -0 -n 1 -P "$n" cp -t "$target"';
  return ['sh', '-c', script, 'sh', `${atATime}`, target, ...films];
}

async function startMaster(dir: string, ports: Ports): Promise<OwnProcess> {
  const data = join(dir, 'master');
  await mkdir(data, { recursive: true });
  await writeFile(join(data, 'metadata.mfs'), 'MFSM NEW');
  const exports = join(dir, 'mfsexports.cfg');
  await writeFile(exports, '10.213.0.0/24 / rw,alldirs,maproot=0\n');
  const config = join(dir, 'mfsmaster.cfg');
  await writeFile(
    config,
    configText({
      WORKING_USER: 'root',
      WORKING_GROUP: 'root',
      DATA_PATH: data,
      EXPORTS_FILENAME: exports,
      MATOML_LISTEN_HOST: address,
      MATOML_LISTEN_PORT: ports.metaloggers,
      MATOCS_LISTEN_HOST: address,
      MATOCS_LISTEN_PORT: ports.chunkServers,
      MATOCL_LISTEN_HOST: address,
      MATOCL_LISTEN_PORT: ports.clients,
    }),
  );
  const server = await startInside('mfsmaster', ['-f', '-c', config, 'start'], `${data}.log`);
  await until('the master of MooseFS listens', () => isListening(ports.clients));
  return server;
}

async function startChunkServer(dir: string, ports: Ports, number: number): Promise<OwnProcess> {
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
      MASTER_HOST: address,
      MASTER_PORT: ports.chunkServers,
      CSSERV_LISTEN_HOST: address,
      CSSERV_LISTEN_PORT: port,
    }),
  );
  const server = await startInside('mfschunkserver', ['-f', '-c', config, 'start'], `${data}.log`);
  await until('a chunk server of MooseFS listens', () => isListening(port));
  return server;
}

/** A small file that is written now has three copies. */
async function takesCopies(mount: string): Promise<boolean> {
  const path = join(mount, '.probe');
  try {
    await writeFile(path, 'probe');
    const info = [...inside, requireProgram('mfsfileinfo'), path];
    const told = execFileSync('nsenter', info, { encoding: 'utf8' });
    return [...told.matchAll(/\bcopy \d+:/g)].length === 3;
  } catch {
    // no chunk server has told of itself yet
    return false;
  } finally {
    await rm(path, { force: true });
  }
}

function isMounted(mount: string): boolean {
  return execFileSync('mount', { encoding: 'utf8' }).includes(` ${mount} `);
}

const configText = (settings: Readonly<Record<string, string | number>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
