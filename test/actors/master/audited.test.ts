import { describe, expect, it } from 'vitest';
import { withAudit } from '../../../src/actors/master/audited.js';
import { ReelkeepError } from '../../../src/domain/errors.js';
import { clusterId } from '../../../src/domain/ids.js';
import type { Principal } from '../../../src/domain/principal.js';
import type { ClientHandlers } from '../../../src/rpc/control-server.js';
import type { AuditEntry } from '../../../src/storage/audit-log.js';

const me: Principal = { clusterId: clusterId('a'.repeat(32)), role: 'client', name: 'me' };
const who = { role: 'client', name: 'me' };
const denied = new ReelkeepError('not-allowed', 'client me may not');

describe('what is written down', () => {
  it('is each change and each download, with what it was about', async () => {
    const { on, entries } = audited({
      remove: async () => ({}),
      locate: async () => ({}) as never,
    });

    await on.remove({ name: 'a' }, me);
    await on.locate({ name: 'b' }, me);

    expect(entries).toEqual([
      { who, what: 'Remove', about: { name: 'a' }, outcome: 'allowed' },
      { who, what: 'Locate', about: { name: 'b' }, outcome: 'allowed' },
    ]);
  });

  it('is not each look, unless it is refused', async () => {
    const { on, entries } = audited({ stat: async () => ({ file: undefined }) });
    await on.stat({ name: 'a' }, me);
    const refusing = audited({ stat: () => Promise.reject(denied) });

    await expect(refusing.on.stat({ name: 'a' }, me)).rejects.toBe(denied);

    expect(entries).toEqual([]);
    expect(refusing.entries).toEqual([
      { who, what: 'Stat', about: { name: 'a' }, outcome: 'refused', why: denied.detail },
    ]);
  });

  it('says what failed for another reason than a right', async () => {
    const absent = new ReelkeepError('not-found', 'there is no file "a"');
    const { on, entries } = audited({ remove: () => Promise.reject(absent) });

    await expect(on.remove({ name: 'a' }, me)).rejects.toBe(absent);

    expect(entries).toMatchObject([{ outcome: 'allowed', why: 'there is no file "a"' }]);
  });

  it('is each name that is refused among several, and a stream that is', async () => {
    const outcomes = [
      { file: undefined, code: '', detail: '' },
      { file: undefined, code: 'not-allowed', detail: 'client me may not' },
    ];
    const { on, entries } = audited({
      statMany: async () => ({ outcomes }),
      // biome-ignore lint/correctness/useYield: it is refused before there is anything to tell
      fsck: async function* () {
        throw denied;
      },
    });

    await on.statMany({ names: ['a', 'b'] }, me);
    await expect(
      on.fsck({}, new AbortController().signal, me)[Symbol.asyncIterator]().next(),
    ).rejects.toBe(denied);

    expect(entries).toMatchObject([
      { what: 'StatMany', about: { name: 'b' }, outcome: 'refused' },
      { what: 'Fsck', outcome: 'refused' },
    ]);
  });
});

function audited(handlers: Partial<ClientHandlers>) {
  const entries: AuditEntry[] = [];
  const on = withAudit(handlers as ClientHandlers, (entry) => entries.push(entry));
  return { on, entries };
}
