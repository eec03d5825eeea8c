import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MasterLink } from '../../../src/actors/keeper/master-link.js';
import { Term } from '../../../src/actors/keeper/term.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { keeperId } from '../../../src/domain/ids.js';
import {
  type ClientHandlers,
  ControlServer,
  type KeeperHandlers,
} from '../../../src/rpc/control-server.js';
import { idOf } from '../../domain/replication-builders.js';

describe('the link to the master', () => {
  it('does not take a keeper for registered whose session has ended already', async () => {
    let tellOfLoss: () => void = () => undefined;
    const lost = new Promise<void>((resolve) => {
      tellOfLoss = resolve;
    });
    let asked = 0;
    const link = new MasterLink({
      ...(await aMaster()),
      // The first heartbeat is on its way for as long as the session lives.
      vitals: async () => {
        asked += 1;
        if (asked > 1) await lost;
        return vitals;
      },
      onSessionLost: tellOfLoss,
    });
    onTestFinished(() => link.close());

    const registering = link.register(new AbortController().signal);

    await expect(registering).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('numbers its reports, and tells which are not awaited any more', async () => {
    const heard: unknown[] = [];
    const master = await aMaster({
      reportDropped: async ({ stamp }) => {
        heard.push([stamp?.report, stamp?.givenUp]);
        if (heard.length === 1) throw new ReelkeepError('unavailable', 'the table is full');
        return {};
      },
    });
    const link = new MasterLink({
      ...master,
      vitals: async () => vitals,
      onSessionLost: () => undefined,
    });
    onTestFinished(() => link.close());

    await expect(link.reportDropped([idOf(1)], false)).rejects.toMatchObject({
      code: 'unavailable',
    });
    await link.reportDropped([idOf(1)], false);
    await link.reportDropped([idOf(1)], false);

    expect(heard).toEqual([
      [1, []],
      [2, [1]],
      [3, []],
    ]);
  });
});

const vitals = {
  freeBytes: 1,
  usedBytes: 0,
  transfers: 0,
  uploadIds: [],
  diskSuspect: false,
  eventLoopLagMs: 0,
  scrub: { checked: 0, percent: 100, quarantined: 0, unreadable: 0 },
  traffic: { receivedBytes: 0, sentBytes: 0, copiedBytes: 0 },
};

/** One that admits everybody and ends every session at once. */
async function aMaster(reports: Partial<KeeperHandlers> = {}) {
  const keeper: Partial<KeeperHandlers> = {
    register: async () => ({
      clusterId: 'c'.repeat(32),
      epoch: 1,
      commit: 1,
      incarnation: 1,
      heartbeatEveryMs: 1_000,
      ticketKey: undefined,
      acceptAny: false,
      masterClockMs: 0,
      termId: 'of this term',
      wantsFacts: false,
    }),
    session: (stream) => stream.end(),
    ...reports,
  };
  const server = await ControlServer.listen({
    host: '127.0.0.1',
    port: 0,
    client: {} as ClientHandlers,
    keeper: keeper as KeeperHandlers,
  });
  onTestFinished(() => server.close(0));
  return {
    master: `127.0.0.1:${server.port}`,
    term: new Term(),
    log: pino({ level: 'silent' }),
    identity: () => ({
      keeperId: keeperId('k1'),
      startId: '0123456789abcdef',
      incarnation: 1,
      clusterId: '',
      highestEpoch: 0,
      highestCommit: 0,
      terms: [],
      advertise: '127.0.0.1:1',
      dataTls: false,
    }),
    onTerm: async () => undefined,
    onCommand: () => undefined,
  };
}
