import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MasterConnection } from '../../src/rpc/master-connection.js';
import { blake3 } from '../../src/storage/blake3.js';
import type { RequestHead } from '../../src/transfer/request-head.js';
import { verdictByteOf } from '../../src/transfer/verdict-codes.js';
import { RawPeer } from '../transfer/raw-peer.js';
import { credentialsOfClient, makeAuthority, startCertified } from './certified.js';
import {
  type Answer,
  answerTo,
  ask,
  beginPut,
  flipped,
  frameOf,
  headWith,
  locate,
  type Request,
  send,
} from './data-requests.js';
import { clip, type Rig } from './rig.js';
import { Tap } from './tap.js';

const timeout = 120_000;
const keepers = ['k1', 'k2'];
const verdictBytesMax = 2_000;
const notAllowed = verdictByteOf('not-allowed');

describe('what was seen on the wire of the data port', () => {
  it('S45: serves nobody again: not at once, not elsewhere, not after the file is gone', {
    timeout,
  }, async () => {
    const { rig, taps } = await start();
    await rig.succeed('put', clip, '--target', '1');
    await rig.succeed('get', 'clip.mp4', '-o', rig.path('back.mp4'));
    const recordings = [...taps.values()].flatMap((tap) => tap.recordings);
    const before = await stored(rig);

    const again = await replayAll(rig, recordings);
    const untouched = await stored(rig);
    await rig.succeed('rm', 'clip.mp4');
    await rig.until('it is gone', async () => (await stored(rig)).length === 0);
    const afterRemoval = await replayAll(rig, recordings);

    expect(recordings.length).toBeGreaterThanOrEqual(2);
    expect(before).toHaveLength(2);
    const refused = recordings.flatMap(() => keepers.map(() => notAllowed));
    expect([codesOf(again), codesOf(afterRemoval)]).toEqual([refused, refused]);
    expect(untouched).toEqual(before);
    expect(await stored(rig)).toEqual([]);
    await expectAudited(rig, again.length + afterRemoval.length);
  });
});

describe('a request of which one bit was changed', () => {
  it('is refused, whichever bit it is: of the frame, the proof, the head or the ticket', {
    timeout,
  }, async () => {
    const { rig, master } = await start();
    await rig.succeed('put', clip, '--as', 'there.mp4', '--target', '1');
    const before = await stored(rig);
    const requests = [await beginPut(master, 'new.mp4', film.length), await locate(master)];

    const answers: Answer[] = [];
    let tried = 0;
    for (const request of requests) {
      const frame = frameOf(request, Buffer.alloc(32));
      for (let at = 0; at < frame.length; at++) {
        tried += 1;
        answers.push(
          await ask(request.port, (challenge) => flipped(frameOf(request, challenge), at)),
        );
      }
      const claimsAt = request.head.indexOf(request.claims);
      for (let at = 0; at < request.claims.length; at++) {
        tried += 1;
        const head = flipped(request.head, claimsAt + at);
        answers.push(
          await ask(request.port, (challenge) => frameOf({ ...request, head }, challenge)),
        );
      }
    }

    expect(tried).toBeGreaterThan(800);
    expect(answers.filter(({ code }) => code === 0 || code === undefined)).toEqual([]);
    expect(answers.filter(({ bytes }) => bytes > verdictBytesMax)).toEqual([]);
    expect(await stored(rig)).toEqual(before);
    await rig.until('staging is empty', async () => (await rig.staged()).length === 0);
    await expectAudited(rig, tried);
  });
});

