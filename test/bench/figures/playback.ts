/**
 * A large film that is watched through a gateway: how soon a seek shows something, how much more is
 * read from keepers than viewers get, how soon reading stops, and two hundred viewers at once.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProcess } from '../../../src/cli/local/server-process.js';
import { makeFilm, mebibytes } from '../../processes/films.js';
import { type BenchCluster, withCluster } from '../bench-cluster.js';
import type { Goal, Measurement } from '../measurement.js';
import { forgetPeak, usageOf } from '../process-usage.js';
import type { Figures, Stage } from '../stage.js';
import { type Piece, watch } from '../viewer.js';

const goals = {
  'play-first': { better: 'lower', toBeat: 1000 },
  'play-stop': { better: 'lower', toBeat: 1000 },
  'play-overread-seeking': { better: 'lower', toBeat: 1.2 },
  'play-overread-two': { better: 'lower', toBeat: 1.2 },
  'play-viewers-first': { better: 'lower', toBeat: 1000 },
  'play-viewers-memory': { better: 'lower', toBeat: 512 },
  'play-viewers-rate': { better: 'higher', toBeat: 50 },
} as const satisfies Record<string, Goal>;

type Name = keyof typeof goals;

interface Film {
  readonly url: string;
  readonly size: number;
  readonly file: FileHandle;
}

interface Playing {
  readonly film: Film;
  readonly gateway: ServerProcess;
  readonly scale: Shape;
  note(name: Name, value: number): void;
}

interface Shape {
  readonly filmBytes: number;
  readonly seeks: number;
  readonly stops: number;
  readonly viewers: number;
  readonly viewerBytes: number;
  /** Of a film in 1080p. */
  readonly viewerBytesPerSecond: number;
}

const fullShape: Shape = {
  filmBytes: mebibytes(5 * 1024),
  seeks: 200,
  stops: 10,
  viewers: 200,
  viewerBytes: mebibytes(6),
  viewerBytesPerSecond: 300 * 1024,
};

const quickShape: Shape = {
  ...fullShape,
  filmBytes: mebibytes(64),
  seeks: 10,
  stops: 2,
  viewers: 10,
  viewerBytes: mebibytes(1),
};

export const playbackFigures: readonly Figures[] = [
  { names: Object.keys(goals), run: (stage) => measurePlayback(stage) },
];

async function measurePlayback(stage: Stage): Promise<readonly Measurement[]> {
  const shape = stage.scale.kind === 'full' ? fullShape : quickShape;
  const dir = await stage.freshDirectory('playback');
  const path = await makeFilm(join(dir, 'film.mp4'), shape.filmBytes);
  const taken = new Map<Name, number[]>();
  const note = (name: Name, value: number): void => {
    taken.set(name, [...(taken.get(name) ?? []), value]);
  };
  const file = await open(path);
  try {
    await withCluster(dir, { keepers: 3, durability: 'relaxed' }, async (cluster) => {
      await cluster.client('put', path);
      await cluster.healthy();
      await withGateway(dir, cluster, async (gateway) => {
        const url = `http://${gateway.address}/files/film.mp4`;
        const film = { url, size: shape.filmBytes, file };
        await play({ film, gateway, scale: shape, note });
      });
    });
  } finally {
    await file.close();
    await rm(dir, { recursive: true, force: true });
  }
  return measurements(shape, taken);
}

async function play(playing: Playing): Promise<void> {
  await seekAround(playing);
  await leaveInTheMiddle(playing);
  await watchTogether(playing);
  await watchInACrowd(playing);
}

/** As players do: a range to the end from somewhere, left after a little. */
async function seekAround({ film, gateway, scale, note }: Playing): Promise<void> {
  const before = await bytesOf(gateway);
  const places = placesIn(film.size, 1);
  for (let seek = 0; seek < scale.seeks; seek += 1) {
    const from = places();
    const takes = mebibytes(1 + (seek % 16));
    const { firstMs } = await watch(film.url, { from, bytes: takes, onPiece: sameAs(film) });
    note('play-first', firstMs);
  }
  note('play-overread-seeking', overread(before, await bytesOf(gateway)));
}

/** How long after a viewer has gone the last byte comes from a keeper for him. */
async function leaveInTheMiddle({ film, gateway, scale, note }: Playing): Promise<void> {
  const places = placesIn(film.size, 2);
  for (let stop = 0; stop < scale.stops; stop += 1) {
    const onPiece = sameAs(film);
    await watch(film.url, { from: places(), bytes: mebibytes(24), onPiece });
    note('play-stop', await msUntilStill(gateway));
  }
}

