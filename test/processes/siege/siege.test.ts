import { compressionAlgorithms, type ServiceError, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { OwnCredentials } from '../../../src/domain/own-credentials.js';
import { ClientServiceClient } from '../../../src/rpc/generated/reelkeep/v1/client.js';
import { channelCredentials, channelOptionsFor } from '../../../src/rpc/tls.js';
import { encodeGreeting } from '../../../src/transfer/frames.js';
import { credentialsOfClient, makeAuthority, startCertified } from '../certified.js';
import { makeFilm, mebibytes, type Rig } from '../rig.js';
import { absurdLengths, garbage, http, longHead } from './absurd-bytes.js';
import { Crowd } from './crowd.js';
import { startWork } from './steady-work.js';
import { descriptorsMax, peakBytesOf, resetPeak, vitalsOf } from './vitals.js';

const names = ['master', 'k1', 'k2', 'k3'];
const idleOnKeeper = 10_000;
const idleOnMaster = 2_000;
const growthBytesMax = mebibytes(300);

describe('a cluster under siege', () => {
  it('S47, S48: loses nobody, serves on, and holds no more than it should', {
    timeout: 300_000,
  }, async ({ skip }) => {
    const needed = idleOnKeeper + idleOnMaster + 1_000;
    const may = await descriptorsMax();
    if (may < needed) return skip(`this needs ${needed} descriptors, and may open ${may}`);
    const ca = await makeAuthority();
    // One of them with TLS, where handshakes are what can be held up.
    const rig = await startCertified(ca, {
      keepers: 3,
      launch: (name) => ({ args: name === 'k2' ? ['--data-tls', 'on'] : [] }),
    });
    const film = await makeFilm(rig.path('film.mp4'), mebibytes(40));
    await rig.succeed('put', film, '--as', 'before.mp4');
    await rig.healthy();
    const pids = names.map((name) => rig.server(name).pid);
    const before = await Promise.all(pids.map(vitalsOf));
    await Promise.all(pids.map(resetPeak));

    const crowd = new Crowd();
    const work = startWork(rig, film);
    await attack(rig, crowd, ca);
    const present = crowd.present;
    const served = await work.stop();
    const after = await rig.keeperStates();
    const peaks = await Promise.all(pids.map(peakBytesOf));
    crowd.leave();

    expect(present).toBeGreaterThan(500);
    expect(served.failures).toEqual([]);
    expect(served.rounds).toBeGreaterThan(0);
    expect(new Set(served.states)).toEqual(new Set(['alive']));
    expect(after).toEqual({ k1: 'alive', k2: 'alive', k3: 'alive' });
    for (const [at, peak] of peaks.entries())
      expect(peak - (before[at]?.bytes ?? 0), names[at]).toBeLessThan(growthBytesMax);
    await rig.until('descriptors are as before', async () => {
      const now = await Promise.all(pids.map(vitalsOf));
      return now.every(({ descriptors }, at) => descriptors <= (before[at]?.descriptors ?? 0) + 4);
    });
    expect(names.map((name) => rig.server(name).pid)).toEqual(pids);
    await rig.healthy();
  });
});

async function attack(rig: Rig, crowd: Crowd, ca: string): Promise<void> {
  const portOf = (name: string): number => rig.server(name).ready.port;
  const [k1, k2, master] = [portOf('k1'), portOf('k2'), portOf('master')];
  await Promise.all([
    crowd.idle(k1, idleOnKeeper),
    crowd.idle(k2, idleOnMaster),
    crowd.idle(master, idleOnMaster),
  ]);
  await Promise.all([
    crowd.trickle(k1, 100, Buffer.concat([encodeGreeting(), Buffer.alloc(100, 1)])),
    crowd.trickle(k2, 50, Buffer.from([22, 3, 1, 2, 0, 1, 0])),
    crowd.trickle(master, 50, Buffer.from([22, 3, 1, 2, 0, 1, 0])),
  ]);
  for (const port of [k1, k2, master]) {
    await Promise.all(Array.from({ length: 20 }, () => crowd.shout(port, garbage())));
    await Promise.all(Array.from({ length: 20 }, () => crowd.shout(port, [http])));
    await Promise.all(Array.from({ length: 20 }, () => crowd.hello(port)));
    await Promise.all(absurdLengths().map((parts) => crowd.shout(port, parts)));
    await crowd.shout(port, longHead(mebibytes(64)));
  }
  await sendHugeMessages(rig, ca);
}

/** 20 MiB in one message, as they are and packed into a few KiB, from somebody who may call. */
async function sendHugeMessages({ masterAddress }: Rig, ca: string): Promise<void> {
  const own = await credentialsOfClient(ca);
  const { identity, gzip } = compressionAlgorithms;
  for (const compression of [identity, gzip])
    await sendHugeMessage(masterAddress, own, compression);
}

async function sendHugeMessage(
  masterAddress: string,
  own: OwnCredentials,
  compression: compressionAlgorithms,
): Promise<void> {
  const client = new ClientServiceClient(masterAddress, channelCredentials(own), {
    ...channelOptionsFor(own),
    'grpc.max_send_message_length': -1,
    'grpc.default_compression_algorithm': compression,
  });
  const answers = Array.from(
    { length: 4 },
    () =>
      new Promise<ServiceError | null>((resolve) => {
        client.stat({ name: 'x'.repeat(mebibytes(20)) }, (error) => resolve(error));
      }),
  );
  const codes = (await Promise.all(answers)).map((error) => error?.code);
  client.close();
  expect(codes).toEqual(codes.map(() => status.RESOURCE_EXHAUSTED));
}