describe('a good ticket', () => {
  it('S44: serves for what it says and for nothing else, and then for that', {
    timeout,
  }, async () => {
    const { rig, master } = await start();
    await rig.succeed('put', clip, '--as', 'there.mp4', '--target', '1');
    await rig.succeed('put', clip, '--as', 'other.mp4', '--target', '1');
    const before = await stored(rig);
    const [put, otherPut] = [
      await beginPut(master, 'new.mp4', film.length),
      await beginPut(master, 'newer.mp4', film.length),
    ];
    const [get, otherGet] = [await locate(master), await locate(master, 'other.mp4')];
    const elsewhere = (port: number) =>
      keepers.map((name) => rig.server(name).ready.port).find((one) => one !== port) ?? 0;

    const swapped: [string, Request, Partial<RequestHead> | undefined, number?][] = [
      ['a put into another file', put, { fileId: otherPut.fileId }],
      ['a put of another upload', put, { uploadId: otherPut.uploadId }],
      ['a put with a ticket for a get', get, { operation: 'put', uploadId: put.uploadId }],
      ['a get with a ticket for a put', put, { operation: 'get', range: { first: 0, count: 1 } }],
      ['a manifest with a ticket for a put', put, { operation: 'manifest' }],
      ['a get of another file', get, { fileId: otherGet.fileId }],
      ['a put on another keeper', put, undefined, elsewhere(put.port)],
      ['a get on another keeper', get, undefined, elsewhere(get.port)],
    ];
    const answers: [string, Answer][] = [];
    for (const [what, request, change, port = request.port] of swapped) {
      const head = change === undefined ? request.head : headWith(request, change);
      answers.push([
        what,
        await ask(port, (challenge) => frameOf({ ...request, head }, challenge)),
      ]);
    }
    const short = await send(otherPut, film.subarray(0, -1));
    const long = await send(
      await beginPut(master, 'newest.mp4', film.length),
      Buffer.concat([film, Buffer.alloc(1)]),
    );
    const good = await send(put, film);
    const twice = await send(put, film);

    for (const [what, { code, bytes }] of answers)
      expect([what, code, bytes <= verdictBytesMax]).toEqual([what, notAllowed, true]);
    const usage = verdictByteOf('usage');
    expect([short.code, long.code, good.code, twice.code]).toEqual([usage, usage, 0, notAllowed]);
    expect(await stored(rig)).toHaveLength(before.length + 2);
    await rig.until('staging is empty', async () => (await rig.staged()).length === 0);
    await expectAudited(rig, answers.length + 3);
  });
});

/** Not an mp4, which keepers are told to take. */
const film = Buffer.alloc(100_000, 'film');

/** Two keepers that are reached through a proxy each, in plain text. */
async function start() {
  const ca = await makeAuthority();
  const taps = new Map(await Promise.all(keepers.map(async (k) => [k, await Tap.open()] as const)));
  const rig = await startCertified(ca, {
    keepers: keepers.length,
    masterArgs: ['--accept', 'any'],
    keeperArgs: ['--data-tls', 'off'],
    launch: (name) => {
      const tap = taps.get(name);
      return { args: tap === undefined ? [] : ['--advertise', tap.address] };
    },
  });
  for (const [name, tap] of taps) tap.leadTo(rig.server(name).ready.port);
  const master = MasterConnection.open(rig.masterAddress, await credentialsOfClient(ca));
  onTestFinished(() => master.close());
  return {
    rig,
    taps,
    master: { connection: master, portOf: (name: string) => rig.server(name).ready.port },
  };
}

/** Each of what was said, greeting and all, at each keeper. */
async function replayAll(rig: Rig, recordings: readonly Buffer[]): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const recording of recordings)
    for (const name of keepers) {
      const peer = await RawPeer.dial(rig.server(name).ready.port);
      answers.push(await answerTo(peer, recording));
    }
  return answers;
}

const codesOf = (answers: readonly Answer[]) => answers.map(({ code }) => code);

/** Names of what lies on the disks of the keepers, with the bytes; a file may go while this looks. */
async function stored(rig: Rig): Promise<readonly string[]> {
  const names: string[] = [];
  for (const keeper of keepers) {
    const directory = rig.data(keeper, 'objects');
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = `${entry.parentPath}/${entry.name}`;
      const bytes = await readFile(path).catch(ifGone);
      if (bytes !== undefined) names.push(`${path} ${Buffer.from(blake3(bytes)).toString('hex')}`);
    }
  }
  return names.sort();
}

function ifGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Lines of one second beyond its bound are counted in one that says so. */
async function expectAudited(rig: Rig, count: number): Promise<void> {
  await rig.until(`${count} refusals are written down`, async () => {
    let written = 0;
    for (const keeper of keepers) {
      const text = await readFile(rig.data(keeper, 'audit', 'audit.jsonl'), 'utf8');
      for (const line of text.split('\n').slice(0, -1)) {
        const { outcome, lost = 0 } = JSON.parse(line) as { outcome?: string; lost?: number };
        written += outcome === 'refused' ? 1 : lost;
      }
    }
    return written >= count;
  });
}