/** Two browsers that show the whole film from its beginning. */
async function watchTogether({ film, gateway, note }: Playing): Promise<void> {
  const before = await bytesOf(gateway);
  const one = () => watch(film.url, { from: 0, bytes: film.size, onPiece: sameAs(film) });
  await Promise.all([one(), one()]);
  note('play-overread-two', overread(before, await bytesOf(gateway)));
}

/** All come at once, each to another place, and take what their picture needs, no faster. */
async function watchInACrowd({ film, gateway, scale, note }: Playing): Promise<void> {
  await forgetPeak(gateway.pid);
  const places = placesIn(film.size - scale.viewerBytes, 3);
  const begunMs = performance.now();
  const viewers = Array.from({ length: scale.viewers }, async () => {
    const { firstMs } = await watch(film.url, {
      from: places(),
      bytes: scale.viewerBytes,
      bytesPerSecond: scale.viewerBytesPerSecond,
      onPiece: sameAs(film),
    });
    note('play-viewers-first', firstMs);
  });
  await Promise.all(viewers);
  const seconds = (performance.now() - begunMs) / 1000;
  note('play-viewers-rate', (scale.viewers * scale.viewerBytes) / mebibytes(1) / seconds);
  note('play-viewers-memory', (await usageOf(gateway.pid)).peakBytes / mebibytes(1));
}

function measurements(shape: Shape, taken: ReadonlyMap<Name, readonly number[]>) {
  const film = `a film of ${shape.filmBytes / mebibytes(1)} MiB on three keepers`;
  const crowd = `${shape.viewers} viewers who come at once`;
  const of = (name: Name, what: string, unit: Measurement['unit']): Measurement => ({
    name,
    what,
    unit,
    values: taken.get(name) ?? [],
    goal: goals[name],
  });
  return [
    of('play-first', `a seek somewhere into ${film}, until its first byte`, 'ms'),
    of(
      'play-stop',
      'from a viewer’s leaving until keepers have sent their last byte for him',
      'ms',
    ),
    of('play-overread-seeking', 'bytes from keepers for each byte of such seeks, left early', 'x'),
    of('play-overread-two', 'the same for two browsers that show all of it at once', 'x'),
    of('play-viewers-first', `the first byte of each of ${crowd}, each elsewhere`, 'ms'),
    of('play-viewers-memory', `most memory of the gateway with ${crowd}`, 'MiB'),
    of('play-viewers-rate', `what ${crowd} and take 300 KiB/s get, together`, 'MiB/s'),
  ];
}

interface Bytes {
  readonly fromKeepers: number;
  readonly toViewers: number;
}

async function bytesOf(gateway: ServerProcess): Promise<Bytes> {
  const text = await (await fetch(`http://${gateway.address}/metrics`)).text();
  const figure = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return {
    fromKeepers: figure('reelkeep_gateway_read_bytes_total'),
    toViewers: figure('reelkeep_gateway_sent_bytes_total'),
  };
}

const overread = (before: Bytes, after: Bytes): number =>
  (after.fromKeepers - before.fromKeepers) / (after.toViewers - before.toViewers);

const stillMs = 500;

async function msUntilStill(gateway: ServerProcess): Promise<number> {
  const leftAt = performance.now();
  let lastAt = leftAt;
  let { fromKeepers } = await bytesOf(gateway);
  while (performance.now() - lastAt < stillMs) {
    const now = await bytesOf(gateway);
    if (now.fromKeepers !== fromKeepers) lastAt = performance.now();
    fromKeepers = now.fromKeepers;
    await delay(10);
  }
  return lastAt - leftAt;
}

/** Checks every piece against the film itself. */
function sameAs({ file }: Film): (piece: Piece) => Promise<void> {
  return async ({ bytes, at }) => {
    const own = Buffer.allocUnsafe(bytes.length);
    await file.read(own, 0, own.length, at);
    if (!own.equals(bytes)) throw new Error(`a viewer got other bytes at ${at}`);
  };
}

/** The same ones in each run. */
function placesIn(size: number, seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * size);
  };
}

async function withGateway(
  dir: string,
  cluster: BenchCluster,
  work: (gateway: ServerProcess) => Promise<void>,
): Promise<void> {
  const gateway = await ServerProcess.start({
    program: 'gateway',
    args: ['--port', '0', '--master', cluster.master.address, '--spool', join(dir, 'gateway')],
    logFile: join(dir, 'gateway.log'),
  });
  try {
    await work(gateway);
  } finally {
    await gateway.end('SIGTERM');
  }
}
