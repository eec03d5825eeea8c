import { EventEmitter } from 'node:events';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { createSessionHandler } from '../../../src/actors/master/session-handler.js';
import type {
  SessionRequest,
  SessionResponse,
} from '../../../src/rpc/generated/reelkeep/v1/keeper.js';
import { k1 } from '../lookup-table/table-under-test.js';
import { AWorld } from './a-world.js';

describe('a session', () => {
  it('is that of the keeper whose beats it carries', () => {
    const at = new AWorld();
    at.join(k1, { session: false });
    const stream = openSession(at);

    stream.hear(beat(at.world.tickets.keyIdOf(k1)));

    expect(stream.status).toBeUndefined();
    expect(at.world.keepers.send(k1, aCommand)).toBe(true);
    expect(stream.written.map(({ command }) => command)).toEqual([undefined, aCommand]);
    expect(at.toMonitor).toEqual([{ type: 'heartbeat', keeper: k1, incarnation: 1 }]);
  });

  it('carries how far the keeper is with its scrub', () => {
    const at = new AWorld();
    at.join(k1, { session: false });
    const scrub = { checked: 3, percent: 40, quarantined: 1, unreadable: 2, passedMs: 5 };

    openSession(at).hear({ ...beat(at.world.tickets.keyIdOf(k1)), scrub });

    expect(at.world.keepers.scrubOf(k1)).toEqual(scrub);
  });

  it('carries what has gone through the data port of the keeper', () => {
    const at = new AWorld();
    at.join(k1, { session: false });
    const traffic = { receivedBytes: 9, sentBytes: 5, copiedBytes: 4 };

    openSession(at).hear({ ...beat(at.world.tickets.keyIdOf(k1)), traffic });

    expect(at.world.keepers.trafficOf(k1)).toEqual(traffic);
  });

  it('is refused when a registration that came late was taken in after the one that it goes by', () => {
    const at = new AWorld();
    at.join(k1, { session: false });
    const given = at.world.tickets.keyIdOf(k1);
    at.world.tickets.newKey(k1, { tls: false, nowMs: 0 });
    const stream = openSession(at);

    stream.hear(beat(given));

    expect(stream.status).toContain('goes by ticket key');
    expect(at.world.keepers.send(k1, aCommand)).toBe(false);
    expect(at.toMonitor).toEqual([]);
  });
});

describe('the next ticket key', () => {
  it('is told with each message until a heartbeat names it', () => {
    const at = new AWorld();
    at.join(k1, { session: false });
    const first = at.world.tickets.keyIdOf(k1);
    const stream = openSession(at);
    stream.hear(beat(first));

    at.nowMs += at.world.config.ticketKeyEveryMs;
    stream.hear(beat(first));
    stream.hear(beat(first));
    const next = stream.written.at(-1)?.ticketKey?.keyId ?? 0;
    stream.hear(beat(next));

    expect(next).toBeGreaterThan(first);
    const told = stream.written.map(({ ticketKey }) => ticketKey?.keyId);
    expect(told).toEqual([undefined, next, next, undefined]);
    expect(at.world.tickets.keyIdOf(k1)).toBe(next);
  });
});

const aCommand = { $case: 'discard', value: { uploadId: 'u'.repeat(32) } } as never;

function openSession({ world }: AWorld): AStream {
  const stream = new AStream();
  createSessionHandler(world)(
    stream as unknown as ServerDuplexStream<SessionRequest, SessionResponse>,
  );
  return stream;
}

class AStream extends EventEmitter {
  readonly written: SessionResponse[] = [];
  /** What the keeper is told of why it was cut. */
  status: string | undefined;

  constructor() {
    super();
    this.on('error', (status: { readonly details: string }) => {
      this.status = status.details;
    });
  }

  hear(message: SessionRequest): void {
    this.emit('data', message);
  }

  write(message: SessionResponse, done: () => void): void {
    this.written.push(message);
    done();
  }

  end(): void {}
}

const beat = (ticketKeyId: number): SessionRequest => ({
  stamp: { keeperId: k1, incarnation: 1, epoch: 1, report: 0, givenUp: [] },
  freeBytes: 0,
  usedBytes: 0,
  transfers: 0,
  uploadIds: [],
  diskSuspect: false,
  eventLoopLagMs: 0,
  leaving: false,
  ticketKeyId,
  scrub: undefined,
  traffic: undefined,
});
