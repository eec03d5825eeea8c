/** The same work as done by other systems, each against the same `cp`. */
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Measurement, Result } from '../measurement.js';
import { runPairs } from '../pairs.js';
import { glusterfs } from '../peers/glusterfs.js';
import { moosefs } from '../peers/moosefs.js';
import { nginx } from '../peers/nginx.js';
import { findProgram, type Peer, type RunningPeer } from '../peers/peer.js';
import { isSame } from '../same-bytes.js';
import type { Figures, Stage } from '../stage.js';
import { type Timed, timeCommands } from '../timed-command.js';

interface Work {
  readonly name: string;
  readonly films: 'large' | 'small';
  readonly atATime: number;
}

const works: readonly Work[] = [
  { name: 'large', films: 'large', atATime: 1 },
  { name: 'many', films: 'small', atATime: 1 },
  { name: 'many-parallel', films: 'small', atATime: 8 },
];

const peers: readonly Peer[] = [nginx, moosefs, glusterfs];

/** Only where they are asked for. */
export const peerFigures: readonly Figures[] = peers.map((peer) => ({
  names: works.flatMap(({ name }) => [`${peer.name}-put-${name}`, `${peer.name}-get-${name}`]),
  run: (stage) => measurePeer(stage, peer),
}));

async function measurePeer(stage: Stage, peer: Peer): Promise<readonly Result[]> {
  const missing = peer.programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0)
    return [{ name: peer.name, skipped: `${missing.join(', ')} is not installed` }];
  const dir = await stage.freshDirectory(peer.name);
  const running = await peer.start(dir);
  const results: Result[] = [];
  try {
    for (const work of works) {
      results.push(await measurePut(stage, peer, running, work));
      results.push(await measureGet(stage, peer, running, work));
      await running.clear();
    }
  } finally {
    await running.end();
    await rm(dir, { recursive: true, force: true });
  }
  return results;
}

async function measurePut(
  stage: Stage,
  peer: Peer,
  running: RunningPeer,
  work: Work,
): Promise<Measurement> {
  const films = await filmsOf(stage, work);
  const sides = await runPairs(stage, {
    writtenBytes: 3 * bytesOf(stage, work),
    sources: films,
    baseline: () => copyTo(stage, films, ['0', '1', '2']),
    subject: () => running.put(films, work.atATime),
    clear: async () => {
      await rm(join(stage.dir, 'cp'), { recursive: true, force: true });
      await running.clear();
    },
  });
  await running.put(films, work.atATime);
  return resultOf(`${peer.name}-put-${work.name}`, peer.what, 'cp to three directories', sides);
}

async function measureGet(
  stage: Stage,
  peer: Peer,
  running: RunningPeer,
  work: Work,
): Promise<Measurement> {
  const films = await filmsOf(stage, work);
  const target = join(stage.dir, 'fetched');
  const sides = await runPairs(stage, {
    writtenBytes: bytesOf(stage, work),
    sources: [...films, ...(await running.stored())],
    baseline: () => copyTo(stage, films, ['0']),
    subject: async () => {
      await mkdir(target, { recursive: true });
      const timed = await running.get(films, target, work.atATime);
      for (const film of films)
        if (!(await isSame(film, join(target, basename(film)))))
          throw new Error(`${peer.name} gave other bytes than were put`);
      return timed;
    },
    clear: async () => {
      await rm(join(stage.dir, 'cp'), { recursive: true, force: true });
      await rm(target, { recursive: true, force: true });
    },
  });
  return resultOf(`${peer.name}-get-${work.name}`, peer.what, 'cp to one directory', sides);
}

const filmsOf = async (stage: Stage, { films }: Work): Promise<readonly string[]> =>
  films === 'large' ? [await stage.large] : stage.small;

const bytesOf = ({ scale }: Stage, { films }: Work): number =>
  films === 'large' ? scale.largeBytes : scale.smallBytes * scale.smallFiles;

async function copyTo(
  stage: Stage,
  films: readonly string[],
  names: readonly string[],
): Promise<Timed> {
  const directories = names.map((name) => join(stage.dir, 'cp', name));
  for (const directory of directories) await mkdir(directory, { recursive: true });
  return timeCommands(directories.map((directory) => ['cp', ...films, directory] as const));
}

function resultOf(
  name: string,
  what: string,
  against: string,
  { baselineSeconds, samples }: Awaited<ReturnType<typeof runPairs<Timed>>>,
): Measurement {
  return {
    name,
    what,
    unit: 'x',
    values: samples.map(({ seconds }, at) => seconds / (baselineSeconds[at] ?? Number.NaN)),
    baseline: { what: against, seconds: baselineSeconds },
    seconds: samples.map(({ seconds }) => seconds),
  };
}
