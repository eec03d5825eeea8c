import { describe, expect, it } from 'vitest';
import { KeeperCounters } from '../../../src/actors/keeper/counters.js';
import { Verifications } from '../../../src/actors/keeper/verifications.js';
import { digest, type FileId } from '../../../src/domain/ids.js';
import type { Reading, ReadPause, VerifyOutcome } from '../../../src/storage/verify-replica.js';
import { idOf } from '../../domain/replication-builders.js';
import { deferred } from '../../rpc/rig.js';

const expected = { size: 9, digest: digest('0'.repeat(64)) };
const other = { size: 9, digest: digest('1'.repeat(64)) };
const noPause: ReadPause = () => Promise.resolve();

describe('verifications', () => {
  it('read no replica twice at a time', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 2);

    const found = [
      verifications.readAtLeisure(idOf(1), expected, noPause),
      verifications.readAtLeisure(idOf(1), expected, noPause),
      verifications.read(idOf(1), expected),
    ];
    disk.end(1);

    expect(await Promise.all(found)).toEqual(Array(3).fill({ outcome: 'sound' }));
    expect(disk.begun).toEqual([1]);
  });

  it('share no reading of other bytes than those that are expected', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 2);

    void verifications.read(idOf(1), expected);
    void verifications.read(idOf(1), other);

    expect(disk.begun).toEqual([1, 1]);
  });

  it('share no reading where there is a challenge to answer', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 3);
    const challenge = new Uint8Array(32);

    void verifications.read(idOf(1), expected);
    void verifications.read(idOf(1), { ...expected, challenge });
    void verifications.read(idOf(1), { ...expected, challenge });

    expect(disk.begun).toEqual([1, 1, 1]);
    expect(disk.challenges).toEqual([undefined, challenge, challenge]);
  });

  it('answer whoever asks without a challenge by the reading for one', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 2);

    void verifications.read(idOf(1), { ...expected, challenge: new Uint8Array(32) });
    void verifications.read(idOf(1), expected);

    expect(disk.begun).toEqual([1]);
  });

  it('read again what has been read', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 2);
    const first = verifications.read(idOf(1), expected);
    disk.end(1);
    await first;

    void verifications.read(idOf(1), expected);

    expect(disk.begun).toEqual([1, 1]);
  });

  it('wait for a place, whoever has it', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 1);
    const command = verifications.lane(() => verifications.read(idOf(1), expected));
    const scrub = verifications.readAtLeisure(idOf(2), expected, noPause);
    await turn();
    const early = [...disk.begun];

    disk.end(1);
    await command;
    await turn();

    expect([early, disk.begun]).toEqual([[1], [1, 2]]);
    disk.end(2);
    await scrub;
  });

  it('hurry a slow reading when somebody waits for that replica', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 2);
    const pauses: number[] = [];
    const pause: ReadPause = async (bytes) => void pauses.push(bytes);
    void verifications.readAtLeisure(idOf(1), expected, pause);
    await turn();
    await disk.part(1, 3);

    void verifications.read(idOf(1), expected);
    await disk.part(1, 4);

    expect(pauses).toEqual([3]);
  });

  it('hurry a slow reading as long as somebody waits for its place', async () => {
    const disk = new ADisk();
    const verifications = new Verifications(disk, 1);
    const pauses: number[] = [];
    const pause: ReadPause = async (bytes) => void pauses.push(bytes);
    void verifications.readAtLeisure(idOf(1), expected, pause);
    await turn();
    await disk.part(1, 3);

    void verifications.lane(() => verifications.read(idOf(2), expected));
    await disk.part(1, 4);

    expect(pauses).toEqual([3]);
  });

  it('are counted by who reads and what was found, and their bytes as they are read', async () => {
    const disk = new ADisk();
    const counters = new KeeperCounters();
    const verifications = new Verifications(disk, 2, counters);
    const scrub = verifications.readAtLeisure(idOf(1), expected, noPause);
    await turn();
    await disk.part(1, expected.size - 1);
    const half = counters.verifiedBytes.of('scrub');
    disk.end(1);
    await scrub;
    const order = verifications.read(idOf(2), expected);
    disk.end(2);
    await order;

    expect(half).toBe(expected.size - 1);
    expect([...counters.verifiedBytes.counts]).toEqual([
      ['scrub', expected.size],
      ['order', expected.size],
    ]);
    expect(counters.verified.of('scrub/sound')).toBe(1);
    expect(counters.verified.of('order/sound')).toBe(1);
  });
});

/** Reads on when it is told to. */
class ADisk {
  readonly begun: number[] = [];
  readonly challenges: (Uint8Array | undefined)[] = [];
  readonly #readings = new Map<number, { end: () => void; pause: ReadPause }>();

  verify(
    id: FileId,
    _: unknown,
    { pause = noPause, challenge }: Reading = {},
  ): Promise<VerifyOutcome> {
    const number = Number.parseInt(id, 16);
    this.begun.push(number);
    this.challenges.push(challenge);
    const { promise, settle } = deferred<VerifyOutcome>();
    this.#readings.set(number, { end: () => settle({ outcome: 'sound' }), pause });
    return promise;
  }

  end(number: number): void {
    this.#readings.get(number)?.end();
  }

  async part(number: number, bytes: number): Promise<void> {
    await this.#readings.get(number)?.pause(bytes);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
